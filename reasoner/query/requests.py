"""What a question wants done: an answer, a proof, a why not, a comparison, the sources, the evidence or its gaps.

A form is a question's outermost words, `what if ...`, `why does it say that ...`, with clauses, topics, names, sources
or days inside. Clauses and topics are understood by the declared phrases, like any question; no form names a predicate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal as OneOf

from reasoner.diagnostic import Problems, did_you_mean, error
from reasoner.evidence.claim import ANALYST
from reasoner.evidence.spelling import fold, key
from reasoner.query.bodies import write
from reasoner.query.frames import MONTHS, written_date
from reasoner.query.names import Names
from reasoner.query.phrases import Slot, noun_phrases
from reasoner.query.question import Question, topics, understand
from reasoner.query.words import PREPOSITIONS, stem
from reasoner.syntax.tree import BodyLiteral, Comparison, Literal, Plain, Source
from reasoner.syntax.vocabulary import Vocabulary, atoms
from reasoner.term import Atom, Constant, Variable
from reasoner.text import Span, Text
from reasoner.when import BadDate, Date, Day, show_day

Verb = OneOf[
    "ask", "why", "why-not", "suppose", "without", "compare", "sources", "evidence", "gaps", "situation", "disputes"
]


@dataclass(frozen=True)
class Request:
    """A question with the verb that it wants.

    `about` are the questions inside it: a clause; a topic in all its predicates; in a comparison of two topics, both.
    `days` are the days compared, or the one asked about. `names` are what a name that was said may mean.
    `sources` are names of sources, those of one publisher together. `newest`: only the newest evidence is asked for.
    `counts`: how many, rather than which.
    """

    verb: Verb
    text: str
    about: tuple[Question, ...] = ()
    days: tuple[Day, ...] = ()
    names: tuple[str, ...] = ()
    sources: tuple[tuple[str, ...], ...] = ()
    newest: bool = False
    counts: bool = False
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """How it was understood: the verb, and what it is about."""
        parts = [write(one.body) for one in self.about] + list(self.names) + ["/".join(one) for one in self.sources]
        on = f" on {' and '.join(map(show_day, self.days))}" if self.days else ""
        return (" ".join([self.verb, "; ".join(parts)]).strip() + on) if self.verb != "ask" else "; ".join(parts) + on


@dataclass(frozen=True)
class Reader:
    """Reads questions with the words of one program. `sources` are those of the facts by name."""

    vocabulary: Vocabulary
    names: Names
    today: Day | None
    sources: Mapping[str, Source]

    def read(self, text: str) -> Request:
        """What a question wants. Raises Problems where it is not understood."""
        bare, notes = _without_asides(text)
        for form, reading in _FORMS:
            if (found := form.fullmatch(bare.strip().rstrip("?!. "))) and (request := reading(self, found)):
                return replace(request, text=text, notes=(*notes, *request.notes))
        question = self.understand(bare)
        verb: Verb = "ask" if question.form != "why" else "why-not" if question.negated else "why"
        return Request(verb, text, (question,), notes=notes)

    # ---------------------------------------------------------------- what forms have inside

    def understand(self, text: str) -> Question:
        """A whole question inside."""
        return understand(text, self.vocabulary, self.names, self.today)

    def clause(self, words: str) -> Question:
        """A statement inside."""
        return self.understand(f"is it so that {words}")

    def topic(self, words: str) -> tuple[Question, ...]:
        """A noun phrase that some phrase is: `the siege of Raqqa`. Raises Problems."""
        found = topics(words, self.vocabulary, self.names, self.today)
        if not found:
            known = "; ".join(f"`{one}`" for one in noun_phrases(self.vocabulary))
            help = f"topics are: {known}" if known else ""
            raise Problems([error("R111", f'no topic is known as "{words}"', _all(words), help=help)])
        return found

    def named(self, words: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The constants that a name may mean, if one was said, and a note where they are several. Raises Problems."""
        if not words:
            return (), ()
        found = self.names.find(fold(words), None, words)
        if found is None:
            near = " or ".join(f"`{one}`" for one in self.names.nearest(fold(words), None))
            help = f"did you mean {near}?" if near else ""
            raise Problems([error("R110", f'nothing is known as "{words}"', _all(words), help=help)])
        every = (found.constant, *found.others)
        return every, (f'"{words}" is read as {" and ".join(every)}',) if found.others else ()

    def known_source(self, words: str) -> tuple[str, ...]:
        """The sources that a name means: their own, or that of who published them."""
        asked = key(fold(words))
        called = {one: key(fold(one)) for one in (*self.sources, ANALYST)}
        published = {name: key(fold(one.publisher or "")) for name, one in self.sources.items()}
        return tuple(name for name, spelt in called.items() if asked in (spelt, published.get(name)))

    def source(self, words: str) -> tuple[str, ...]:
        """The same. Raises Problems where there is none."""
        found = self.known_source(words)
        if not found:
            known = {one.publisher or name for name, one in self.sources.items()} | {ANALYST}
            help = did_you_mean(words, known) or f"known: {', '.join(sorted(known))}"
            raise Problems([error("R422", f"there is no source `{words}`", _all(words), help=help)])
        return found

    def date(self, words: str) -> Date:
        """A date. Raises Problems where no calendar has it."""
        try:
            return written_date(words.lower().strip())
        except BadDate as bad:
            raise Problems([error("R401", str(bad), _all(words))]) from None

    # ---------------------------------------------------------------- the forms

    def _why_said(self, found: re.Match[str]) -> Request:
        question = replace(self.clause(found["clause"]), form="why")
        return Request("why-not" if question.negated else "why", "", (question,))

    def _why_unknown(self, found: re.Match[str]) -> Request:
        asked = found["wh"].lower()
        inner = (
            self.clause(found["clause"])
            if asked in ("whether", "if")
            else self.understand(found[0][found.start("wh") :])
        )
        return Request("why-not", "", (inner,))

    def _suppose(self, found: re.Match[str]) -> Request:
        return Request("suppose", "", (self.clause(found["clause"]),))

    def _without(self, found: re.Match[str]) -> Request:
        return Request("without", "", sources=(self.source(found["source"]),))

    def _changed(self, found: re.Match[str]) -> Request:
        days = [self.date(found[one]).last for one in ("first", "last") if found[one]]
        if len(days) == 1 and self.today is not None:
            days.append(self.today)
        if len(days) == 2 and days[1] < days[0]:
            raise Problems(
                [error("R402", f"{found['last']} is before {found['first']}", help="name the earlier day first")]
            )
        names, notes = self.named(found["about"])
        return Request("compare", "", days=tuple(days), names=names, notes=notes)

    def _compare_days(self, found: re.Match[str]) -> Request:
        days = tuple(self.date(found[one]).last for one in ("first", "last"))
        return Request("compare", "", self.topic(found["topic"]), days)

    def _compare_sources(self, found: re.Match[str]) -> Request:
        names, notes = self.named(found["about"])
        both = (self.source(found["one"]), self.source(found["other"]))
        return Request("evidence", "", names=names, sources=both, notes=notes)

    def _compare_topics(self, found: re.Match[str]) -> Request | None:
        return Request("compare", "", (*self.topic(found["one"])[:1], *self.topic(found["other"])[:1]))

    def _which_sources(self, found: re.Match[str]) -> Request:
        parts, counts = found.groupdict(), found[0].lower().startswith("how many")
        question = self.understand(parts["question"]) if "question" in parts else self.clause(parts["clause"])
        return Request("sources", "", (question,), counts=counts)

    def _who_said(self, found: re.Match[str]) -> Request:
        """A judgement of some speaker where a phrase says so; else a clause, and the sources that state it."""
        try:
            return Request("ask", "", (self.understand(found[0]),))
        except Problems:
            return Request("sources", "", (self.clause(found["clause"]),))

    def _evidence(self, found: re.Match[str]) -> Request | None:
        parts = found.groupdict()
        if parts.get("source") and parts.get("tried") and not self.known_source(parts["source"]):
            return None
        names, notes = self.named(parts.get("about"))
        sources = (self.source(parts["source"]),) if parts.get("source") else ()
        newest = bool(parts.get("newest"))
        return Request("evidence", "", names=names, sources=sources, newest=newest, notes=notes)

    def _gaps(self, found: re.Match[str]) -> Request:
        return Request("gaps", "", self.topic(found["about"]))

    def _situation(self, found: re.Match[str]) -> Request:
        names, notes = self.named(found["about"])
        day = self.date(found["day"]).last if found["day"] else self.today
        return Request("situation", "", days=(day,) if day is not None else (), names=names, notes=notes)

    def _disputes(self, found: re.Match[str]) -> Request:
        about = found.groupdict().get("about")
        return Request("disputes", "", self.topic(about) if about else ())

    def _same(self, found: re.Match[str]) -> Request | None:
        """`Which actors besiege the same place but are not allied?`: pairs, by one clause for each and one for both."""
        kind, other = found["kind"], found["other"]
        one = self.understand(f"which {kind} {found['one']} any {found['shared']}")
        both = next(self._between(re.sub(r"\bnot\b", "", other), kind), None)
        parameters = {p.name: Slot(p) for p in one.declaration.parameters}
        shared = {n for n, slot in parameters.items() if (stem(found["shared"].lower()),) in slot.nouns}
        if both is None or not shared or len(one.asked) != 1:
            return None
        nowhere = _all(found[0])
        *_, atom = atoms(one.body)
        first, second = Variable(one.asked[0]), Variable(f"Other{one.asked[0]}")

        def of(who: Variable) -> Literal:
            terms = (
                who if t == first else t if name in shared or isinstance(t, Constant) else Variable("_")
                for t, name in zip(atom.terms, parameters, strict=True)
            )
            return Literal(Plain(replace(atom, terms=tuple(terms))), origin=nowhere)

        negated = other != re.sub(r"\bnot\b", "", other)
        pairs = ((first, second), (second, first)) if negated else ((first, second),)
        joined = tuple(Literal(Plain(Atom(both, pair)), negated, origin=nowhere) for pair in pairs)
        different = Comparison("<" if negated else "!=", first, second, origin=nowhere)
        body: tuple[BodyLiteral, ...] = (of(first), of(second), different, *joined)
        return Request("ask", "", (replace(one, body=body, asked=(first.name, second.name)),))

    def _between(self, clause: str, kind: str) -> Iterator[str]:
        """The predicate of two of a kind that a clause means once it says with whom: `are allied`."""
        for preposition in ("", *sorted(PREPOSITIONS)):
            try:
                said = self.understand(f"which {kind} {clause} {preposition} anyone")
            except Problems:
                continue
            types = [p.type for p in said.declaration.parameters]
            if len(types) == 2 and types[0] == types[1]:
                yield said.declaration.predicate

    def _turned(self, found: re.Match[str]) -> Request:
        """`When did it change from open to contested?`: since when the one, and since when the other."""
        stated = (self.understand(f"since when is {found['topic']} {found[one]}") for one in ("new", "old"))
        return Request("ask", "", tuple(stated))


def _without_asides(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with blanks where it says `in the data`, or `and how?`."""
    notes = []
    if ending := re.search(r",?\s+and\s+(how|why)\s*[?!.]*\s*$", text, re.IGNORECASE):
        text = text[: ending.start()] + " " * (len(text) - ending.start())
        notes.append(f'"and {ending[1].lower()}" is a question of its own: ask why about an answer')
    return _ASIDE.sub(lambda found: " " * len(found[0]), text), tuple(notes)


def _all(words: str) -> Span:
    return Text("question", words).span(0, len(words))


_ASIDE = re.compile(
    r"\b(in|by|according\s+to)\s+(the|our)\s+(data|evidence|facts|sources)\b"
    r"|\b(as\s+far\s+as\s+(is\s+known|we\s+know)|to\s+our\s+knowledge)\b",
    re.IGNORECASE,
)

_DAY = (
    r"(?:(?:early|mid|late)[\s-]+)?(?:(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
    rf"(?:(?:{'|'.join(MONTHS)})[a-z]*\.?,?\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?)?\d{{4}}(?:-\d{{1,2}}){{0,2}}"
)
_SAY = r"(?:say|says|said|report|reports|reported|claim|claims|claimed|state|states|stated)"
_ABOUT = r"(?:about|on|of)\s+(?:the\s+(?!\w+\s+of\b))?(?P<about>.+)"

Reading = Callable[[Reader, re.Match[str]], Request | None]


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r" +", r"\\s+", " ".join(pattern.split())), re.IGNORECASE)


def _forms(*forms: tuple[str, Reading]) -> Iterable[tuple[re.Pattern[str], Reading]]:
    return [(_form(pattern), reading) for pattern, reading in forms]


_FORMS = tuple(
    _forms(
        (rf"why do(?:es)? (?:the engine|the program|reasoner|it|you|we) (?:{_SAY}|think|conclude|answer)(?: that)?"
         r" (?P<clause>.+)", Reader._why_said),
        (r"why is it (?:unknown|not known|unclear|not clear|uncertain)"
         r" (?P<wh>whether|if|who|whom|what|where|which)(?P<clause> .+)", Reader._why_unknown),
        (r"(?:what|why)(?: would)?(?: happens?| changes?| follows?)? if (?:we|you|one|i)"
         r" (?:ignored?|dropp?e?d?|disregard(?:ed)?|le(?:ave|ft) out)(?: everything| all| anything| whatever| what)?"
         rf"(?: that)? (?P<source>.+?)(?: (?:has )?{_SAY})?", Reader._without),
        (r"what(?: would)?(?: happens?| changes?| follows?)? if (?P<clause>.+)", Reader._suppose),
        (rf"what(?: has| have| had)? (?:changed?|changes|is different|differs)(?: (?:in|at|around|for) (?P<about>.+?))?"
         rf" (?:between|from|since) (?P<first>{_DAY})(?: (?:and|to|until) (?P<last>{_DAY}))?", Reader._changed),
        (rf"compare(?: the)? (?P<topic>.+) (?:on|in|at|between) (?P<first>{_DAY}) (?:and|with|to)"
         rf" (?:(?:on|in) )?(?P<last>{_DAY})", Reader._compare_days),
        (rf"compare what (?P<one>.+) and (?P<other>.+) {_SAY}(?: (?:about|on|of) (?P<about>.+))?",
         Reader._compare_sources),
        (r"compare (?P<one>.+) (?:with|to|and) (?P<other>(?!on ).+)", Reader._compare_topics),
        (rf"(?:how many|which|what) sources {_SAY}(?: that)? (?P<clause>.+)", Reader._which_sources),
        (r"on whose word (?P<question>(?:is|are|was|were|has|have|does|do|did) .+)", Reader._which_sources),
        (rf"who {_SAY} that (?P<clause>.+)", Reader._who_said),
        (rf"how old is the (?P<newest>newest|latest|last) (?:evidence|report|news) {_ABOUT}", Reader._evidence),
        (rf"what is the (?P<newest>newest|latest|last) (?:evidence|report|news) {_ABOUT}", Reader._evidence),
        (rf"(?:what|which|list the|list all|list) (?:facts?|claims?|statements?|evidence)"
         rf"(?: (?:comes?|came|is|are))? from (?P<source>.+?)(?: {_ABOUT})?", Reader._evidence),
        (rf"what do(?:es)? (?P<tried>)(?P<source>.+?) {_SAY}(?: {_ABOUT})?", Reader._evidence),
        (rf"what (?:do we know|is known) {_ABOUT}", Reader._evidence),
        (rf"what (?:do we not know|don['’]t we know|is not known|is unknown|is missing) {_ABOUT}", Reader._gaps),
        (rf"what (?:is|was) the situation(?: (?:in|at|of|around) (?P<about>(?!\d).+?))?"
         rf"(?: (?:on|in|at) (?P<day>{_DAY}))?", Reader._situation),
        (r"(?:what|which claims?) (?:is|are) (?:claimed (?:but|and) denied|disputed|denied|contradicted)",
         Reader._disputes),
        (rf"(?:where|why|when|how|on what) do (?:the |two |our |some )?sources disagree(?: {_ABOUT})?",
         Reader._disputes),
        (r"(?:which|what) (?P<kind>\w+) (?P<one>.+) the same (?P<shared>\w+) (?:but|and|yet|though) (?P<other>.+?)"
         r"(?: (?:each other|one another))?", Reader._same),
        (r"when did (?P<topic>.+) (?:change|turn|go) from (?P<old>.+) to (?P<new>.+)", Reader._turned),
    )
)  # fmt: skip

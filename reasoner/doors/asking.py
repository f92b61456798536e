"""A question in English, handed to the verb that it wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from reasoner.diagnostic import Problems, error
from reasoner.engine import engine
from reasoner.evidence.claim import Claim, known_sources
from reasoner.explain.compare import conclusions
from reasoner.explain.proof import Absent
from reasoner.explain.sources import UNCITED, origin
from reasoner.explain.why_not import Failure, why_not
from reasoner.knowledge_base import KnowledgeBase
from reasoner.query.answers import Answers
from reasoner.query.bodies import write
from reasoner.query.options import days_of
from reasoner.query.question import Question
from reasoner.query.requests import Reader, Request
from reasoner.render import compare as as_compared
from reasoner.render import json as as_json
from reasoner.render import proof as as_proof
from reasoner.render import reply as as_reply
from reasoner.render import sources as as_sources
from reasoner.render import why_not as as_why_not
from reasoner.render.json import Json
from reasoner.render.passage import Passage
from reasoner.render.reply import Answered, Assuming, Explained, Part
from reasoner.render.text import Footnotes, TextRenderer, Words, since
from reasoner.syntax.tree import Literal, Plain
from reasoner.term import Atom, Constant, Row, Variable, show_atom
from reasoner.when import FUTURE, PAST, Day, Days, day_or_none, show_day

MOST_GAPS = 20
UNENDED = "It has not ended, as far as is known."


@dataclass(frozen=True)
class Reply:
    """What came of a question, in parts and as data. `answered`: something was found, or a yes or no.

    `base` is what it tells of: what was asked, with what the question supposes or leaves out.
    """

    request: Request
    parts: tuple[Part, ...]
    data: Json
    answered: bool
    renderer: TextRenderer
    base: KnowledgeBase

    @property
    def text(self) -> str:
        """The reply as a terminal shows it."""
        return as_reply.text(self.parts, self.renderer)


def read(base: KnowledgeBase, question: str) -> Request:
    """What a question wants. Raises Problems where it is not understood."""
    sources = known_sources(base.program)
    return Reader(base.vocabulary, base.names, base.store.last_evidence(), sources).read(question)


def respond(base: KnowledgeBase, request: Request, at: str | None = None) -> Reply:
    """What the verb that a question wants says. Raises Problems."""
    renderer = base.renderer
    replying = _Replying(base, renderer, request, at)
    parts, data, answered = _VERBS[request.verb](replying)
    about = {"question": request.text, "verb": request.verb, "query": str(request)}
    last = base.store.last_evidence()
    whole: Json = {"last_evidence": None if last is None else day_or_none(last), "answers": [], "diagnostics": []}
    data = about | whole | data | {"question": request.text}
    return Reply(request, (*parts, Assuming(request.notes)), data, answered, renderer, replying.told_of)


Found = tuple[tuple[Part, ...], Json, bool]


class _Replying:
    """One question, on its way to its verb."""

    def __init__(self, base: KnowledgeBase, renderer: TextRenderer, request: Request, at: str | None) -> None:
        self.base, self.renderer, self.request, self.at = base, renderer, request, at
        self.told_of = base
        self.notes = Footnotes(renderer.sources)

    # ---------------------------------------------------------------- what the questions inside say

    def ask(self) -> Found:
        """Rows, a verdict, a number."""
        found = [self.base.ask(one, self.at) for one in self.request.about]
        parts = tuple(map(self._told, self.request.about, found))
        if len(found) == 1:
            return parts, as_json.answers(found[0]), bool(found[0])
        told: list[object] = [as_json.answers(one) for one in found]
        return parts, {"parts": told}, any(map(bool, found))

    def _told(self, question: Question, found: Answers) -> Part:
        """The answers; of what was to end, whether it has."""
        lasts = [one for one in found if one.truth.certain and one.truth.certain.intervals[-1][1] == FUTURE]
        return Answered(found, UNENDED if question.form == "until_when" and lasts else "")

    def why(self) -> Found:
        """Proofs; of what does not hold, why not."""
        (question,) = self.request.about
        found = self.base.ask(question, self.at)
        if not found:
            return self.why_not()
        stated = [claim for answer in found if answer.origin == "reported" for claim in answer.claims]
        data = as_json.answers(found)
        data["answers"] = [as_json.answer(one) | {"proof": as_proof.as_json(one.proof)} for one in found]
        return (*map(Explained, found), Passage(tuple(self._beside(stated)))), data, True

    def why_not(self) -> Found:
        """How far the rules got, and what would make it so."""
        (question,) = self.request.about
        named = self._named_day(question)
        at = self.at or (None if named is None else show_day(named))
        found = self.base.why_not(_written(question), at)
        return (found, Assuming(question.assumptions)), as_why_not.as_json(found), not found.holds

    def sources(self) -> Found:
        """On whose word a clause stands, and on how many."""
        (question,) = self.request.about
        found = self.base.query(_written(question))
        days = [days[-1][1] - 1 for one in found if (days := one.truth.certain.intervals) and days[-1][1] < FUTURE]
        named = self._named_day(question)
        if named is None and question.declaration.kind == "event":  # which holds on its own day only
            named = max(days, default=None)
        at = self.at or (None if named is None else show_day(named))
        predicate, backed = self.base.sources(_written(question), at)
        voices = sorted({voice for _, one in backed for voice in one.sources})
        told = ", ".join(self._named(one) for one in voices)
        lines = [f"{len(voices)} independent: {told or 'nobody'}."] if self.request.counts or not backed else []
        lines += as_sources.backed(predicate, backed, self.renderer).splitlines()
        data = {"voices": voices} | as_sources.backed_json(predicate, backed)
        return (_passage(lines), Assuming(question.assumptions)), data, bool(backed)

    @property
    def _last(self) -> Day:
        return self.base.store.last_evidence() or 0

    def _day(self) -> Day:
        """The day asked about, else the last evidence."""
        return days_of(self.at)[1] - 1 if self.at else next(iter(self.request.days), self._last)

    def _named_day(self, question: Question) -> Day | None:
        """The last day that a question names; what is asked of the whole past names none."""
        days = question.days
        return None if days is None or days == (PAST, self._last + 1) or days[1] == FUTURE else days[1] - 1

    # ---------------------------------------------------------------- comparisons

    def suppose(self) -> Found:
        """What begins, ends and changes if a fact is added, or taken away."""
        (question,) = self.request.about
        atom = self.base.vocabulary.positional(_atom(question))
        named, last = self._named_day(question), self._last
        if question.negated:
            gone = [show_atom(one.predicate, one.row) for one in self.base.query(str(atom))]
            other, day = self.base, last if named is None else named
            for one in gone:
                other = other.retract(one)
            told = [f"not {one}" for one in gone]
        else:
            day = last + 1 if named is None else named
            told = [self._supposed(question, atom, day)]
            # A source of its own: it stands whoever is left out, and whatever was known by when.
            other = self.base.append(f'source supposition publisher "Supposition".\n{told[0]} from supposition.')
        self.told_of = other
        found = self.base.compare(other, at=self.at or show_day(day))
        head = _passage([f"supposing {' and '.join(told) or 'nothing: no fact says so'}"])
        data = {"suppose": told} | as_compared.as_json(found, self.renderer)
        return (head, found, Assuming(question.assumptions)), data, True

    def _supposed(self, question: Question, atom: Atom, day: Day) -> str:
        """The fact to add, from a day on where it lasts."""
        kind = question.declaration.kind
        lacking = [
            p.name for p, t in zip(question.declaration.parameters, atom.terms, strict=True) if isinstance(t, Variable)
        ]
        if lacking:
            help = f"to suppose that, say which {' and which '.join(lacking)}"
            raise Problems([error("R423", f"`{atom}` is not one fact", help=help)])
        last = {"fixed": [], "event": [show_day(day)], "state": [f"{show_day(day)}.."]}[kind]
        return f"{atom.predicate}({', '.join([*map(str, atom.terms), *last])})"

    def without(self) -> Found:
        """What falls without a source."""
        (named,) = self.request.sources
        other = self.base
        for one in named:
            other = other.retract(one)
        self.told_of = other
        found = self.base.compare(other, at=self.at)
        head = _passage([f"without {' and '.join(dict.fromkeys(map(self._named, named)))}"])
        return (head, found), {"without": list(named)} | as_compared.as_json(found, self.renderer), True

    def compare(self) -> Found:
        """Two days, in all or of one topic; or two topics on one day."""
        if len(self.request.days) != 2:
            return self.ask()
        days = [show_day(day) for day in self.request.days]
        wanted = [_written(one) for one in self.request.about]
        found = self.base.compare(self.base, *wanted, at=days[0], against=days[1])
        kept = tuple(d for d in found.differences if self._concerns((d.before or ()) + (d.after or ())))
        found = replace(found, differences=kept)
        lines = []
        for day in days if wanted else ():
            rows = [one for atom in wanted for one in self.base.query(atom, at=day)]
            told = [self.renderer.sentence(one.predicate, one.row) for one in rows]
            lines += [f"on {day}:", *(f"  {one}" for one in dict.fromkeys(told) or ["  nothing is known of it"])]
        return (_passage(lines), found), as_compared.as_json(found, self.renderer), True

    # ---------------------------------------------------------------- evidence, and what it lacks

    def evidence(self) -> Found:
        """Dated statements, by name and source: the newest first where that is asked for."""
        columns = [self._stated(one) for one in self.request.sources] or [self._stated(())]
        lines: list[Words] = []
        data = []
        for named, claims in zip(self.request.sources or ((),), columns, strict=True):
            last = max((max(d.last for d in one.dates) for one in claims), default=None)
            if self.request.newest and last is not None:
                claims = [one for one in claims if max(d.last for d in one.dates) == last]
                age = self._last - last
                lines.append((f"{show_day(last)}, {age} days before the last evidence",))
            if len(columns) > 1:
                lines.append((f"{' and '.join(dict.fromkeys(map(self._named, named)))}:",))
            lines += [("  ", *self.renderer.claimed(one, self.notes)) for one in claims] or [("  no dated statement",)]
            data.append([{"atom": str(one), "citation": as_json.citation(one)} for one in claims])
        return (Passage(tuple(lines), self.notes),), {"evidence": data}, any(columns)

    def _stated(self, sources: tuple[str, ...]) -> list[Claim]:
        """The dated statements about the names asked about that are these sources' word, or were passed on by them."""

        def says(one: Claim) -> bool:
            return origin(one) in sources or bool(one.evidence and set(sources) & set(one.evidence.voices[1:-1]))

        return [one for one in self.base.claims if one.dates and self._concerns(one.row) and (not sources or says(one))]

    def _beside(self, stated: Iterable[Claim]) -> Iterator[Words]:
        """What the same passages say besides: no rule says why a source's event happened, but the source may."""
        stated = list(stated)
        places = {(c.evidence.source, c.evidence.locator) for c in stated if c.evidence and c.evidence.locator}
        others = [
            one
            for one in self.base.claims
            if one.evidence and (one.evidence.source, one.evidence.locator) in places and one not in stated
        ]
        if others:
            yield ("it is stated, so no rule says why; the same passage also says:",)
        for one in others:
            cited = f": {self.notes.cite(one.evidence)}" if one.evidence else ""
            yield (f"  {self.renderer.sentence(one.predicate, one.row)}{cited}",)

    def gaps(self) -> Found:
        """What would have to be known to tell more about a topic than is known."""
        leaves: dict[Failure, None] = {}
        asked = frozenset(_atom(one).predicate for one in self.request.about)
        told = frozenset(d.predicate for d in self.base.vocabulary.declarations.values() if d.phrases)
        for question in self.request.about:
            atom = self.base.vocabulary.positional(_atom(question))
            for one in self._lacking(atom):
                leaves.update(dict.fromkeys(_leaves(one, asked, told)))
        lines = dict.fromkeys(self._unknown(one) for one in leaves if not any(map(_wider(one), leaves)))
        assumed = dict.fromkeys(a for one in self.request.about for a in one.assumptions)
        text = [f"  {one}" for one in list(lines)[:MOST_GAPS]] or ["nothing is missing that a rule asks for"]
        return (_passage(text), Assuming(tuple(assumed))), {"unknown": list(lines)}, bool(lines)

    def _lacking(self, atom: Atom) -> Iterator[Failure | None]:
        """Why an atom does not hold; where its side is open, for each that is known there."""
        base, day = self.base, self._day()
        types = [
            p.type if isinstance(t, Variable) else None
            for t, p in zip(atom.terms, base.vocabulary.parameters(atom.predicate), strict=True)
        ]
        at = next((n for n, one in enumerate(types) if self.base.names.is_compass(one)), None)
        named = {t.value for t in atom.terms if isinstance(t, Constant)}
        near = [set(one.row) for one in base.claims if named and named <= set(one.row)]
        goals = [atom]
        if at is not None:
            sides = [side for side in base.names.members.get(types[at] or "", ()) if any(side in row for row in near)]
            goals = [Atom(atom.predicate, (*atom.terms[:at], Constant(side), *atom.terms[at + 1 :])) for side in sides]
        for goal in goals:
            yield why_not(base.vocabulary, base.claims, engine("columnar"), goal, day, ()).failure

    def _unknown(self, leaf: Failure) -> str:
        """What nothing speaks of."""
        if leaf.proof is not None:
            first = as_proof.sentences(leaf.proof, self.renderer).splitlines()[0]
            return re.sub(r"  \(.*\)$|, on \d.*$", "", first)
        row = tuple("_" if value is None else value for value in leaf.row)
        return f"nothing says that {self.renderer.sentence(leaf.predicate, row)}"

    def situation(self) -> Found:
        """What follows and what is stated to last, on a day, in all or about one name."""
        day = self._day()
        declared = self.base.vocabulary.declarations
        stated = [d.predicate for d in declared.values() if d.kind == "state" and d.phrases]
        model = self.base.model(tuple(dict.fromkeys((*conclusions(self.base.vocabulary), *stated))))
        lines, data = [], []
        for predicate in dict.fromkeys((*conclusions(self.base.vocabulary), *stated)):
            for row, truth in sorted(model.rows(predicate).items(), key=lambda one: str(one[0])):
                always = truth.certain == Days(((PAST, FUTURE),))
                if day in truth.possible and not always and self._concerns(row):
                    lines.append(f"  {self.renderer.sentence(predicate, row)}, {since(truth, day)}")
                    data.append(show_atom(predicate, row))
        lines = lines or ["  nothing is known of that day"]
        return (_passage([f"on {show_day(day)}", *lines]),), {"atoms": data}, bool(data)

    def disputes(self) -> Found:
        """Where sources contradict each other: on who holds a place, or on what some deny."""
        topic = [_written(one) for one in self.request.about]
        lines: list[Words] = [("  ", one.message) for one in self.base.check() if one.code == "R421"]
        for denial in (d for d in self.base.vocabulary.declarations.values() if d.denies):
            for row, claims in self.base.store.stated(denial.predicate):
                held = self.base.query(show_atom(str(denial.denies), row))
                lines += [
                    ("  ", "denied: ", *self.renderer.claimed(claim, self.notes))
                    for claim in claims
                    if any(one.truth.certain & claim.truth.certain for one in held)
                ]
        about = f" (asked about: {'; '.join(topic)})" if topic else ""
        nothing = f"No two sources disagree, and nothing that is claimed is denied on the same day{about}."
        found = ["".join(one).strip() for one in lines]
        return (Passage(tuple(lines or [(nothing,)]), self.notes),), {"disputes": found}, True

    def _concerns(self, row: Row) -> bool:
        """Whether a row is about the name that was said, in any of its meanings."""
        return not self.request.names or not set(self.request.names).isdisjoint(row)

    def _named(self, name: str) -> str:
        source = self.renderer.sources.get(name)
        return (source.publisher if source else None) or ("nobody" if name == UNCITED else name)


def _passage(lines: Iterable[str]) -> Passage:
    """Lines that cite nothing."""
    return Passage(tuple((one,) for one in lines))


def _leaves(failure: Failure | None, asked: frozenset[str], told: frozenset[str]) -> Iterator[Failure]:
    """Where rules stop for want of evidence, at the first that phrases tell beside what is asked."""
    if failure is None:
        return
    if failure.unknown and failure.predicate in told - asked:
        yield failure
        return
    if failure.reason == "stands" and failure.proof and any(isinstance(p, Absent) for p in failure.proof.premises):
        yield failure
    for attempt in failure.attempts:
        for one in attempt.failures:
            yield from _leaves(one, asked, told)


def _wider(leaf: Failure) -> Callable[[Failure], bool]:
    """Whether another leaf says the same of more."""

    def covers(other: Failure) -> bool:
        pairs = list(zip(leaf.row, other.row, strict=False))
        same = other.predicate == leaf.predicate and all(wide in (None, one) for one, wide in pairs)
        return same and other.row != leaf.row and not other.proof and not leaf.proof

    return covers


def _atom(question: Question) -> Atom:
    """The atom that a question is about."""
    for literal in question.body:
        if isinstance(literal, Literal) and isinstance(literal.formula, Plain):
            found = literal.formula.atom
    return found


def _written(question: Question) -> str:
    """The atom as a pattern, open where anything will do."""
    terms = (str(t) if isinstance(t, Constant) else f"{t}" for t in _atom(question).terms)
    return f"{_atom(question).predicate}({', '.join(terms)})" if _atom(question).terms else write(question.body)


_VERBS: dict[str, Callable[[_Replying], Found]] = {
    "ask": _Replying.ask,
    "why": _Replying.why,
    "why-not": _Replying.why_not,
    "sources": _Replying.sources,
    "suppose": _Replying.suppose,
    "without": _Replying.without,
    "compare": _Replying.compare,
    "evidence": _Replying.evidence,
    "gaps": _Replying.gaps,
    "situation": _Replying.situation,
    "disputes": _Replying.disputes,
}

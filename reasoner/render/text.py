"""Answers as text for a terminal: who, since when, on whose word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reasoner.evidence.claim import Claim, Evidence
from reasoner.query.answers import Answer, Answers
from reasoner.query.names import Names
from reasoner.query.phrases import show, tell
from reasoner.syntax.tree import Parameter, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row, Value, show_atom
from reasoner.when import FUTURE, PAST, Date, Day, Days, Truth, show_day

_VERDICTS = {
    "yes": "Yes.",
    "no": "No.",
    "possibly": "Possibly: the dates are not known well enough to tell.",
    "reported": "It is said so, but it does not follow from the evidence.",
    "unknown": "Not known: the evidence says neither yes nor no.",
}

_ORIGINS = {"both": "reported and derived", "reported": "reported only", "derived": "derived"}
KNOWN = "what is known of it:"


class Mark(str):
    """`[1][2] and 3 more`: the numbers of the sources that are cited, and of how many more they are not told."""

    __slots__ = ("more", "numbers")

    def __new__(cls, numbers: Iterable[int] = (), more: int = 0) -> Mark:
        told = tuple(numbers)
        new = super().__new__(cls, "".join(f"[{n}]" for n in told) + (f" and {more} more" if more else ""))
        new.numbers, new.more = told, more
        return new

    numbers: tuple[int, ...]
    more: int


Words = tuple[str, ...]  # a text in parts, of which some are marks


@dataclass(frozen=True)
class Line:
    """What is told of one answer: the values of its variables, since when, on whose word, and what began earlier.

    `whole` says the values as one sentence.
    """

    answer: Answer
    values: tuple[str, ...]
    whole: str
    since: str
    origin: str
    mark: Mark
    context: tuple[str, ...]


@dataclass(frozen=True)
class Telling:
    """An answer in parts, each as it is said: what it comes to, a line for each finding, and what stands below.

    `more` statements are known beside the `evidence`, which is told where there is no answer.
    """

    head: str
    as_of: str
    lines: tuple[Line, ...]
    remarks: tuple[Words, ...]
    denials: tuple[Words, ...]
    evidence: tuple[Words, ...]
    more: int
    assumed: tuple[str, ...]
    notes: Footnotes


class TextRenderer:
    """Renders answers with the names and sources of one knowledge base."""

    EVIDENCE = 6  # statements told where there is no answer

    def __init__(self, vocabulary: Vocabulary, names: Names, sources: dict[str, Source]) -> None:
        self.vocabulary, self.names, self.sources = vocabulary, names, sources

    def answers(self, answers: Answers) -> str:
        """The whole answer: what it comes to, a row for each finding, assumptions, sources."""
        told = self.tell(answers)
        lines = [*_head(told), *_table(told.lines)]
        lines += [f"  {remark}  {mark}" for remark, mark in told.remarks]
        lines += [f"  {''.join(denial)}" for denial in told.denials]
        if told.evidence:
            lines += [KNOWN, *(f"  {''.join(words)}" for words in told.evidence)]
        if told.more:
            lines.append(f"  {more_statements(told.more)}")
        lines += [f"{'assuming' if not n else '        '}  {text}" for n, text in enumerate(told.assumed)]
        return shown("\n".join((*lines, *told.notes.lines())))

    def tell(self, answers: Answers) -> Telling:
        """What is to be said, in parts; sources are numbered in the order of reading."""
        notes = Footnotes(self.sources)
        known = tuple(dict.fromkeys(answers.evidence)) if not answers else ()
        return Telling(
            self._head(answers),
            _as_of(answers),
            tuple(self._lines(answers, notes)),
            tuple((remark, notes.mark(claims)) for remark, claims in answers.remarks),
            tuple(self.claimed(claim, notes) for claim in answers.denials),
            tuple(self.claimed(claim, notes) for claim in known[: self.EVIDENCE]),
            max(len(known) - self.EVIDENCE, 0),
            tuple(dict.fromkeys((*answers.assumptions, *(a for answer in answers for a in answer.assumptions)))),
            notes,
        )

    def claim(self, claim: Claim, notes: Footnotes) -> str:
        """`Syrian army is absent from Raqqa province, 2014-08 to 2016-06-03  [1]`."""
        return "".join(self.claimed(claim, notes))

    def claimed(self, claim: Claim, notes: Footnotes) -> Words:
        """The same in parts."""
        when = " to ".join(map(str, claim.dates))
        said = f"{self.sentence(claim.predicate, claim.row)}{f', {when}' if when else ''}"
        return (said, "  ", notes.mark((claim,))) if claim.evidence else (said,)

    def sentence(self, predicate: str, row: Row) -> str:
        """The atom as its declaration tells it, or as it is written."""
        declaration = self.vocabulary.declarations.get(predicate)
        if declaration and declaration.phrases:
            return tell(declaration, row, self.names)
        return show_atom(predicate, row)

    # ---------------------------------------------------------------- parts

    def _head(self, answers: Answers) -> str:
        """The verdict, the number, or what the answers come to."""
        if answers.verdict:
            return f"{_VERDICTS[answers.verdict]} {answers.headline}".strip()
        if answers.form == "how_many":
            return self._count(answers)
        return answers.headline or ("" if answers else "No answer: nothing in the evidence says so.")

    def _count(self, answers: Answers) -> str:
        asked = answers.asked or tuple(name for name, _ in (answers.answers[0].bindings if answers else ()))
        span = Days((answers.days or (PAST, FUTURE),))

        def distinct(found: Iterable[Answer]) -> int:
            return len({tuple(value for name, value in a.bindings if name in asked) for a in found})

        sure, may = distinct(a for a in answers if a.truth.certain & span), distinct(answers)
        return f"{sure}." if sure == may else f"{sure} for certain, {may} at most."

    def _lines(self, answers: Answers, notes: Footnotes) -> Iterator[Line]:
        # A query of one day tells of no other, so not since when.
        days = answers.days if answers.form != "query" else None
        day = days[0] if days and days[1] == days[0] + 1 else None
        for answer in answers:
            context = []
            for predicate, known, truth in answer.context:
                began = (answer.truth.certain or answer.truth.possible).intervals[-1][0]
                context.append(f"{self.sentence(predicate, known)}, {since(truth, began if day is None else day)}")
            values = tuple(self._values(answer))
            whole = self.sentence(answer.predicate, answer.row) if "#" not in answer.predicate else ", ".join(values)
            when, mark = since(answer.truth, day), notes.mark(answer.claims)
            yield Line(answer, values, whole, when, _ORIGINS[answer.origin], mark, tuple(context))

    def _values(self, answer: Answer) -> list[str]:
        if not answer.variables and answer.bindings:
            return [f"{name} = {value}" for name, value in answer.bindings]
        if not answer.bindings:
            return [self.sentence(answer.predicate, answer.row) if "#" not in answer.predicate else answer.atom]
        parameters = {p.name: p for p in self.vocabulary.parameters(answer.predicate)}
        named = dict(zip(answer.variables, parameters, strict=False))
        return [self._cell(answer.predicate, parameters.get(named.get(n, "")), value) for n, value in answer.bindings]

    def _cell(self, predicate: str, parameter: Parameter | None, value: Value) -> str:
        """A value as written, in the words that a phrase puts round it: `from the west` for `[from the {side}]`."""
        declaration = self.vocabulary.declarations.get(predicate)
        if parameter and declaration:
            for words in re.findall(r"\[([^\[\]]*)\]", " ".join(declaration.phrases)):
                if re.findall(r"{(\w+)}", words) == [parameter.name]:
                    return str(words.replace(f"{{{parameter.name}}}", show(parameter, value, self.names)))
            if parameter.type == "Direction":
                return show(parameter, value, self.names)
        return str(value)


def _head(told: Telling) -> list[str]:
    first = f"{told.head:<{70}}  {told.as_of}".rstrip() if told.head else told.as_of
    return [first] if first else []


def _table(told: Sequence[Line]) -> Iterator[str]:
    """The lines below each other, and below each what began earlier."""
    table = [[f"{one.answer.id:>3}", *one.values, one.since, one.origin, one.mark] for one in told]
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))] if table else []
    for one, row in zip(told, table, strict=True):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield from (f"       ({earlier})" for earlier in one.context)


def _as_of(answers: Answers) -> str:
    one = answers.days and answers.days[1] == answers.days[0] + 1
    return as_of(answers.days[0], answers.last_evidence) if answers.days and one else ""


def as_of(day: Day, last_evidence: Day | None) -> str:
    """`as of 2016-06-04, the last evidence`."""
    return f"as of {show_day(day)}" + (", the last evidence" if day == last_evidence else "")


def more_statements(number: int) -> str:
    """What is said of statements that are not told."""
    return f"and {number} more statements"


def shown(text: str) -> str:
    """The text with control characters written out: what a file says must not drive a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


class Footnotes:
    """Sources numbered in the order in which they are first cited."""

    SHOWN = 4  # of one answer; `why` shows them all

    def __init__(self, sources: dict[str, Source]) -> None:
        self.sources = sources
        self.numbers: dict[Evidence, int] = {}

    def mark(self, claims: Sequence[Claim]) -> Mark:
        """`[1][2]` for the claims that cite a source, each place in a source once."""
        cited = list(dict.fromkeys(claim.evidence for claim in claims if claim.evidence))
        numbers = [self.numbers.setdefault(one, len(self.numbers) + 1) for one in cited[: self.SHOWN]]
        return Mark(numbers, max(len(cited) - self.SHOWN, 0))

    def lines(self) -> list[str]:
        """`[1] Al Jazeera, 2016-06-04, s11 "besieged by government troops from the west"`."""
        return [f"[{number}] {self.cite(evidence)}" for evidence, number in self.numbers.items()]

    def cite(self, evidence: Evidence) -> str:
        """Publisher, date, place and words; and whom it repeats, other than its own publisher on another day."""
        publisher, *repeated = self.voices(evidence)
        parts = [publisher, *([str(evidence.said)] if evidence.said else [])]
        parts += [evidence.locator] if evidence.locator else []
        words = f' "{evidence.quote}"' if evidence.quote else ""
        return f"{', '.join(parts)}{words}" + (f" (citing {', citing '.join(repeated)})" if repeated else "")

    def voices(self, evidence: Evidence) -> tuple[str, ...]:
        """The publisher, and whom it repeats."""
        publisher, *others = [self.sources[v].publisher or v if v in self.sources else v for v in evidence.voices]
        return publisher, *(one for one in others if one != publisher)


def since(truth: Truth, day: Day | None) -> str:
    """`since 2014-08-31, possibly 2014-08-01` for the run around a day; every run where no day is asked about."""
    if day is not None:
        return _around(truth, day)
    if (
        not truth.certain
        and len(truth.windows) == 1
        and truth.possible == Days.of([(truth.windows[0][0], truth.windows[0][1] + 1)])
    ):
        return f"on some day of {Date(*truth.windows[0])}"
    if len(truth.possible.intervals) == len(truth.certain.intervals) == 1 and truth.certain.intervals[0][1] == FUTURE:
        return _around(truth, max(truth.certain.intervals[0][0], 0))
    sure, may = str(truth.certain), str(truth.possible)
    return sure if sure == may else f"certain {sure}; possible {may}" if truth.certain else f"possibly {may}"


def _around(truth: Truth, day: Day) -> str:
    """The run that a day lies in; its end only where it is known to lie after that day."""
    sure, may = truth.certain.run(day), truth.possible.run(day)
    if may is None:
        return since(truth, None)
    if sure is None:
        return f"possibly {Days((may,))}"
    text = "always" if sure == (PAST, FUTURE) else "so far" if sure[0] == PAST else f"since {show_day(sure[0])}"
    if may[0] != sure[0]:
        text += f", possibly {show_day(may[0])}" if may[0] != PAST else ", possibly ever before"
    if day + 1 < sure[1] < FUTURE:
        text += f" until {show_day(sure[1] - 1)}"
    if may[1] != sure[1] and may[1] != FUTURE:
        text += f", possibly until {show_day(may[1] - 1)}"
    return text

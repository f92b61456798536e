"""Answers as text for a terminal: who, since when, on whose word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

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


class TextRenderer:
    """Renders answers with the names and sources of one knowledge base."""

    EVIDENCE = 6  # statements told where there is no answer

    def __init__(self, vocabulary: Vocabulary, names: Names, sources: dict[str, Source]) -> None:
        self.vocabulary, self.names, self.sources = vocabulary, names, sources

    def answers(self, answers: Answers) -> str:
        """The whole answer: what it comes to, a row for each finding, assumptions, sources."""
        notes = Footnotes(self.sources)
        lines = [*self._head(answers), *self._rows(answers, notes)]
        lines += [f"  {remark}  {notes.mark(claims)}" for remark, claims in answers.remarks]
        lines += [f"  {self.claim(claim, notes)}" for claim in answers.denials]
        if not answers and answers.evidence:
            told = dict.fromkeys(answers.evidence)
            lines += [
                "what is known of it:",
                *(f"  {self.claim(claim, notes)}" for claim in list(told)[: self.EVIDENCE]),
            ]
            if len(told) > self.EVIDENCE:
                lines.append(f"  and {len(told) - self.EVIDENCE} more statements")
        assumed = dict.fromkeys((*answers.assumptions, *(a for answer in answers for a in answer.assumptions)))
        lines += [f"{'assuming' if not n else '        '}  {text}" for n, text in enumerate(assumed)]
        return shown("\n".join((*lines, *notes.lines())))

    def claim(self, claim: Claim, notes: Footnotes) -> str:
        """`Syrian army is absent from Raqqa province, 2014-08 to 2016-06-03 [1]`."""
        when = " to ".join(map(str, claim.dates))
        cited = f"  {notes.mark((claim,))}" if claim.evidence else ""
        return f"{self.sentence(claim.predicate, claim.row)}{f', {when}' if when else ''}{cited}"

    def sentence(self, predicate: str, row: Row) -> str:
        """The atom as its declaration tells it, or as it is written."""
        declaration = self.vocabulary.declarations.get(predicate)
        if declaration and declaration.phrases:
            return tell(declaration, row, self.names)
        return show_atom(predicate, row)

    # ---------------------------------------------------------------- parts

    def _head(self, answers: Answers) -> list[str]:
        day = answers.days[0] if answers.days and answers.days[1] == answers.days[0] + 1 else None
        as_of = ""
        if day is not None:
            as_of = f"as of {show_day(day)}" + (", the last evidence" if day == answers.last_evidence else "")
        first = answers.headline
        if answers.verdict:
            first = f"{_VERDICTS[answers.verdict]} {answers.headline}".strip()
        elif answers.form == "how_many":
            first = self._count(answers)
        elif not answers and not first:
            first = "No answer: nothing in the evidence says so."
        if not first and as_of:
            return [as_of]
        return [f"{first:<{70}}  {as_of}".rstrip()] if first else []

    def _count(self, answers: Answers) -> str:
        asked = answers.asked or tuple(name for name, _ in (answers.answers[0].bindings if answers else ()))
        span = Days((answers.days or (PAST, FUTURE),))

        def distinct(found: Iterable[Answer]) -> int:
            return len({tuple(value for name, value in a.bindings if name in asked) for a in found})

        sure, may = distinct(a for a in answers if a.truth.certain & span), distinct(answers)
        return f"{sure}." if sure == may else f"{sure} for certain, {may} at most."

    def _rows(self, answers: Answers, notes: Footnotes) -> list[str]:
        # A query of one day tells of no other, so not since when.
        days = answers.days if answers.form != "query" else None
        day = days[0] if days and days[1] == days[0] + 1 else None
        table = [
            [
                f"{answer.id:>3}",
                *self._values(answer),
                since(answer.truth, day),
                _origin(answer),
                notes.mark(answer.claims),
            ]
            for answer in answers
        ]
        widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))] if table else []
        lines = []
        for answer, row in zip(answers, table, strict=True):
            lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
            for predicate, known, truth in answer.context:
                began = (answer.truth.certain or answer.truth.possible).intervals[-1][0]
                lines.append(
                    f"       ({self.sentence(predicate, known)}, {since(truth, day if day is not None else began)})"
                )
        return lines

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


def shown(text: str) -> str:
    """The text with control characters written out: what a file says must not drive a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


class Footnotes:
    """Sources numbered in the order in which they are first cited."""

    SHOWN = 4  # of one answer; `why` shows them all

    def __init__(self, sources: dict[str, Source]) -> None:
        self.sources = sources
        self.numbers: dict[Evidence, int] = {}

    def mark(self, claims: Sequence[Claim]) -> str:
        """`[1][2]` for the claims that cite a source, each place in a source once."""
        cited = list(dict.fromkeys(claim.evidence for claim in claims if claim.evidence))
        marks = [f"[{self.numbers.setdefault(one, len(self.numbers) + 1)}]" for one in cited[: self.SHOWN]]
        more = len(cited) - self.SHOWN
        return "".join(marks) + (f" and {more} more" if more > 0 else "")

    def lines(self) -> list[str]:
        """`[1] Al Jazeera, 2016-06-04, s11 "besieged by government troops from the west"`."""
        return [f"[{number}] {self.cite(evidence)}" for evidence, number in self.numbers.items()]

    def cite(self, evidence: Evidence) -> str:
        """Publisher, date, place and words; and whom it repeats, other than its own publisher on another day."""
        publisher, *others = [self.sources[v].publisher or v if v in self.sources else v for v in evidence.voices]
        parts = [publisher, *([str(evidence.said)] if evidence.said else [])]
        parts += [evidence.locator] if evidence.locator else []
        repeated = [one for one in others if one != publisher]
        words = f' "{evidence.quote}"' if evidence.quote else ""
        return f"{', '.join(parts)}{words}" + (f" (citing {', citing '.join(repeated)})" if repeated else "")


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


def _origin(answer: Answer) -> str:
    return {"both": "reported and derived", "reported": "reported only", "derived": "derived"}[answer.origin]

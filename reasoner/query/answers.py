"""Answers: rows with the days on which they hold, whose word they rest on, and what they take for granted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from reasoner.diagnostic import Diagnostic
from reasoner.evidence.claim import Claim
from reasoner.explain.proof import Proof
from reasoner.term import Row, Value
from reasoner.when import Day, Interval, Truth

Origin = Literal["derived", "reported", "both"]
Verdict = Literal["yes", "no", "possibly", "reported", "unknown"]


@dataclass(frozen=True)
class Answer:
    """One row. `atom` is the question's atom with its variables filled in.

    `variables` has the question's variable for each argument of the row, "" where a constant stands.
    `proof` says why it is derived; what is only reported has none.
    `context` are facts about the same row that began earlier, such as the pressure before a siege.
    """

    id: int
    atom: str
    predicate: str
    row: Row
    bindings: tuple[tuple[str, Value], ...]
    truth: Truth
    origin: Origin
    claims: tuple[Claim, ...] = field(repr=False)
    assumptions: tuple[str, ...]
    variables: tuple[str, ...] = ()
    context: tuple[tuple[str, Row, Truth], ...] = ()
    proof: Proof | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Answers:
    """All answers to one question.

    `headline` and `remarks`, each with the claims that it rests on, tell the situation of a place.
    `alternatives` are other readings of the question, `denials` say that it is not so, `evidence` is what is known
    where there is no answer.
    `days` is the span asked about, closed-open; None for all days. `verdict` is set where the question wants yes or no.
    """

    question: str
    query: str
    form: str
    answers: tuple[Answer, ...]
    last_evidence: Day | None
    days: Interval | None
    asked: tuple[str, ...] = ()
    verdict: Verdict | None = None
    headline: str = ""
    remarks: tuple[tuple[str, tuple[Claim, ...]], ...] = field(default=(), repr=False)
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    denials: tuple[Claim, ...] = field(default=(), repr=False)
    evidence: tuple[Claim, ...] = field(default=(), repr=False)
    diagnostics: tuple[Diagnostic, ...] = ()

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)

    def __bool__(self) -> bool:
        """Whether the question was answered: found something, or a yes or no."""
        return self.verdict != "unknown" if self.verdict else bool(self.answers)

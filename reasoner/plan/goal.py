"""How much of a plan a question is given: the whole, or what its goals demand on its days. The decision lies here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from reasoner.plan.demand import Demanded, demanded
from reasoner.plan.plan import Plan, beyond
from reasoner.plan.slicing import sliced
from reasoner.when import Interval

# Measured on the doctrine: below so many facts making the narrower plan, with twice the rules, costs what it saves.
FEW = 1_000


@dataclass(frozen=True)
class Directed:
    """A plan for all rows of some goals over so many facts; where `days` are given, on these alone.

    What is `known` already need not be evaluated.

    `facts` is None for an engine that knows nothing of demands and spans.

    `whole` derives every row of what it derives. Of what the goals demand the narrowed plan derives the same rows, so
    that proofs are built from the rules of the whole one.
    """

    whole: Plan
    goals: tuple[str, ...]
    facts: int | None
    days: Interval | None = None
    known: frozenset[str] = frozenset()

    @cached_property
    def narrowed(self) -> Demanded:
        """What the goals demand, on the days that they need."""
        return demanded(sliced(self.unknown, self.goals, self.days) if self.days else self.unknown, self.goals)

    @cached_property
    def unknown(self) -> Plan:
        """All rows of what is not known and the goals need."""
        return beyond(self.whole, self.known, self.goals) if self.known else self.whole

    @property
    def pays(self) -> bool:
        """Whether narrowing saves more than it costs."""
        return self.facts is not None and self.facts >= FEW

    @property
    def used(self) -> bool:
        """Whether anything is demanded."""
        return self.pays and bool(self.narrowed.places)

    @property
    def plan(self) -> Plan:
        """The one to evaluate."""
        return self.narrowed.plan if self.pays else self.unknown

    @property
    def reason(self) -> str:
        """Whether demand is used, and why."""
        if self.facts is None:
            return "not used: the engine derives all"
        if not self.pays:
            return f"not used: of {self.facts} facts it is cheaper to derive all (it is used from {FEW} on)"
        if not self.narrowed.places:
            return "not used: nothing that is needed is asked for by the value of an argument"
        return f"used: there are {self.facts} facts"

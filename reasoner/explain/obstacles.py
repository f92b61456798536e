"""Why nothing holds on a day: what stands in the way of each rule that could have said so.

The rules of what is absent are followed with the values for which their bodies begin to hold. Where a body stops at an
absence that fails, what holds there is an obstacle; where it stops at what is derived, that is followed in turn. What
facts alone could say has no obstacle: nobody says so. What is nearest to the absence comes first, and only so much is
looked at, so that the cost does not grow with the map.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from reasoner.engine.model import Model, pattern_of
from reasoner.evidence.indexed import Pattern
from reasoner.explain.ground import from_head
from reasoner.explain.ways import Binding, Goal, Ways
from reasoner.plan.demand import Places, demand_for
from reasoner.plan.rules import PlannedRule, Step, ordered
from reasoner.syntax.tree import Literal, Once, Plain, Since
from reasoner.term import Atom
from reasoner.when import FUTURE, PAST, Day, Days

MOST = 12  # obstacles of one absence
LOOKED = 100  # atoms that are followed for it
ROWS = 2_000  # rows that the steps of their rules look at


class Obstacles:
    """Reads one model. Of a model that was narrowed to a question, `places` say what was asked for."""

    def __init__(self, model: Model, rules: Mapping[str, list[PlannedRule]], ways: Ways, places: Places) -> None:
        self.model, self.rules, self.ways, self.places = model, rules, ways, places
        self._orders: dict[tuple[int, frozenset[str]], tuple[Step, ...]] = {}
        self._rows = 0

    def against(self, predicate: str, row: Pattern, day: Day) -> tuple[tuple[Goal, ...], bool]:
        """What holds against all that matches on a day, nearest first; and whether there may be more."""
        found: dict[Goal, None] = {}
        seen = {(predicate, row)}
        waiting = deque(seen)
        looked, self._rows = 0, 0
        while waiting and looked < LOOKED and self._rows < ROWS and len(found) <= MOST:
            looked += 1
            asked, pattern = waiting.popleft()
            for rule in self.rules.get(asked, ()):
                for one in self._stops(rule, pattern, day):
                    if isinstance(one, Goal):
                        found[one] = None
                    elif one not in seen:
                        seen.add(one)
                        waiting.append(one)
        return tuple(found)[:MOST], bool(waiting) or self._rows > ROWS or len(found) > MOST

    def _stops(self, rule: PlannedRule, row: Pattern, day: Day) -> Iterator[Goal | tuple[str, Pattern]]:
        """Where a rule stops: what holds though it must not, and derived atoms that do not hold."""
        binding = from_head(rule, row)
        reached = [binding] if binding is not None else []
        for step in self._ordered(rule, frozenset(binding or ())):
            further: dict[tuple[object, ...], Binding] = {}
            for known in reached:
                self._rows += 1 + self.ways.looks_at(step, known)
                if self._rows > ROWS:
                    return
                ways = [more for more, _, _ in self.ways.step(step, known, "possible", day, day)]
                further |= {tuple(more.values()): more for more in ways}
                if not ways and isinstance(step, Literal):
                    yield from self._fails(step, known, day)
            reached = list(further.values())

    def _ordered(self, rule: PlannedRule, bound: frozenset[str]) -> tuple[Step, ...]:
        asked = id(rule), bound
        if asked not in self._orders:
            self._orders[asked] = ordered(rule.body, bound)
        return self._orders[asked]

    def _fails(self, literal: Literal, binding: Binding, day: Day) -> Iterator[Goal | tuple[str, Pattern]]:
        """What makes a literal fail, where that is simple."""
        if literal.during and day not in Days((literal.during.span,)):
            return
        match literal.formula:
            case Plain(atom) if literal.negated:
                yield from self._latest(atom, binding, day, day)
            case Once(atom, near, far) if literal.negated:
                yield from self._latest(atom, binding, PAST if far == FUTURE else day - far, day - near)
            case Plain(atom):
                pattern = pattern_of(atom, binding)
                if atom.predicate in self.rules and self._is_known(atom.predicate, pattern):
                    yield atom.predicate, pattern
            case Since(operand, start) if operand.negated and not literal.negated:
                for more, row in self.ways.rows(start, binding):
                    begun = self.model.truth(start.predicate, row).possible & Days(((PAST, day + 1),))
                    if begun:
                        yield from self._latest(operand.atom, more, begun.intervals[-1][1], day)

    def _is_known(self, predicate: str, pattern: Pattern) -> bool:
        """Whether the model has all that matches."""
        asked = tuple(pattern[place] for place in self.places.get(predicate, ()))
        return not asked or asked in self.model.rows(demand_for(predicate))

    def _latest(self, atom: Atom, binding: Binding, first: Day, last: Day) -> Iterator[Goal]:
        """The latest that holds for certain on some of the days."""
        span = Days.of([(first, last + 1)])
        held = [
            (days.intervals[-1][1] - 1, row)
            for _, row in self.ways.rows(atom, binding)
            if (days := self.model.truth(atom.predicate, row).certain & span)
        ]
        if held:
            day = max(day for day, _ in held)
            row = min((row for on, row in held if on == day), key=str)
            yield Goal(atom.predicate, row, "certain", day, day)

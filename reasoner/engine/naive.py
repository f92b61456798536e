"""The definition: sets of days, every rule applied until nothing changes. Slow, obvious, the oracle.

A relation gives each row three things, as `Truth` does, but as sets of single days. The first day of the horizon
stands for all days before it and the last one for all days after, because nothing changes there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reasoner.engine.model import Model
from reasoner.engine.values import (
    bounds,
    certainly,
    compare,
    evaluate_term,
    outcomes,
    possibly,
    rounds,
)
from reasoner.evidence.store import Store
from reasoner.plan.plan import Plan
from reasoner.plan.rules import Gather, PlannedRule, Step
from reasoner.syntax.tree import (
    Always,
    Begins,
    Comparison,
    Ends,
    Formula,
    Literal,
    Once,
    Plain,
    Since,
    atoms_of,
)
from reasoner.term import Atom, Constant, Row, Value, Variable
from reasoner.when import FUTURE, PAST, Day, Days, Interval, Truth, narrowest

DaySet = frozenset[Day]
Binding = dict[str, Value]


@dataclass(frozen=True)
class Sets:
    """The days on which a row holds in every world and in some, and spans that hold one in every world."""

    certain: DaySet = frozenset()
    possible: DaySet = frozenset()
    windows: frozenset[Interval] = frozenset()


Relation = dict[Row, Sets]


def evaluate(plan: Plan, store: Store) -> Model:
    """Every predicate of the plan and the store. Raises Problems (R5xx) where the rules do not settle."""
    horizon = Horizon(*_ends(plan, store))
    relations: dict[str, Relation] = {
        predicate: {
            row: sets
            for row, truth in rows.items()
            if (sets := horizon.within(horizon.inward(truth), plan.spans.get(predicate))).possible
        }
        for predicate, rows in store.facts.items()
    }
    for stratum in plan.strata:
        for _ in rounds(stratum.predicates, stratum.calculates):
            changed = False
            first = [rule for rule in stratum.rules if rule.head.predicate in stratum.gathered]
            for one in stratum.rules:
                for rule in (*first, one):
                    head = rule.head.predicate
                    known = relations.setdefault(head, {})
                    for row, sets in list(Solver(horizon, relations).rule(rule)):
                        needed = horizon.always if head in plan.demands else horizon.within(sets, plan.spans.get(head))
                        grown = either(known.get(row, Sets()), needed)
                        if grown != known.get(row, Sets()):
                            known[row], changed = grown, True
            if not changed:
                break
    return Model({p: {row: horizon.outward(sets) for row, sets in rows.items()} for p, rows in relations.items()})


def _ends(plan: Plan, store: Store) -> tuple[Day, Day]:
    """A first day before every change and a last one after all that the operators can reach."""
    edges = {
        edge
        for rows in store.facts.values()
        for truth in rows.values()
        for interval in (*truth.certain, *truth.possible, *truth.windows)
        for edge in interval
    }
    edges |= {edge for span in plan.spans.values() for edge in span}
    reach = 1
    for literal in (step for s in plan.strata for r in s.rules for step in r.body if isinstance(step, Literal)):
        match literal.formula:
            case Once(_, near, far) | Always(_, near, far):
                reach += near if far == FUTURE else far
            case Begins() | Ends():
                reach += 1
        if literal.during:
            edges |= set(literal.during.span)
    finite = [edge for edge in edges if PAST < edge < FUTURE] or [0]
    return min(finite) - 1, max(finite) + reach


class Horizon:
    """The days from `first` to `last`, both included."""

    def __init__(self, first: Day, last: Day) -> None:
        self.first, self.last = first, last
        self.days: DaySet = frozenset(range(first, last + 1))
        self.always = Sets(self.days, self.days, frozenset((d, d) for d in self.days))

    def within(self, sets: Sets, span: Interval | None) -> Sets:
        """What is needed of some sets: the days of the span, and the windows inside it."""
        if span is None:
            return sets
        days = self.of(*span)
        windows = frozenset((a, b) for a, b in sets.windows if span[0] <= a and b < span[1])
        return Sets(sets.certain & days, sets.possible & days, windows)

    def of(self, start: Day, end: Day) -> DaySet:
        """The days from start up to, not including, end."""
        return frozenset(range(max(start, self.first), min(end, self.last + 1)))

    def inward(self, truth: Truth) -> Sets:
        certain, possible = (frozenset().union(*(self.of(*i) for i in days)) for days in truth[:2])
        return Sets(certain, possible, frozenset(truth.windows) | {(d, d) for d in certain})

    def outward(self, sets: Sets) -> Truth:
        certain = self._days(sets.certain)
        return Truth(certain, self._days(sets.possible), narrowest(sets.windows, certain))

    def _days(self, days: DaySet) -> Days:
        return Days.of((PAST if d == self.first else d, FUTURE if d == self.last else d + 1) for d in days)

    def held(self, days: DaySet, first: Day, last: Day) -> Iterator[bool]:
        """Day by day from first to last, whether it is among the days."""
        return (max(day, self.first) in days for day in range(min(first, last), last + 1))


# ---------------------------------------------------------------- the algebra of uncertain time


def either(p: Sets, q: Sets) -> Sets:
    """At least one of the two holds."""
    return Sets(p.certain | q.certain, p.possible | q.possible, p.windows | q.windows)


def both(p: Sets, q: Sets) -> Sets:
    """A window of one survives where the other is certain on all of it."""

    def kept(windows: frozenset[Interval], other: DaySet) -> set[Interval]:
        return {(a, b) for a, b in windows if all(day in other for day in range(a, b + 1))}

    certain = p.certain & q.certain
    return Sets(certain, p.possible & q.possible, frozenset(kept(p.windows, q.certain) | kept(q.windows, p.certain)))


class Algebra:
    """The operators, each as DESIGN's table has it, on three sets at once."""

    def __init__(self, horizon: Horizon) -> None:
        self.horizon = horizon

    def exactly(self, days: Iterable[Day]) -> Sets:
        certain = frozenset(days)
        return Sets(certain, certain, frozenset((d, d) for d in certain))

    def sets(self, certain: Iterable[Day], possible: Iterable[Day], windows: Iterable[Interval] = ()) -> Sets:
        sure = frozenset(certain)
        return Sets(sure, frozenset(possible), frozenset(windows) | {(d, d) for d in sure})

    def negation(self, p: Sets) -> Sets:
        days = self.horizon.days
        return self.sets(days - p.possible, days - p.certain)

    def once(self, p: Sets, near: int, far: int) -> Sets:
        h = self.horizon
        certain = {t for t in h.days if any(h.held(p.certain, self._back(t, far), t - near))}
        certain |= {t for t in h.days for a, b in p.windows if a < b and t - far <= a and b <= t - near}
        possible = {t for t in h.days if any(h.held(p.possible, self._back(t, far), t - near))}
        return self.sets(
            certain, possible, {(a + near, b + near) for a, b in p.windows if a < b and b + near <= h.last}
        )

    def always(self, p: Sets, near: int, far: int) -> Sets:
        h = self.horizon
        certain = {t for t in h.days if all(h.held(p.certain, t - far, t - near))}
        possible = {t for t in h.days if all(h.held(p.possible, t - far, t - near))}
        return self.sets(certain, possible)

    def since(self, p: Sets, q: Sets, negated: bool) -> Sets:
        h = self.horizon

        def sure(day: Day) -> bool:
            return day not in p.possible if negated else day in p.certain

        def may(first: Day, last: Day) -> bool:
            if negated:
                return not any(first <= a and b <= last for a, b in p.windows)
            return all(day in p.possible for day in range(first, last + 1))

        certain: set[Day] = set()
        for a, b in q.windows:
            for t in range(a, h.last + 1):
                if t > a and not sure(t):
                    break
                if t >= b:
                    certain.add(t)
        possible: set[Day] = set()
        for s in q.possible:
            for t in range(s, h.last + 1):
                if not may(s + 1, t):
                    break
                possible.add(t)
        return self.sets(certain, possible)

    def begins(self, p: Sets) -> Sets:
        h, before = self.horizon, self._day_before
        windows = {
            (quiet + 1, b)
            for a, b in p.windows
            if (quiet := max((d for d in range(h.first, a) if d not in p.possible), default=None)) is not None
        }
        certain = {t for t in p.certain if before(t) not in p.possible}
        return self.sets(certain, {t for t in p.possible if before(t) not in p.certain}, windows)

    def ends(self, p: Sets) -> Sets:
        h, before = self.horizon, self._day_before
        windows = {
            (a + 1, quiet)
            for a, b in p.windows
            if (quiet := min((d for d in range(b + 1, h.last + 1) if d not in p.possible), default=None)) is not None
        }
        certain = {t for t in h.days if t not in p.possible and before(t) in p.certain}
        return self.sets(certain, {t for t in h.days if t not in p.certain and before(t) in p.possible}, windows)

    def _day_before(self, t: Day) -> Day:
        return max(t - 1, self.horizon.first)

    def _back(self, t: Day, far: int) -> Day:
        return self.horizon.first if far == FUTURE else t - far


# ---------------------------------------------------------------- rules


class Solver:
    """Solves one rule over what is known so far."""

    def __init__(self, horizon: Horizon, relations: dict[str, Relation]) -> None:
        self.horizon, self.relations = horizon, relations
        self.algebra = Algebra(horizon)

    def rule(self, rule: PlannedRule) -> Iterator[tuple[Row, Sets]]:
        """Each head row that the body gives, with its days."""
        found: list[tuple[Binding, Sets]] = [({}, self.algebra.exactly(self.horizon.days))]
        for step in rule.body:
            found = [
                (more, together)
                for binding, sets in found
                for more, days in self._step(step, binding)
                if (together := both(sets, days)).possible
            ]
        for binding, sets in found:
            yield tuple(_value(term, binding) for term in rule.head.terms), sets

    def _step(self, step: Step, binding: Binding) -> Iterator[tuple[Binding, Sets]]:
        match step:
            case Comparison():
                yield from self._comparison(step, binding)
            case Gather():
                yield from self._gather(step, binding)
            case Literal(formula, negated, during):
                span = self.algebra.exactly(self.horizon.of(*during.span) if during else self.horizon.days)
                if negated:
                    # Its variables are all bound, so that there is one match at most.
                    held = next((sets for _, sets in self._formula(formula, binding)), Sets())
                    yield binding, both(self.algebra.negation(held), span)
                else:
                    for more, sets in self._formula(formula, binding):
                        yield more, both(sets, span)

    def _formula(self, formula: Formula, binding: Binding) -> Iterator[tuple[Binding, Sets]]:
        algebra = self.algebra
        one: Callable[[Sets], Sets]
        match formula:
            case Since(operand, start):
                for more, q in self._match(start, binding):
                    p = next((sets for _, sets in self._match(operand.atom, more)), Sets())
                    yield more, algebra.since(p, q, operand.negated)
                return
            case Plain():
                one = lambda p: p  # noqa: E731
            case Once(_, near, far):
                one = lambda p: algebra.once(p, near, far)  # noqa: E731
            case Always(_, near, far):
                one = lambda p: algebra.always(p, near, far)  # noqa: E731
            case Begins():
                one = algebra.begins
            case Ends():
                one = algebra.ends
        for more, p in self._match(atoms_of(formula)[0].atom, binding):
            yield more, one(p)

    def _match(self, atom: Atom, binding: Binding) -> Iterator[tuple[Binding, Sets]]:
        """Each way to bind the atom's variables, with the days on which some matching row holds."""
        found: dict[tuple[Value, ...], tuple[Binding, Sets]] = {}
        for row, sets in self.relations.get(atom.predicate, {}).items():
            more = dict(binding)
            for term, value in zip(atom.terms, row, strict=True):
                if isinstance(term, Constant):
                    if term.value != value:
                        break
                elif isinstance(term, Variable) and not term.anonymous and more.setdefault(term.name, value) != value:
                    break
            else:
                key = tuple(more.values())
                found[key] = (more, either(found[key][1], sets) if key in found else sets)
        yield from found.values()

    def _comparison(self, comparison: Comparison, binding: Binding) -> Iterator[tuple[Binding, Sets]]:
        always = self.algebra.exactly(self.horizon.days)
        for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            if isinstance(one, Variable) and one.name not in binding:
                value = evaluate_term(other, binding)
                if value is not None:
                    yield {**binding, one.name: value}, always
                return
        left, right = evaluate_term(comparison.left, binding), evaluate_term(comparison.right, binding)
        if left is not None and right is not None and compare(comparison.operator, left, right):
            yield binding, always

    def _gather(self, gather: Gather, binding: Binding) -> Iterator[tuple[Binding, Sets]]:
        group = tuple(binding[variable.name] for variable in gather.groups)
        elements = [
            (row[len(group)], sets)
            for row, sets in self.relations.get(gather.elements, {}).items()
            if row[: len(group)] == group
        ]
        target = gather.bound
        produced = target.name if isinstance(target, Variable) and target.name not in binding else None
        given = None if produced else evaluate_term(target, binding)
        if produced is None and given is None:
            return
        results: dict[Value, tuple[set[Day], set[Day]]] = {}
        for day in self.horizon.days:
            sure = [value for value, sets in elements if day in sets.certain]
            unsure = [value for value, sets in elements if day in sets.possible and day not in sets.certain]
            if given is not None:
                between = bounds(gather.function, sure, unsure)
                if between and possibly(gather.operator, between, given):
                    certain, possible = results.setdefault(given, (set(), set()))
                    possible.add(day)
                    if certainly(gather.operator, between, given):
                        certain.add(day)
            else:
                for value in outcomes(gather.function, sure, unsure):
                    certain, possible = results.setdefault(value, (set(), set()))
                    possible.add(day)
                    if not unsure:
                        certain.add(day)
        for value, (certain, possible) in results.items():
            more = {**binding, produced: value} if produced else binding
            yield more, self.algebra.sets(certain, possible)


def _value(term: object, binding: Binding) -> Value:
    if isinstance(term, Constant):
        return term.value
    assert isinstance(term, Variable)
    return binding[term.name]

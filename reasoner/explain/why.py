"""Finds a best proof of an answer on a day: the surest, on the fewest assumptions, then the shortest.

The ground rule instances that the answer may rest on are gathered backwards from it, each true in the model on the day
it is needed; then the cheapest way to build every node is found by relaxation, as in Knuth's generalisation of
Dijkstra's algorithm to and/or graphs (1977). Each step costs something, so that a best proof has no cycle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reasoner.engine.model import Model
from reasoner.engine.values import compare, evaluate_term
from reasoner.evidence.store import Store
from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated
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
    Signed,
    Since,
)
from reasoner.term import Atom, Constant, Row, Value, Variable
from reasoner.when import FUTURE, PAST, Day, Days, When

Goal = tuple[str, Row, Day]
Binding = dict[str, Value]
Cost = tuple[int, int, int]  # uncertain steps, assumptions and analysts' words, size


@dataclass(frozen=True)
class Instance:
    """One way to a goal: a leaf, or a rule with its goals and the absences it needs."""

    leaf: Proof | None = None
    rule: PlannedRule | None = None
    binding: tuple[tuple[str, Value], ...] = ()
    goals: tuple[Goal | Absent, ...] = ()
    cost: Cost = (0, 0, 1)


class Prover:
    """Explains what a model says, from the rules and claims that it was made of."""

    def __init__(self, plan: Plan, store: Store, model: Model) -> None:
        self.store, self.model = store, model
        self.rules: dict[str, list[PlannedRule]] = {}
        for stratum in plan.strata:
            for rule in stratum.rules:
                self.rules.setdefault(rule.head.predicate, []).append(rule)

    def prove(self, predicate: str, row: Row, day: Day) -> Proof | None:
        """A best proof that the row holds on that day, certainly or possibly; None where it does not."""
        goal = (predicate, row, day)
        if day not in self.model.truth(predicate, row).possible:
            return None
        ways = self._gather(goal)
        best = _cheapest(ways)
        return self._build(goal, best) if goal in best else None

    # ---------------------------------------------------------------- gathering what may be needed

    def _gather(self, goal: Goal) -> dict[Goal, list[Instance]]:
        ways: dict[Goal, list[Instance]] = {}
        waiting = [goal]
        while waiting:
            current = waiting.pop()
            if current not in ways:
                ways[current] = list(self._instances(*current))
                waiting.extend(g for i in ways[current] for g in i.goals if not isinstance(g, Absent))
        return ways

    def _instances(self, predicate: str, row: Row, day: Day) -> Iterator[Instance]:
        stated = False
        for claim in self.store.claims.get((predicate, row), ()):
            if day in claim.truth.possible:
                stated = True
                unsure = 0 if day in claim.truth.certain else 1
                own_word = claim.evidence is None or claim.evidence.is_analyst
                cost = (unsure, len(claim.assumptions) + own_word, 1)
                yield Instance(leaf=Stated(predicate, row, day, claim), cost=cost)
        if not stated and row in self.store.facts.get(predicate, {}):
            yield Instance(leaf=Given(predicate, row, day))
        for rule in self.rules.get(predicate, ()):
            binding = _unify(rule.head, row, {})
            if binding is not None:
                for found, goals, unsure in self._body(rule.body, binding, day):
                    yield Instance(None, rule, tuple(found.items()), goals, (unsure, 0, 1))

    def _body(
        self, body: tuple[Step, ...], binding: Binding, day: Day
    ) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        """Each way in which a body holds on a day: the binding, what it needs, and how many steps are unsure."""
        if not body:
            yield binding, (), 0
            return
        for more, goals, unsure in self._step(body[0], binding, day):
            for found, rest, other in self._body(body[1:], more, day):
                yield found, goals + rest, unsure + other

    def _step(self, step: Step, binding: Binding, day: Day) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        match step:
            case Comparison():
                yield from self._comparison(step, binding)
            case Gather():
                yield from self._gathered(step, binding, day)
            case Literal(formula, negated, during):
                if during is None or day in _span(during):
                    yield from (
                        self._absence(formula, binding, day) if negated else self._formula(formula, binding, day)
                    )

    def _formula(
        self, formula: Formula, binding: Binding, day: Day
    ) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        match formula:
            case Plain(atom):
                for more, row in self._rows(atom, binding):
                    if day in self.model.truth(atom.predicate, row).possible:
                        yield more, ((atom.predicate, row, day),), 0
            case Once(atom, near, far):
                for more, row in self._rows(atom, binding):
                    span = Days(((PAST if far == FUTURE else day - far, day - near + 1),))
                    on = self._latest(atom.predicate, row, span)
                    if on is not None:
                        yield more, ((atom.predicate, row, on),), 0
            case Always(Signed(atom), near, far):
                for more, row in self._rows(atom, binding):
                    run = self.model.truth(atom.predicate, row).possible.run(day - near)
                    if run and run[0] <= day - far:
                        yield more, ((atom.predicate, row, day - near), (atom.predicate, row, day - far)), 0
            case Begins(atom):
                for more, row in self._rows(atom, binding):
                    truth = self.model.truth(atom.predicate, row)
                    if day in truth.possible and day - 1 not in truth.certain:
                        yield (
                            more,
                            ((atom.predicate, row, day), Absent(atom.predicate, row, day - 1, day - 1)),
                            0,
                        )
            case Ends(atom):
                for more, row in self._rows(atom, binding):
                    truth = self.model.truth(atom.predicate, row)
                    if day - 1 in truth.possible and day not in truth.certain:
                        yield more, ((atom.predicate, row, day - 1), Absent(atom.predicate, row, day, day)), 0
            case Since(operand, start):
                for more, row in self._rows(start, binding):
                    yield from self._since(operand, (start.predicate, row), more, day)

    def _since(
        self, operand: Signed, start: tuple[str, Row], binding: Binding, day: Day
    ) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        """The latest start after which the left side stands, a certain one if there is any."""
        pattern = _pattern(operand.atom, binding)
        truths = [truth for row, truth in self.model.rows(operand.atom.predicate).items() if _matches(pattern, row)]
        certain = _union(t.certain for t in truths)
        possible = _union(t.possible for t in truths)
        begun = self.model.truth(*start)
        up_to = Days(((PAST, day + 1),))
        for days, breaks in ((begun.certain, possible), (begun.certain, certain), (begun.possible, certain)):
            last = _last(days & up_to)
            if last is None:
                continue
            standing = ~breaks if operand.negated else possible
            if last == day or Days(((last + 1, day + 1),)) - standing == Days():
                goals: tuple[Goal | Absent, ...] = ((*start, last),)
                if last < day:
                    left = operand.atom.predicate
                    goals += (
                        (Absent(left, pattern, last + 1, day),)
                        if operand.negated
                        else tuple((left, row, day) for _, row in self._rows(operand.atom, binding))[:1]
                    )
                yield binding, goals, 0
                return

    def _absence(
        self, formula: Formula, binding: Binding, day: Day
    ) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        held = list(self._formula(formula, binding, day))
        atom = formula.operand.atom if isinstance(formula, Always | Since) else formula.atom
        first = day
        match formula:
            case Once(_, _, far) | Always(_, _, far):
                first = PAST if far == FUTURE else day - far
        absent = Absent(atom.predicate, _pattern(atom, binding), first, day)
        if not held:
            yield binding, (absent,), 0
        elif not self._surely(formula, binding, day):
            yield binding, (absent,), 1

    def _surely(self, formula: Formula, binding: Binding, day: Day) -> bool:
        """Whether a plain atom holds for certain; of an operator's, only the model of its rule can tell, so: no."""
        if not isinstance(formula, Plain):
            return False
        rows = (row for _, row in self._rows(formula.atom, binding))
        return any(day in self.model.truth(formula.atom.predicate, row).certain for row in rows)

    def _comparison(
        self, step: Comparison, binding: Binding
    ) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        for one, other in ((step.left, step.right), (step.right, step.left)):
            if isinstance(one, Variable) and one.name not in binding:
                value = evaluate_term(other, binding)
                if value is not None:
                    yield {**binding, one.name: value}, (), 0
                return
        left, right = evaluate_term(step.left, binding), evaluate_term(step.right, binding)
        if left is not None and right is not None and compare(step.operator, left, right):
            yield binding, (), 0

    def _gathered(
        self, step: Gather, binding: Binding, day: Day
    ) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        """An aggregate rests on every element that counts on the day; that the sum is right, the model says."""
        group = tuple(binding[v.name] for v in step.groups)
        rows = [
            row
            for row, truth in self.model.rows(step.elements).items()
            if row[: len(group)] == group and day in truth.possible
        ]
        goals = tuple((step.elements, row, day) for row in sorted(rows, key=str))
        unsure = sum(day not in self.model.truth(step.elements, row).certain for row in rows)
        if isinstance(step.bound, Variable) and step.bound.name not in binding:
            from reasoner.engine.values import outcomes

            for value in outcomes(step.function, [row[len(group)] for row in rows], ()):
                yield {**binding, step.bound.name: value}, goals, unsure
        else:
            yield binding, goals, unsure

    def _rows(self, atom: Atom, binding: Binding) -> Iterator[tuple[Binding, Row]]:
        for row in self.model.rows(atom.predicate):
            more = _unify(atom, row, binding)
            if more is not None:
                yield more, row

    def _latest(self, predicate: str, row: Row, span: Days) -> Day | None:
        truth = self.model.truth(predicate, row)
        sure = _last(truth.certain & span)
        return sure if sure is not None else _last(truth.possible & span)

    # ---------------------------------------------------------------- building the best

    def _build(self, goal: Goal, best: Mapping[Goal, tuple[Cost, Instance]]) -> Proof:
        instance = best[goal][1]
        if instance.leaf is not None:
            return instance.leaf
        assert instance.rule is not None
        premises: list[Proof] = []
        for needed in instance.goals:
            node = needed if isinstance(needed, Absent) else self._build(needed, best)
            # The plan's own predicates are told through what they rest on.
            premises.extend(node.premises if node.predicate.startswith("#") else (node,))
        return Derived(*goal, instance.rule.rule, instance.binding, tuple(dict.fromkeys(premises)))


def _cheapest(ways: Mapping[Goal, list[Instance]]) -> dict[Goal, tuple[Cost, Instance]]:
    """The cheapest instance for every goal that can be built, found by relaxation until nothing gets cheaper."""
    best: dict[Goal, tuple[Cost, Instance]] = {}
    changed = True
    while changed:
        changed = False
        for goal, instances in ways.items():
            for instance in instances:
                needed = [g for g in instance.goals if not isinstance(g, Absent)]
                if all(g in best for g in needed):
                    cost = _sum((instance.cost, *(best[g][0] for g in needed)))
                    if goal not in best or cost < best[goal][0]:
                        best[goal], changed = (cost, instance), True
    return best


def _sum(costs: Iterable[Cost]) -> Cost:
    unsure, own, size = zip(*costs, strict=True)
    return sum(unsure), sum(own), sum(size)


def _unify(atom: Atom, row: Row, binding: Binding) -> Binding | None:
    more = dict(binding)
    for term, value in zip(atom.terms, row, strict=True):
        match term:
            case Constant(constant):
                if constant != value:
                    return None
            case Variable(name) if not term.anonymous:
                if more.setdefault(name, value) != value:
                    return None
    return more


def _pattern(atom: Atom, binding: Binding) -> tuple[Value | None, ...]:
    return tuple(t.value if isinstance(t, Constant) else binding.get(str(t)) for t in atom.terms)


def _matches(pattern: tuple[Value | None, ...], row: Row) -> bool:
    return all(p is None or p == value for p, value in zip(pattern, row, strict=True))


def _union(many: Iterable[Days]) -> Days:
    return Days.of(interval for days in many for interval in days)


def _last(days: Days) -> Day | None:
    return days.intervals[-1][1] - 1 if days else None


def _span(during: When) -> Days:
    end = during.end if during.ranged else during.start
    return Days(((during.start.first if during.start else PAST, end.last + 1 if end else FUTURE),))

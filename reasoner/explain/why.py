"""Finds a best proof of an answer on a day: the surest, on the fewest assumptions, then the shortest.

The ground rule instances that the answer may rest on are gathered backwards from it, each true in the model on the day
it is needed; then the cheapest way to each node is settled, cheapest first: Knuth's generalisation of Dijkstra's
algorithm to and/or graphs (1977). A node is built when it is settled, after all that it rests on, so that no proof has
a cycle and nothing here calls itself. What was settled for one answer serves the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from reasoner.check.safety import atom_variables, literal_variables, names
from reasoner.engine.model import Model
from reasoner.engine.values import compare, evaluate_term, outcomes
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
    atoms_of,
)
from reasoner.term import Atom, Constant, Row, Value, Variable, unify
from reasoner.when import FUTURE, PAST, Day, Days

_LATER = 10**9
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
        self._settled: dict[Goal, tuple[Cost, Proof]] = {}
        self._seen: set[Goal] = set()
        self._indexes: dict[tuple[str, tuple[int, ...]], dict[Row, list[Row]]] = {}

    def prove(self, predicate: str, row: Row, day: Day) -> Proof | None:
        """A best proof that the row holds on that day, certainly or possibly; None where it does not."""
        goal = (predicate, row, day)
        if day not in self.model.truth(predicate, row).possible:
            return None
        if goal not in self._seen:
            self._settle(self._gather(goal))
        return self._settled[goal][1] if goal in self._settled else None

    # ---------------------------------------------------------------- gathering what may be needed

    def _gather(self, goal: Goal) -> list[tuple[Goal, Instance]]:
        """Every instance for the goal and for whatever they need, that was not gathered before."""
        ways: list[tuple[Goal, Instance]] = []
        waiting = [goal]
        while waiting:
            current = waiting.pop()
            if current not in self._seen:
                self._seen.add(current)
                for instance in self._instances(*current):
                    ways.append((current, instance))
                    waiting.extend(needed for needed in instance.goals if not isinstance(needed, Absent))
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
            binding = unify(rule.head, row, {})
            if binding is not None:
                for found, goals, unsure in self._body(rule.body, binding, day):
                    yield Instance(None, rule, tuple(found.items()), goals, (unsure, 0, 1))

    def _body(
        self, body: tuple[Step, ...], binding: Binding, day: Day
    ) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        """Each way in which a body holds on a day: the binding, what it needs in the order of the body, and how
        many steps are unsure. The rarest literal is tried first, once its values are known."""
        partial: list[tuple[Binding, dict[int, tuple[Goal | Absent, ...]], int]] = [(binding, {}, 0)]
        for _ in body:
            further = []
            for known, done, unsure in partial:
                place = min((n for n in range(len(body)) if n not in done), key=lambda n: self._cost(body[n], known, n))
                for more, goals, doubt in self._step(body[place], known, day):
                    further.append((more, done | {place: goals}, unsure + doubt))
            partial = further
        for found, done, unsure in partial:
            yield found, tuple(goal for place in sorted(done) for goal in done[place]), unsure

    def _cost(self, step: Step, binding: Binding, place: int) -> tuple[int, int]:
        """How many rows a step has to look at; what only filters waits until it can."""
        match step:
            case Literal(formula, False):
                start = formula.start if isinstance(formula, Since) else atoms_of(formula)[0].atom
                bound = binding.keys() | atom_variables(start)
                if isinstance(formula, Since) and not atom_variables(formula.operand.atom) <= bound:
                    return _LATER, place
                return len(self._candidates(start, binding)), place
            case Literal():
                ready = literal_variables(step) <= binding.keys()
            case Comparison(operator, left, right):
                free = names((left, right)) - binding.keys()
                ready = not free or (operator == "=" and len(free) == 1 and {str(left), str(right)} & free != set())
            case Gather(groups=groups):
                ready = names(groups) <= binding.keys()
        return (0 if ready else _LATER), place

    def _step(self, step: Step, binding: Binding, day: Day) -> Iterator[tuple[Binding, tuple[Goal | Absent, ...], int]]:
        match step:
            case Comparison():
                yield from self._comparison(step, binding)
            case Gather():
                yield from self._gathered(step, binding, day)
            case Literal(formula, negated, during):
                if during is None or day in Days((during.span,)):
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
        left = operand.atom.predicate
        truths = [self.model.truth(left, row) for row in self._candidates(operand.atom, binding)]
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
        elements = Atom(step.elements, (*step.groups, *(Variable("_") for _ in range(step.width))))
        truth = self.model.truth
        rows = [row for row in self._candidates(elements, binding) if day in truth(step.elements, row).possible]
        goals = tuple((step.elements, row, day) for row in sorted(rows, key=str))
        unsure = sum(day not in self.model.truth(step.elements, row).certain for row in rows)
        if isinstance(step.bound, Variable) and step.bound.name not in binding:
            for value in outcomes(step.function, [row[len(group)] for row in rows], ()):
                yield {**binding, step.bound.name: value}, goals, unsure
        else:
            yield binding, goals, unsure

    def _rows(self, atom: Atom, binding: Binding) -> Iterator[tuple[Binding, Row]]:
        for row in self._candidates(atom, binding):
            more = unify(atom, row, binding)
            if more is not None:
                yield more, row

    def _candidates(self, atom: Atom, binding: Binding) -> Sequence[Row]:
        """The rows that agree with what is known of an atom, from an index on those arguments."""
        pattern = _pattern(atom, binding)
        at = tuple(place for place, value in enumerate(pattern) if value is not None)
        index = self._indexes.get((atom.predicate, at))
        if index is None:
            index = self._indexes[atom.predicate, at] = {}
            for row in self.model.rows(atom.predicate):
                index.setdefault(tuple(row[place] for place in at), []).append(row)
        return index.get(tuple(value for value in pattern if value is not None), ())

    def _latest(self, predicate: str, row: Row, span: Days) -> Day | None:
        truth = self.model.truth(predicate, row)
        sure = _last(truth.certain & span)
        return sure if sure is not None else _last(truth.possible & span)

    # ---------------------------------------------------------------- settling the best

    def _settle(self, ways: list[tuple[Goal, Instance]]) -> None:
        """The cheapest proof of each goal, cheapest first; an instance is ready when all its goals are settled."""
        waiting: dict[Goal, list[int]] = {}
        lacking = []
        ready: list[tuple[Cost, int]] = []
        for number, (_, instance) in enumerate(ways):
            goals = {g for g in instance.goals if not isinstance(g, Absent)} - self._settled.keys()
            lacking.append(len(goals))
            for goal in goals:
                waiting.setdefault(goal, []).append(number)
            if not goals:
                heappush(ready, (self._total(instance), number))
        while ready:
            cost, number = heappop(ready)
            goal, instance = ways[number]
            if goal in self._settled:
                continue
            self._settled[goal] = cost, self._build(goal, instance)
            for other in waiting.pop(goal, ()):
                lacking[other] -= 1
                if not lacking[other]:
                    heappush(ready, (self._total(ways[other][1]), other))

    def _total(self, instance: Instance) -> Cost:
        costs = [self._settled[g][0] for g in instance.goals if not isinstance(g, Absent)]
        unsure, own, size = zip(instance.cost, *costs, strict=True)
        return sum(unsure), sum(own), sum(size)

    def _build(self, goal: Goal, instance: Instance) -> Proof:
        if instance.leaf is not None:
            return instance.leaf
        assert instance.rule is not None
        premises: list[Proof] = []
        for needed in instance.goals:
            node = needed if isinstance(needed, Absent) else self._settled[needed][1]
            # The plan's own predicates are told through what they rest on.
            premises.extend(node.premises if node.predicate.startswith("#") else (node,))
        once_each = {id(premise): premise for premise in premises}
        return Derived(*goal, instance.rule.rule, instance.binding, tuple(once_each.values()))


def _pattern(atom: Atom, binding: Binding) -> tuple[Value | None, ...]:
    return tuple(t.value if isinstance(t, Constant) else binding.get(str(t)) for t in atom.terms)


def _union(many: Iterable[Days]) -> Days:
    return Days.of(interval for days in many for interval in days)


def _last(days: Days) -> Day | None:
    return days.intervals[-1][1] - 1 if days else None

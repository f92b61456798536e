"""The ways in which the body of a rule holds: which rows it needs on which days, and how surely, read off a model.

Something is needed `certain` on a day, `possible` on a day, or in a `window`: on some day of it in every world. What
follows for certain needs what is certain, and where an operator looks back over a window, what holds in that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal as OneOf
from typing import NamedTuple

from reasoner.check.safety import atom_variables, binds, literal_variables, names
from reasoner.engine.model import Model, pattern_of
from reasoner.engine.values import bounds, certainly, compare, evaluate_term, outcomes, possibly
from reasoner.evidence.indexed import Pattern
from reasoner.evidence.store import either
from reasoner.explain.proof import Absent
from reasoner.plan.rules import Gather, Step
from reasoner.syntax.tree import Always, Begins, Comparison, Ends, Formula, Literal, Once, Plain, Since, atoms_of
from reasoner.term import Atom, Row, Value, Variable, unify
from reasoner.when import FUTURE, PAST, Day, Days, Interval, Truth

_LATER = 10**9
Mode = OneOf["certain", "possible", "window"]
Binding = dict[str, Value]


class Goal(NamedTuple):
    """A row to be proved: on `day`, or in a window on some day from `first` to `day`."""

    predicate: str
    row: Row
    mode: Mode
    first: Day
    day: Day


Need = Goal | Absent
Way = tuple[Binding, tuple[Need, ...], int]  # the values, what is needed in the order of the body, unsure steps


class Ways:
    """Reads one model. `cover` gives the goals by which an atom holds on each of some days."""

    def __init__(self, model: Model, cover: Callable[[Atom, Binding, Day, Day, Mode], tuple[Goal, ...] | None]) -> None:
        self.model, self.cover = model, cover
        self._found: dict[tuple[str, Pattern], Sequence[Row]] = {}
        self._counts: dict[tuple[str, Pattern], int] = {}

    def body(self, body: tuple[Step, ...], binding: Binding, goal: Goal) -> Iterator[Way]:
        """Each way in which a body holds as a goal asks. In a window one step holds in it, the others all along."""
        if goal.mode != "window":
            yield from self._body(body, binding, goal, None)
            return
        for place, step in enumerate(body):
            if isinstance(step, Literal) and not step.negated and not isinstance(step.formula, Always | Since):
                yield from self._body(body, binding, goal, place)

    def _body(self, body: tuple[Step, ...], binding: Binding, goal: Goal, window: int | None) -> Iterator[Way]:
        """The rarest literal is tried first, once its values are known."""
        partial: list[tuple[Binding, dict[int, tuple[Need, ...]], int]] = [(binding, {}, 0)]
        for _ in body:
            further = []
            for known, done, unsure in partial:
                place = min(
                    (n for n in range(len(body)) if n not in done), key=lambda n: (self.looks_at(body[n], known), n)
                )
                if goal.mode != "window":
                    ways = self.step(body[place], known, goal.mode, goal.first, goal.day)
                elif place == window:
                    ways = self.step(body[place], known, "window", goal.first, goal.day)
                else:
                    ways = self._throughout(body[place], known, goal.first, goal.day)
                further += [(more, done | {place: goals}, unsure + doubt) for more, goals, doubt in ways]
            partial = further
        for found, done, unsure in partial:
            yield found, tuple(need for place in sorted(done) for need in done[place]), unsure

    def looks_at(self, step: Step, binding: Binding) -> int:
        """How many rows a step has to look at; what only filters waits until it can."""
        match step:
            case Literal(formula, False):
                start = formula.start if isinstance(formula, Since) else atoms_of(formula)[0].atom
                bound = binding.keys() | atom_variables(start)
                if isinstance(formula, Since) and not atom_variables(formula.operand.atom) <= bound:
                    return _LATER
                return self._count(start, binding)
            case Literal():
                ready = literal_variables(step) <= binding.keys()
            case Comparison():
                ready = binds(step, frozenset(binding), frozenset()) is not None
            case Gather(operator=operator, groups=groups, bound=value):
                assigns = operator == "=" and isinstance(value, Variable)
                ready = names(groups if assigns else (*groups, value)) <= binding.keys()
        return 0 if ready else _LATER

    def _throughout(self, step: Step, binding: Binding, first: Day, last: Day) -> Iterator[Way]:
        """A step that holds for certain on every day of a window."""
        for more, goals, unsure in list(self.step(step, binding, "certain", last, last)):
            every = dict.fromkeys(goals)
            if not (isinstance(step, Literal) and self._lasts(goals, first)):
                for day in range(last - 1, first - 1, -1):
                    way = next((w for w in self.step(step, more, "certain", day, day) if w[0] == more), None)
                    if way is None:
                        break
                    every |= dict.fromkeys(way[1])
                else:
                    yield more, tuple(every), unsure
            else:
                yield more, goals, unsure

    def _lasts(self, goals: tuple[Need, ...], first: Day) -> bool:
        """Whether what holds today holds for ever, so that the other days need no proof of their own."""
        always = Days(((PAST, FUTURE),))
        return bool(goals) and all(
            isinstance(g, Goal) and self.model.truth(g.predicate, g.row).certain == always for g in goals
        )

    def step(self, step: Step, binding: Binding, mode: Mode, first: Day, day: Day) -> Iterator[Way]:
        """Each way in which one step holds."""
        match step:
            case Comparison():
                yield from ((more, (), 0) for more in _compared(step, binding))
            case Gather():
                yield from self._gathered(step, binding, mode, day)
            case Literal(formula, negated, during):
                if during is None or Days(((first, day + 1),)) - Days((during.span,)) == Days():
                    if negated:
                        yield from self._absence(formula, binding, mode == "certain", day)
                    else:
                        yield from self._formula(formula, binding, mode, first, day)

    # ---------------------------------------------------------------- what holds

    def _formula(self, formula: Formula, binding: Binding, mode: Mode, first: Day, day: Day) -> Iterator[Way]:
        match formula:
            case Plain(atom):
                for more, row in self.rows(atom, binding):
                    goals = self._held(atom.predicate, row, mode, first, day)
                    yield from ((more, (goal,), 0) for goal in goals)
            case Once(atom, near, far):
                earliest = PAST if far == FUTURE else day - far
                for more, row in self.rows(atom, binding):
                    if mode == "window":
                        goals = self._held(atom.predicate, row, mode, first - near, day - near)
                    else:
                        goals = self._some(atom.predicate, row, mode, earliest, day - near)
                    yield from ((more, (goal,), 0) for goal in goals)
            case Always(operand, near, far):
                for more in self._bindings(operand.atom, binding):
                    covered = self.cover(operand.atom, more, day - far, day - near, mode)
                    if covered is not None:
                        yield more, covered, 0
            case Begins(atom):
                yield from self._turn(atom, binding, mode, first, day, 1)
            case Ends(atom):
                yield from self._turn(atom, binding, mode, first, day, -1)
            case Since(operand, start):
                for more, row in self.rows(start, binding):
                    for found in self._since(operand.atom, operand.negated, (start.predicate, row), more, mode, day):
                        yield more, *found

    def _held(self, predicate: str, row: Row, mode: Mode, first: Day, day: Day) -> list[Goal]:
        """The goal of a row on a day, as sure as it is; or in a window inside that from `first` to `day`."""
        truth = self.model.truth(predicate, row)
        if mode == "window":
            inside = [(a, b) for a, b in truth.windows if first <= a and b <= day]
            return [Goal(predicate, row, "window", *window) for window in inside[:1]]
        if day in truth.certain:
            return [Goal(predicate, row, "certain", day, day)]
        return [Goal(predicate, row, "possible", day, day)] if mode == "possible" and day in truth.possible else []

    def _some(self, predicate: str, row: Row, mode: Mode, first: Day, last: Day) -> list[Goal]:
        """The goal of a row on some of the days, the latest: a certain day, a window, or where it may be possible."""
        truth, span = self.model.truth(predicate, row), Days.of([(first, last + 1)])
        sure, may = _last(truth.certain & span), _last(truth.possible & span)
        if sure is not None:
            return [Goal(predicate, row, "certain", sure, sure)]
        windows = [w for w in truth.windows if first <= w[0] and w[1] <= last]
        if windows:
            return [Goal(predicate, row, "window", *windows[-1])]
        return [Goal(predicate, row, "possible", may, may)] if mode == "possible" and may is not None else []

    def _turn(self, atom: Atom, binding: Binding, mode: Mode, first: Day, day: Day, by: int) -> Iterator[Way]:
        """`begins` (by 1), `ends` (by -1): it holds on this day, and not on the day before; or the other way round."""
        for more, row in self.rows(atom, binding):
            truth, every, pattern = (
                self.model.truth(atom.predicate, row),
                self.union(atom, more),
                pattern_of(atom, more),
            )
            if mode == "window":
                for (a, b), goal in self._spells(atom.predicate, row, truth, by):
                    if by == 1:
                        quiet = _last(~every.possible & Days.of([(PAST, a)]))
                        window = (quiet + 1, b) if quiet is not None else None
                    else:
                        quiet = _first(~every.possible & Days.of([(b + 1, FUTURE)]))
                        window = (a + 1, quiet) if quiet is not None else None
                    if window and quiet is not None and first <= window[0] and window[1] <= day:
                        yield more, (goal, Absent(atom.predicate, pattern, quiet, quiet)), 0
                continue
            with_, without = (day, day - 1) if by == 1 else (day - 1, day)
            sure = without not in every.possible
            if sure or (mode == "possible" and without not in every.certain):
                for goal in self._held(atom.predicate, row, mode, with_, with_):
                    absent = Absent(atom.predicate, pattern, without, without, certain=sure)
                    yield more, (goal, absent), 0 if sure else 1

    def _spells(self, predicate: str, row: Row, truth: Truth, by: int) -> Iterator[tuple[Interval, Goal]]:
        """The windows of a row, and of each certain run the day on which it surely turned."""
        for window in truth.windows:
            yield window, Goal(predicate, row, "window", *window)
        for start, end in truth.certain:
            turned = start if by == 1 else end - 1
            if turned not in (PAST, FUTURE - 1):
                yield (turned, turned), Goal(predicate, row, "certain", turned, turned)

    def _since(
        self, left: Atom, negated: bool, start: tuple[str, Row], binding: Binding, mode: Mode, day: Day
    ) -> Iterator[tuple[tuple[Need, ...], int]]:
        """The latest start after which the left side stands, a certain one if there is any; and where that has been
        absent since, the first such start too, for another source may tell of it."""
        if mode == "window":
            return
        begun, every = self.model.truth(*start), self.union(left, binding)
        up_to = Days(((PAST, day + 1),))
        sure, may = _last(begun.certain & up_to), _last(begun.possible & up_to)
        starts: list[tuple[Goal, Mode]] = []
        if sure is not None:
            starts.append((Goal(*start, "certain", sure, sure), "certain"))
        starts += [(Goal(*start, "window", a, b), "certain") for a, b in reversed(begun.windows) if b <= day]
        if mode == "possible":
            starts += [(goal, "possible") for goal, _ in starts]
            starts += [(Goal(*start, "possible", may, may), "possible")] if may is not None else []
        for goal, how in starts:
            if goal.first == day:
                yield (goal,), 0
                break
            if not negated:
                covered = self.cover(left, binding, goal.first + 1, day, how)
                if covered is not None:
                    yield (goal, *covered), 0
                    break
            else:
                absent = self._absent(left, binding, every, goal.first + 1, day, how == "certain")
                if absent is not None:
                    yield (goal, absent), 0 if absent.certain else 1
                    break
        if negated and sure is not None:
            ended = _last(every.possible & up_to)
            first = _first(begun.certain & Days.of([(PAST if ended is None else ended, sure)]))
            if first is not None and first != PAST:
                pattern = pattern_of(left, binding)
                yield (Goal(*start, "certain", first, first), Absent(left.predicate, pattern, first + 1, day)), 0

    # ---------------------------------------------------------------- what does not hold

    def _absent(
        self, atom: Atom, binding: Binding, every: Truth, first: Day, last: Day, certain: bool
    ) -> Absent | None:
        """That nothing held in some days: for certain, or as far as is known."""
        span = Days.of([(first, last + 1)])
        sure = not every.possible & span
        if sure or not (certain or every.certain & span or any(first <= a and b <= last for a, b in every.windows)):
            return Absent(atom.predicate, pattern_of(atom, binding), first, last, certain=sure)
        return None

    def _absence(self, formula: Formula, binding: Binding, certain: bool, day: Day) -> Iterator[Way]:
        """That an operator's literal does not hold, by what it says of the atom in it."""
        atom = atoms_of(formula)[0].atom
        every = self.union(atom, binding)

        def absent(first: Day, last: Day, sure: bool = certain) -> list[Way]:
            found = self._absent(atom, binding, every, first, last, sure)
            return [(binding, (found,), 0 if found.certain else 1)] if found else []

        def held(on: Day) -> list[Way]:
            mode: Mode = "certain" if certain else "possible"
            return [
                (binding, (goal,), 0)
                for _, row in self.rows(atom, binding)
                for goal in self._held(atom.predicate, row, mode, on, on)
            ]

        match formula:
            case Plain():
                yield from absent(day, day)
            case Once(_, near, far):
                yield from absent(PAST if far == FUTURE else day - far, day - near)
            case Always(_, near, far):
                span = Days.of([(day - far, day - near + 1)])
                missing = _last(span - every.possible)
                if missing is None and not certain:
                    missing = _last(span - every.certain)
                yield from absent(missing, missing) if missing is not None else ()
            case Begins():
                yield from absent(day, day, True) or held(day - 1) or absent(day, day)
            case Ends():
                yield from absent(day - 1, day - 1, True) or held(day) or absent(day - 1, day - 1)

    # ---------------------------------------------------------------- aggregates

    def _gathered(self, step: Gather, binding: Binding, mode: Mode, day: Day) -> Iterator[Way]:
        """An aggregate rests on every element that may count on the day, and must come to what is asked."""
        elements = Atom(step.elements, (*step.groups, *(Variable("_") for _ in range(step.width))))
        rows = sorted((row for _, row in self.rows(elements, binding)), key=str)
        goals = tuple(g for row in rows for g in self._held(step.elements, row, "possible", day, day))
        values: dict[bool, list[Value]] = {True: [], False: []}
        for goal in goals:
            values[goal.mode == "certain"].append(goal.row[len(step.groups)])
        sure, unsure = values[True], values[False]
        if isinstance(step.bound, Variable) and step.bound.name not in binding:
            if mode == "possible" or not unsure:
                for value in outcomes(step.function, sure, unsure):
                    yield {**binding, step.bound.name: value}, goals, len(unsure)
            return
        given, between = evaluate_term(step.bound, binding), bounds(step.function, sure, unsure)
        if given is not None and between is not None:
            if certainly(step.operator, between, given):
                yield binding, goals, 0
            elif mode == "possible" and possibly(step.operator, between, given):
                yield binding, goals, 1

    # ---------------------------------------------------------------- rows of the model

    def rows(self, atom: Atom, binding: Binding) -> Iterator[tuple[Binding, Row]]:
        """The rows that an atom may be, each with the values that make it so."""
        for row in self._candidates(atom, binding):
            more = unify(atom, row, binding)
            if more is not None:
                yield more, row

    def union(self, atom: Atom, binding: Binding) -> Truth:
        """When any row holds that an atom may be."""
        found = Truth()
        for _, row in self.rows(atom, binding):
            found = either(found, self.model.truth(atom.predicate, row))
        return found

    def _bindings(self, atom: Atom, binding: Binding) -> Iterable[Binding]:
        return {tuple(more.items()): more for more, _ in self.rows(atom, binding)}.values()

    def _count(self, atom: Atom, binding: Binding) -> int:
        """How many rows an atom has to look at."""
        asked = atom.predicate, pattern_of(atom, binding)
        if asked not in self._counts:
            self._counts[asked] = self.model.count(*asked)
        return self._counts[asked]

    def _candidates(self, atom: Atom, binding: Binding) -> Sequence[Row]:
        """The rows that agree with what is known of an atom, from an index on those arguments."""
        known = pattern_of(atom, binding)
        if (atom.predicate, known) not in self._found:
            self._found[atom.predicate, known] = tuple(self.model.matching(atom.predicate, known))
        return self._found[atom.predicate, known]


def _compared(step: Comparison, binding: Binding) -> Iterator[Binding]:
    for one, other in ((step.left, step.right), (step.right, step.left)):
        if isinstance(one, Variable) and one.name not in binding:
            value = evaluate_term(other, binding)
            if value is not None:
                yield {**binding, one.name: value}
            return
    left, right = evaluate_term(step.left, binding), evaluate_term(step.right, binding)
    if left is not None and right is not None and compare(step.operator, left, right):
        yield binding


def _last(days: Days) -> Day | None:
    return days.intervals[-1][1] - 1 if days else None


def _first(days: Days) -> Day | None:
    return days.intervals[0][0] if days else None

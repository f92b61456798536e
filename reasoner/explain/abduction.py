"""What changes of the facts may make an atom hold, or not hold, on a day: read backwards off the rules.

A variable that nothing binds stays open in a change, as `?3`: any value may do. Side effects are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, count

from reasoner.check.safety import names
from reasoner.engine.values import compare, evaluate_term
from reasoner.explain.ground import Ground, from_head
from reasoner.explain.options import (
    NOTHING,
    Change,
    Known,
    Option,
    all_of,
    best,
    cheapest,
    of_holes,
    resolve,
    together,
    unified,
    unify,
)
from reasoner.plan.plan import read
from reasoner.plan.rules import Gather, PlannedRule, Step, ordered, variables_of
from reasoner.syntax.tree import Always, Begins, Comparison, Ends, Formula, Literal, Once, Plain, Since, atoms_of
from reasoner.term import Atom, Constant, Row, Term, Value, Variable
from reasoner.when import FUTURE, PAST, Day, Days, show_day

DEPTH = 12  # rules below each other
ROWS = 40  # rows that are looked at for one premise
GOALS = 800  # atoms that are looked at
INSTANCES = 12  # ways to one row that may all have to be broken

Goal = tuple[str, str, tuple[Term, ...], Day]


class Search:
    """Looks for changes over one model. `tier`: 0 takes events alone, 1 states and removals too, 2 the map as well."""

    def __init__(self, ground: Ground, tier: int) -> None:
        self.ground, self.tier = ground, tier
        self._holes = count(1)
        self._found: dict[Goal, list[Option]] = {}
        self._above: list[Goal] = []
        self._changeable = frozenset(self._can_change())

    @property
    def _exhausted(self) -> bool:
        return len(self._above) >= DEPTH or len(self._found) >= GOALS

    def _can_change(self) -> set[str]:
        """The predicates that some change of this tier can bear on."""
        ground = self.ground
        names = {*ground.vocabulary.declarations, *ground.store.facts, *ground.read} - ground.rules.keys()
        names |= ground.store.claimed
        found = {name for name in names if ground.can_be_stated(name) and _kind(ground, name)[1] <= self.tier}
        while more := {
            head
            for head, rules in ground.rules.items()
            if head not in found and any(p in found for rule in rules for p in read(rule))
        }:
            found |= more
        return found

    # ---------------------------------------------------------------- making an atom hold

    def make(self, atom: Atom, day: Day) -> list[Option]:
        """What may make some row that matches the atom hold on the day, the cheapest first."""
        # Goals that differ in the names of their open values alone are looked at once.
        own = {term.name: f"?{place}" for place, term in enumerate(atom.terms) if isinstance(term, Variable)}
        terms = tuple(Variable(own[t.name]) if isinstance(t, Variable) else t for t in atom.terms)
        goal: Goal = ("make", atom.predicate, terms, day)
        if goal not in self._found:
            if atom.predicate not in self._changeable or goal in self._above or self._exhausted:
                return []
            self._above.append(goal)
            self._found[goal] = best(self._ways_to_make(Atom(atom.predicate, terms), day))
            self._above.pop()
        back: Known = {new: Variable(old) for old, new in own.items()}
        return [option.renamed(back, self._hole) for option in self._found[goal]] if own else self._found[goal]

    def _ways_to_make(self, atom: Atom, day: Day) -> Iterator[Option]:
        yield from self._stated(atom, day)
        if len(self._above) > 1 and atom.terms and not any(isinstance(term, Constant) for term in atom.terms):
            return  # about anything whatever: too wide to look for
        for rule in self.ground.rules.get(atom.predicate, ()):
            known = unified(rule.head.terms, atom.terms, {})
            if known is not None:
                yield from self._body(rule, known, atom, day)

    def _hole(self) -> Variable:
        return Variable(f"?#{next(self._holes)}")

    def _stated(self, atom: Atom, day: Day) -> Iterator[Option]:
        """The fact itself: said, or dated better where it is said with too wide a date."""
        if not self.ground.can_be_stated(atom.predicate):
            return
        kind, tier, cost = _kind(self.ground, atom.predicate)
        when = show_day(day) if kind != "fixed" else ""
        for row in self.ground.rows(atom.predicate, atom.terms):
            stated = self.ground.store.claims.get((atom.predicate, row), ())
            if kind != "fixed" and any(day in c.truth.possible and day not in c.truth.certain for c in stated):
                change = Change("redate", atom.predicate, tuple(map(Constant, row)), when)
                named = unified(change.terms, atom.terms, {})
                yield Option(frozenset({change}), of_holes(atom, named or {}))
        if tier <= self.tier and when != "ever":
            yield Option(frozenset({Change("add", atom.predicate, atom.terms, when, cost)}))

    def _body(self, rule: PlannedRule, known: Known, atom: Atom, day: Day) -> list[Option]:
        """What may make a rule's body hold, from what its head takes of the goal."""
        bound = frozenset(name for name in known if isinstance(resolve(Variable(name), known), Constant))
        partial: list[tuple[Option, Known]] = [(NOTHING, known)]
        steps = ordered(rule.body, bound & step_names(rule))
        for step, following in zip(steps, (*steps[1:], None), strict=True):
            further = [
                (so_far.joined(option), now)
                for so_far, then in partial
                for option, now in self._step(rule, step, then, day)
            ]
            partial = further if isinstance(following, Comparison) else cheapest(further)
        return [
            Option(
                frozenset(change.filled(now) for change in done.changes),
                of_holes(atom, now),
                frozenset((sign, resolve(one, now), resolve(other, now)) for sign, one, other in done.limits),
            )
            for done, now in partial
        ]

    def _step(self, rule: PlannedRule, step: Step, known: Known, day: Day) -> Iterator[tuple[Option, Known]]:
        """Each way to have a step hold, with what is known after it; what holds anyway costs nothing."""
        match step:
            case Comparison():
                yield from _comparison(step, known)
            case Gather():
                yield from self._gathered(rule, step, known, day)
            case Literal(during=during) if during and day not in Days((during.span,)):
                return
            case Literal(Plain(atom), False):
                goal, now = self._opened(atom, known)
                rows = self.ground.rows(atom.predicate, goal.terms)
                held = [row for row in rows if self.ground.sure(atom.predicate, row, day)]
                for row in sorted(held, key=self.ground.spoken_of, reverse=True)[:ROWS]:
                    more = unified(goal.terms, tuple(map(Constant, row)), now)
                    if more is not None:
                        yield NOTHING, more
                # What is there will do for what is left open, but not where an aggregate wants more.
                if not held or rule.head.predicate.startswith("#"):
                    yield from self._made(goal, now, day)
            case Literal(formula, False):
                for way in self._as_it_is(rule, step, known, day):
                    yield NOTHING, way
                for atom, on in _makes(formula, day):
                    yield from self._made(*self._opened(atom, known), on)
                for atom, first, last in _breaks(formula, day):
                    options = self._broken(atom, known, first, last)
                    yield from ((option, known) for option in options if option.changes)
            case Literal(formula, True):
                if self._as_it_is(rule, step, known, day):
                    yield NOTHING, known
                    return
                if isinstance(formula, Ends):
                    goal, now = self._opened(formula.atom, known)
                    yield from self._made(goal, now, day)
                else:
                    atom = atoms_of(formula)[0].atom
                    first, last = _span(formula, day)
                    yield from ((option, known) for option in self._broken(atom, known, first, last))

    def _made(self, goal: Atom, known: Known, day: Day) -> Iterator[tuple[Option, Known]]:
        for option in self.make(goal, day):
            yield option, {**known, **dict(option.named)}

    def _as_it_is(self, rule: PlannedRule, step: Step, known: Known, day: Day) -> list[Known]:
        """What is known after a step that holds without any change; a hole in a negated one is let pass."""
        resolved = {name: resolve(Variable(name), known) for name in variables_of(step)}
        given = {name: term.value for name, term in resolved.items() if isinstance(term, Constant)}
        if isinstance(step, Literal) and step.negated and len(given) < len(resolved):
            return [known]
        ways = self.ground.ways(rule, (step,), given, day)
        found = []
        for way, sure in ways[:ROWS]:
            more: Known | None = known
            for name, value in way.items():
                more = unify(Variable(name), Constant(value), more) if more is not None else None
            if sure and more is not None:
                found.append(more)
        return found

    def _opened(self, atom: Atom, known: Known) -> tuple[Atom, Known]:
        """The atom with its values, a new hole for each variable that has none yet."""
        now = dict(known)
        terms: list[Term] = []
        for term in atom.terms:
            found = resolve(term, now)
            if isinstance(found, Variable) and not found.name.startswith("?"):
                hole = self._hole()
                if not found.anonymous:
                    now[found.name] = hole
                found = hole
            terms.append(found)
        return Atom(atom.predicate, tuple(terms)), now

    # ---------------------------------------------------------------- aggregates

    def _gathered(self, rule: PlannedRule, step: Gather, known: Known, day: Day) -> Iterator[tuple[Option, Known]]:
        """An aggregate as it is; else with more of its elements, or with fewer."""
        ways = self._as_it_is(rule, step, known, day)
        yield from ((NOTHING, way) for way in ways)
        if ways or not all(isinstance(resolve(group, known), Constant) for group in step.groups):
            return
        elements = Atom(step.elements, (*step.groups, *(Variable("_") for _ in range(step.width))))
        goal, now = self._opened(elements, known)
        held = [r for r in self.ground.rows(step.elements, goal.terms) if self.ground.possible(step.elements, r, day)]
        bound = _value(step.bound, known)
        lacking = excess = 1
        if step.function == "count" and isinstance(bound, int):
            lacking = bound - len(held) + (step.operator == ">")
            excess = len(held) - bound + (step.operator == "<")
        if step.operator not in ("<", "<=") and 0 < lacking <= 3:
            for chosen in combinations(self.make(goal, day), lacking):
                if len({option.changes for option in chosen}) == lacking:
                    yield all_of(chosen), now
        if step.operator not in (">", ">=") and 0 < excess <= min(3, len(held)):
            ways_out = [option for row in held[:INSTANCES] for option in self.break_(step.elements, row, day)[:2]]
            for chosen in combinations(ways_out, excess):
                yield all_of(chosen), known

    # ---------------------------------------------------------------- breaking what holds

    def _broken(self, atom: Atom, known: Known, first: Day, last: Day) -> list[Option]:
        """What may keep everything that matches an atom from holding on some days."""
        goal, _ = self._opened(atom, known)
        span = Days(((first, last + 1),))
        breaks = []
        for row in self.ground.rows(atom.predicate, goal.terms):
            days = self.ground.model.truth(atom.predicate, row).possible & span
            if days and unified(goal.terms, tuple(map(Constant, row)), {}) is not None:
                breaks.append(self.break_(atom.predicate, row, days.intervals[-1][1] - 1))
        return together(breaks)

    def break_(self, predicate: str, row: Row, day: Day) -> list[Option]:
        """What may keep a row from holding on a day: all that states it and all ways to it must go."""
        if not self.ground.possible(predicate, row, day):
            return [NOTHING]
        terms = tuple(map(Constant, row))
        goal: Goal = ("break", predicate, terms, day)
        if goal in self._above:  # what rests on itself falls with the rest
            return [NOTHING]
        if goal in self._found or predicate not in self._changeable or self._exhausted:
            return self._found.get(goal, [])
        self._above.append(goal)
        needed: list[list[Option]] = []
        stated = [c for c in self.ground.store.claims.get((predicate, row), ()) if day in c.truth.possible]
        if stated:
            needed.append(list(self._unsaid(predicate, row, day)))
        elif not self.ground.rules.get(predicate):
            needed.append([])
        for rule in self.ground.rules.get(predicate, ()):
            binding = from_head(rule, row)
            ways = self.ground.ways(rule, rule.body, binding, day) if binding is not None else []
            if len(ways) > INSTANCES:
                needed.append([])
                break
            for way, _ in ways:
                needed.append(best(self._breaks_way(rule, way, day)))
                if not needed[-1]:
                    break
        found = together(needed)
        self._above.pop()
        if all(option.changes for option in found):  # else it hangs on what is being broken above
            self._found[goal] = found
        return found if self._above else [option for option in found if option.changes]

    def _unsaid(self, predicate: str, row: Row, day: Day) -> Iterator[Option]:
        """A fact that is taken away; a state may also end before the day."""
        kind, _, _ = _kind(self.ground, predicate)
        terms = tuple(map(Constant, row))
        if kind == "state" and self.tier >= 1:
            begun = self.ground.model.truth(predicate, row).possible.run(day)
            if begun and begun[0] < day:
                since = show_day(begun[0]) if begun[0] != PAST else ""
                until = f"{since}..{show_day(day - 1)}"
                yield Option(frozenset({Change("redate", predicate, terms, until, 3)}))
        plain = self.ground.vocabulary.plain
        cost, tier = (2, 0) if plain else {"event": (4, 1), "state": (4, 1), "fixed": (9, 2)}[kind]
        if tier <= self.tier:
            yield Option(frozenset({Change("remove", predicate, terms, cost=cost)}))

    def _breaks_way(self, rule: PlannedRule, way: Mapping[str, Value], day: Day) -> Iterator[Option]:
        """Each premise that could fail."""
        known: Known = {name: Constant(value) for name, value in way.items()}
        for step in rule.body:
            match step:
                case Gather(elements=elements, groups=groups, width=width):
                    atom = Atom(elements, (*groups, *(Variable("_") for _ in range(width))))
                    goal, _ = self._opened(atom, known)
                    for row in self.ground.rows(elements, goal.terms)[:INSTANCES]:
                        if self.ground.possible(elements, row, day):
                            yield from self.break_(elements, row, day)
                    if step.operator in ("<", "<=", "="):
                        yield from self.make(goal, day)
                case Literal(Since(operand, start), False):
                    if operand.negated:
                        yield from self.make(self._opened(operand.atom, known)[0], day)
                    else:
                        yield from self._broken(operand.atom, known, day, day)
                    yield from self._broken(start, known, PAST, day)
                case Literal(Ends(atom), False):
                    yield from self.make(self._opened(atom, known)[0], day)
                case Literal(formula, False):
                    first, last = _span(formula, day)
                    yield from self._broken(atoms_of(formula)[0].atom, known, first, last)
                case Literal(Plain(atom) | Once(atom) | Begins(atom), True):
                    yield from self.make(self._opened(atom, known)[0], day)


def _kind(ground: Ground, predicate: str) -> tuple[str, int, int]:
    """The kind of a predicate, the tier in which facts of it are added, and what each costs."""
    declaration = ground.vocabulary.declarations.get(predicate)
    if ground.vocabulary.plain or declaration is None:
        return "fixed", 0, 2
    tier, cost = {"event": (0, 2), "state": (1, 3), "fixed": (2, 9)}[declaration.kind]
    return declaration.kind, min(2, tier + bool(declaration.reports)), cost + 2 * bool(declaration.reports)


# ---------------------------------------------------------------- operators


def _makes(formula: Formula, day: Day) -> Iterator[tuple[Atom, Day]]:
    """The atoms of which one, on that day, may make a formula hold."""
    match formula:
        case Once(atom, near, _):
            yield atom, day - near
        case Since(_, start):
            yield start, day
        case Begins(atom):
            yield atom, day
        case Ends(atom):
            yield atom, day - 1
        case Always(operand, near, far):
            yield operand.atom, day - far
            yield operand.atom, day - near


def _breaks(formula: Formula, day: Day) -> Iterator[tuple[Atom, Day, Day]]:
    """The atoms of which all, on these days, may have to go for a formula to hold."""
    match formula:
        case Since(operand) if operand.negated:
            yield operand.atom, PAST, day
        case Begins(atom):
            yield atom, day - 1, day - 1
        case Ends(atom):
            yield atom, day, day


def _span(formula: Formula, day: Day) -> tuple[Day, Day]:
    """The days on which what a formula asks about matters."""
    match formula:
        case Once(_, near, far):
            return (PAST if far == FUTURE else day - far), day - near
        case Always(_, near, _):
            return day - near, day - near
    return day, day


# ---------------------------------------------------------------- terms


def step_names(rule: PlannedRule) -> frozenset[str]:
    """The named variables of a rule."""
    return names(rule.head.terms).union(*(variables_of(step) for step in rule.body))


def _value(term: Term, known: Known) -> Value | None:
    resolved = {name: resolve(Variable(name), known) for name in names((term,))}
    values = {name: t.value for name, t in resolved.items() if isinstance(t, Constant)}
    return evaluate_term(term, values) if len(values) == len(resolved) else None


def _comparison(step: Comparison, known: Known) -> Iterator[tuple[Option, Known]]:
    left, right = _value(step.left, known), _value(step.right, known)
    if left is not None and right is not None:
        if compare(step.operator, left, right):
            yield NOTHING, known
        return
    for one, value in ((step.left, right), (step.right, left)):
        if step.operator == "=" and isinstance(one, Variable) and value is not None:
            now = unify(one, Constant(value), known)
            if now is not None:
                yield NOTHING, now
            return
    yield Option(limits=frozenset({(step.operator, step.left, step.right)})), known

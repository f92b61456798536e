"""Bodies of rules read literal by literal, as the language defines them: of what the checker of proofs is made.

`Reading` asks somebody else when an atom holds and when it does not. `Evaluation` answers from facts and rules, top
down, for the patterns that it is asked about alone; it shares nothing with the engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from reasoner.check.dependencies import components, needs
from reasoner.check.safety import body_variables, names, order, outer_variables
from reasoner.evidence.indexed import Pattern
from reasoner.evidence.store import Store
from reasoner.explain.held import (
    EVERYWHERE,
    NOWHERE,
    Held,
    absent,
    after,
    always,
    begins,
    both,
    compares,
    either,
    ends,
    gathered,
    moved,
    of,
    on,
    once,
    since,
    unbound,
    value_of,
)
from reasoner.syntax.tree import (
    Aggregate,
    Always,
    Begins,
    BodyLiteral,
    Comparison,
    Ends,
    Formula,
    Literal,
    Once,
    Plain,
    Rule,
    Since,
    atoms_of,
)
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Expression, Row, Value, Variable
from reasoner.when import FUTURE, PAST, Day, Days

Binding = Mapping[str, Value]
Body = tuple[BodyLiteral, ...]
Rows = Mapping[Row, Held]


def pattern_of(atom: Atom, binding: Binding) -> Pattern:
    """What is known of an atom's arguments."""
    return tuple(value_of(term, binding) for term in atom.terms)


def fits(pattern: Pattern, row: Pattern) -> bool:
    """Whether a row is one of those that a pattern stands for."""
    return len(pattern) == len(row) and all(p is None or p == v for p, v in zip(pattern, row, strict=True))


def unified(atom: Atom, row: Row, binding: Binding) -> dict[str, Value] | None:
    """The binding under which an atom is that row."""
    more = dict(binding)
    for term, value in zip(atom.terms, row, strict=True):
        if isinstance(term, Variable) and not term.anonymous and more.setdefault(term.name, value) != value:
            return None
    for term, value in zip(atom.terms, row, strict=True):
        if isinstance(term, Constant | Expression) and value_of(term, more) != value:
            return None
    return more


class Reading:
    """When bodies hold, given when atoms do."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._order: dict[tuple[object, ...], tuple[int, Body]] = {}  # with the body, so that its id stays its own

    def rows(self, predicate: str, pattern: Pattern, near: int, far: int, throughout: bool) -> Rows:
        """The rows that fit a pattern, with when they hold.

        The literal looks at the days from `far` to `near` ago: at one of them, or `throughout`.
        """
        raise NotImplementedError

    def lacking(self, predicate: str, pattern: Pattern, near: int, far: int) -> Held:
        """When no row holds that fits a pattern, on the days from `far` to `near` ago."""
        raise NotImplementedError

    def elements(self, aggregate: Aggregate, binding: Binding, lent: Body) -> tuple[Rows, Held]:
        """The rows that an aggregate gathers, with when each counts; and the days on which no other does."""
        raise NotImplementedError

    def solve(self, body: Body, binding: Binding, held: Held = EVERYWHERE) -> Iterator[tuple[Binding, Held]]:
        """Each way to bind the variables of a body, with when it holds so."""
        yield from self._solve(body, list(body), binding, held)

    def _solve(
        self, body: Body, waiting: list[BodyLiteral], binding: Binding, held: Held
    ) -> Iterator[tuple[Binding, Held]]:
        if not waiting:
            yield binding, held
            return
        place = self._next(body, waiting, binding)
        rest = waiting[:place] + waiting[place + 1 :]
        for more, days in self._literal(body, waiting[place], binding):
            together = both(held, days)
            if together.possible:
                yield from self._solve(body, rest, more, together)

    def _next(self, body: Body, waiting: list[BodyLiteral], binding: Binding) -> int:
        """Which of the literals to read next; the same for the same variables, whatever their values."""
        asked = id(body), *map(id, waiting), frozenset(binding)
        if asked not in self._order:
            urgencies = [(*self._urgency(body, one, binding), n) for n, one in enumerate(waiting)]
            self._order[asked] = min(urgencies)[-1], body
        return self._order[asked][0]

    def _urgency(self, body: Body, literal: BodyLiteral, binding: Binding) -> tuple[int, int, bool]:
        """What can be evaluated at once comes first, what has fewest unknown variables, and facts before rules."""
        match literal:
            case Literal(Since(operand, start), False):
                free = self._free(start, binding)
                return (0 if self._free(operand.atom, binding) <= free else 9), len(free), self._derives(start)
            case Literal(formula, negated):
                signed = atoms_of(formula)[0]
                free = self._free(signed.atom, binding)
                return (9 if (negated or signed.negated) and free else 0), len(free), self._derives(signed.atom)
            case Comparison(sign, left, right):
                lacks = [unbound(term, binding) for term in (left, right)]
                free = lacks[0] | lacks[1]
                one = any(isinstance(t, Variable) and unbound(t, binding) == free for t in (left, right))
                ready = not free or (sign == "=" and one and not (lacks[0] and lacks[1]))
                return (0 if ready else 9), len(free), False
            case Aggregate():
                waits = self._groups(body, literal) - binding.keys()
                return (1 if not waits else 9), len(waits), True

    def _derives(self, atom: Atom) -> bool:
        return atom.predicate in self.vocabulary.derived

    def _free(self, atom: Atom, binding: Binding) -> set[str]:
        return {name for term in atom.terms for name in unbound(term, binding)}

    def _groups(self, body: Body, literal: Aggregate) -> frozenset[str]:
        """The variables that an aggregate shares with the rest of its rule."""
        outside = outer_variables(other for other in body if other is not literal)
        inner, bound = names(literal.terms) | body_variables(literal.body), names((literal.bound,))
        assigned = isinstance(literal.bound, Variable) and literal.operator == "="
        return inner & (outside | bound) if assigned else inner & outside | bound

    def _literal(self, body: Body, literal: BodyLiteral, binding: Binding) -> Iterator[tuple[Binding, Held]]:
        match literal:
            case Comparison(sign, left, right):
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, Variable) and one.name not in binding:
                        value = value_of(other, binding)
                        if value is not None:
                            yield {**binding, one.name: value}, EVERYWHERE
                        return
                a, b = value_of(left, binding), value_of(right, binding)
                if a is not None and b is not None and compares(sign, a, b):
                    yield binding, EVERYWHERE
            case Aggregate(function, _, _, sign, bound):
                given = value_of(bound, binding)
                free = isinstance(bound, Variable) and bound.name not in binding
                if given is not None or free:
                    lent = tuple(o for o in body if o is not literal and not getattr(o, "negated", False))
                    rows, known = self.elements(literal, binding, lent)
                    several = [(row[0], held) for row, held in rows.items()]
                    for value, held in gathered(function, sign, None if free else given, several).items():
                        more = {**binding, bound.name: value} if isinstance(bound, Variable) else binding
                        yield more, both(held, known)
            case Literal(formula, negated, during):
                days = on(during.span) if during else EVERYWHERE
                if negated:
                    yield binding, both(self._not(formula, binding), days)
                else:
                    for more, held in self._formula(formula, binding):
                        yield more, both(held, days)

    def _not(self, formula: Formula, binding: Binding) -> Held:
        """When an operator's literal does not hold, by what it says of the atom in it."""
        match formula:
            case Once(atom, near, far):
                return always(self._lacks(atom, binding, near, far), near, far)
            case Always(operand, near, far):
                return once(self._lacks(operand.atom, binding, near, far), near, far)
            case Begins(atom):
                held = self._any(atom, binding, 1, 1)
                return either(self._lacks(atom, binding, 0, 0), _shifted(held))
            case Ends(atom):
                return either(self._any(atom, binding, 0, 0), _shifted(self._lacks(atom, binding, 1, 1)))
            case Plain(atom):
                return self._lacks(atom, binding, 0, 0)
        raise AssertionError(formula)

    def _formula(self, formula: Formula, binding: Binding) -> Iterator[tuple[Binding, Held]]:
        match formula:
            case Plain(atom):
                yield from self._match(atom, binding, 0, 0)
            case Once(atom, near, far):
                for more, held in self._match(atom, binding, near, far):
                    yield more, once(held, near, far)
            case Always(operand, near, far) if operand.negated:
                yield binding, always(self._lacks(operand.atom, binding, near, far), near, far)
            case Always(operand, near, far):
                for more, held in self._match(operand.atom, binding, near, far, throughout=True):
                    yield more, always(held, near, far)
            case Since(operand, start):
                for more, held in self._match(start, binding, 0, FUTURE):
                    if self._void(operand.atom, more):
                        continue
                    left = self._lacks if operand.negated else partial(self._any, throughout=True)
                    yield more, since(left(operand.atom, more, near=0, far=FUTURE), held)
            case Begins(atom):
                for more, held in self._match(atom, binding, 0, 0):
                    yield more, begins(held, self._lacks(atom, more, 0, 1))
            case Ends(atom):
                for more, held in self._match(atom, binding, 1, 1):
                    yield more, ends(held, self._lacks(atom, more, 0, 1))

    def _match(
        self, atom: Atom, binding: Binding, near: int, far: int, throughout: bool = False
    ) -> Iterator[tuple[Binding, Held]]:
        """Each way to bind an atom's variables, with when some row holds that it then is."""
        atom = self.vocabulary.positional(atom)
        found: dict[tuple[Value, ...], tuple[Binding, Held]] = {}
        for row, held in list(self.rows(atom.predicate, pattern_of(atom, binding), near, far, throughout).items()):
            more = unified(atom, row, binding)
            if more is not None:
                key = tuple(more.values())
                found[key] = more, either(found[key][1], held) if key in found else held
        yield from found.values()

    def _any(self, atom: Atom, binding: Binding, near: int, far: int, throughout: bool = False) -> Held:
        return next((held for _, held in self._match(atom, binding, near, far, throughout)), NOWHERE)

    def _lacks(self, atom: Atom, binding: Binding, near: int, far: int) -> Held:
        if self._void(atom, binding):
            return NOWHERE  # what has no value makes the literal false, `not` or no
        atom = self.vocabulary.positional(atom)
        return self.lacking(atom.predicate, pattern_of(atom, binding), near, far)

    @staticmethod
    def _void(atom: Atom, binding: Binding) -> bool:
        return any(isinstance(term, Expression) and value_of(term, binding) is None for term in atom.terms)


def _shifted(held: Held) -> Held:
    return once(held, 1, 1)._replace(windows=())


class Key(NamedTuple):
    """What is asked: rows of a predicate that fit a pattern, from a first to a last day."""

    predicate: str
    pattern: Pattern
    first: Day
    last: Day


class Evaluation(Reading):
    """When atoms hold by facts and rules, on some days: what it says of others is less than holds.

    Rules that need each other settle together, each pattern by itself.
    """

    def __init__(self, vocabulary: Vocabulary, store: Store, extra: Iterable[Rule] = ()) -> None:
        super().__init__(vocabulary)
        self.store = store
        self.rules: dict[str, list[Rule]] = {}
        for rule in (*vocabulary.program.of(Rule), *extra):
            self.rules.setdefault(rule.head.predicate, []).append(rule)
        graph: dict[str, list[str]] = {head: [] for head in self.rules}
        for need in needs(rule for several in self.rules.values() for rule in several):
            graph[need.head] += [need.body] if need.body in graph else []
        self._knot = {name: number for number, knot in enumerate(components(graph)) for name in knot}
        self._tables: dict[Key, dict[Row, Held]] = {}
        self._readers: dict[Key, set[Key]] = {}
        self._asker: Key | None = None
        self._waiting: list[Key] = []
        self._span: tuple[Day, Day] = PAST, FUTURE

    @contextmanager
    def on(self, first: Day, last: Day) -> Iterator[None]:
        """While it is only asked about some days."""
        outer, self._span = self._span, (first, last)
        try:
            yield
        finally:
            self._span = outer

    def rows(self, predicate: str, pattern: Pattern, near: int = 0, far: int = 0, throughout: bool = False) -> Rows:
        """The rows that fit a pattern and may hold on some of the days that the literal looks at."""
        first, last = self._span
        key = Key(predicate, pattern, moved(first, -far), moved(last, -near))
        if predicate not in self.rules:
            return self._facts(*key)
        if self._asker and self._knot[self._asker.predicate] == self._knot[predicate]:
            self._readers.setdefault(key, set()).add(self._asker)
            if key not in self._tables:
                self._tables[key] = self._facts(*key)
                self._waiting.append(key)
        elif key not in self._tables:
            self._complete(key)
        return self._tables[key]

    def lacking(self, predicate: str, pattern: Pattern, near: int = 0, far: int = 0) -> Held:
        """When no row holds that fits a pattern, on the days from `far` to `near` ago; it tells of no others."""
        held, (first, last) = NOWHERE, self._span
        for one in self.rows(predicate, pattern, near, far).values():
            held = either(held, one)
        lacks = absent(held)
        return lacks._replace(certain=lacks.certain & Days(((moved(first, -far), after(moved(last, -near))),)))

    def elements(self, aggregate: Aggregate, binding: Binding, lent: Body) -> tuple[Rows, Held]:
        """The rows that an aggregate gathers. What its own body does not bind, the rule around it lends."""
        used = names(aggregate.terms) | body_variables(aggregate.body)
        inner, groups = aggregate.body, {name: value for name, value in binding.items() if name in used}
        waiting = list(lent)
        while missing := order(inner, names(aggregate.terms) | groups.keys())[1]:
            lenders = [one for one in waiting if missing & body_variables((one,))]
            if not lenders:
                break
            inner, waiting = (*inner, *lenders), [one for one in waiting if one not in lenders]
        found: dict[Row, Held] = {}
        for more, held in self.solve(inner, groups):
            row = tuple(value for term in aggregate.terms if (value := value_of(term, more)) is not None)
            if len(row) == len(aggregate.terms):
                found[row] = either(found[row], held) if row in found else held
        first, last = self._span
        return found, on((first, after(last)))

    def _facts(self, predicate: str, pattern: Pattern, first: Day, last: Day) -> dict[Row, Held]:
        facts, days = self.store.facts.get(predicate, {}), Days(((first, after(last)),))
        rows = self.store.matching(predicate, pattern)
        return {row: of(facts[row]) for row in rows if facts[row].possible & days}

    def _complete(self, key: Key) -> None:
        outer = self._asker, self._waiting
        self._tables[key], self._waiting = self._facts(*key), [key]
        while self._waiting:
            self._asker = asker = self._waiting.pop()
            table, grown = self._tables[asker], False
            with self.on(asker.first, asker.last):
                for rule in self.rules[asker.predicate]:
                    for row, held in list(self._derived(rule, asker.pattern)):
                        more = either(table[row], held) if row in table else held
                        if more != table.get(row):
                            table[row], grown = more, True
            if grown:
                self._waiting += self._readers.get(asker, set()) - set(self._waiting)
        self._asker, self._waiting = outer

    def from_head(self, rule: Rule, pattern: Pattern) -> Binding | None:
        """What a rule's head takes from a pattern; None where it cannot be such a row."""
        binding: dict[str, Value] = {}
        for term, value in zip(self.vocabulary.positional(rule.head).terms, pattern, strict=True):
            if isinstance(term, Constant) and value not in (None, term.value):
                return None
            if isinstance(term, Variable) and value is not None and binding.setdefault(term.name, value) != value:
                return None
        return binding

    def _derived(self, rule: Rule, pattern: Pattern) -> Iterator[tuple[Row, Held]]:
        binding = self.from_head(rule, pattern)
        if binding is None:
            return
        head = self.vocabulary.positional(rule.head)
        for more, held in self.solve(rule.body, binding):
            row = tuple(value for term in head.terms if (value := value_of(term, more)) is not None)
            if fits(pattern, row):
                yield row, held

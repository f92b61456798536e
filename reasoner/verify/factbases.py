"""Hypothesis strategies that draw dates, and fact bases for the rules of a program.

Facts that are drawn blindly seldom meet in a rule. So most are drawn backwards: a rule, or a `never`, is chosen, its
variables get values, and what its premises need is drawn in turn, down to the facts. Other facts come in between, and
any fact may be left out, so that what a rule forbids is tried as often as what it asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from typing import TypeVar

from hypothesis import strategies as st

from reasoner.check.dependencies import needs
from reasoner.syntax.tree import (
    Aggregate,
    Always,
    BodyLiteral,
    Comparison,
    Fact,
    Invariant,
    Kind,
    Literal,
    Once,
    Rule,
    Since,
    atoms_of,
)
from reasoner.syntax.vocabulary import Vocabulary, atoms, bodies
from reasoner.term import Atom, Constant, Row, Value, Variable, unify
from reasoner.verify.pools import Place, Pools
from reasoner.verify.worlds import Drawn, FactBase
from reasoner.when import FUTURE, PAST, Date, When, parse_date

FIRST = date(2016, 6, 1).toordinal()
DAYS = 6  # in which most facts fall
MOST = 24  # facts that are drawn on purpose
NOISE = 5  # other facts
DEEP = 12  # steps from a goal down to facts before the shortest way is taken

Binding = dict[str, Value]
T = TypeVar("T")


@st.composite
def dates(draw: st.DrawFn, first: str = "2016-06-01", last: str = "2016-07-31") -> str:
    """A date of any precision as it is written: a day, `[day..day]`, a month or a year. A day is the simplest.

    >>> from reasoner.strategies import dates
    >>> dates("2016-06-01", "2016-06-01").example()  # doctest: +SKIP
    '2016-06'
    """
    start, end = parse_date(first).first, parse_date(last).last
    day = draw(st.integers(start, end))
    widest = min(end, day + draw(st.integers(0, 30)))
    on = date.fromordinal(day)
    written = (str(Date(day, day)), str(Date(day, widest)), f"{on:%Y-%m}", f"{on:%Y}")
    return written[draw(st.integers(0, len(written) - 1))]


def fact_bases(vocabulary: Vocabulary) -> st.SearchStrategy[FactBase]:
    """Fact bases for the rules of a program: small closed worlds that its declarations allow.

    Constants are of the types declared, dates lie in a few days. Each fact passes every check by itself; whether the
    facts contradict each other is for the program's invariants to say. The `str` of a fact base is a file.

    >>> import reasoner
    >>> from reasoner.strategies import fact_bases
    >>> base = fact_bases(reasoner.load().vocabulary).example()  # doctest: +SKIP
    >>> kb = reasoner.load(facts="empty.dl").append(str(base))  # doctest: +SKIP
    """
    return _fact_bases(Ground(vocabulary))


@st.composite
def _fact_bases(draw: st.DrawFn, ground: Ground) -> FactBase:
    drawing = Drawing(draw, ground)
    for _ in range(drawing.below(3) + 1 if ground.goals else 0):
        drawing.body(drawing.one(ground.goals), {}, DEEP)
    for _ in range(drawing.below(NOISE + 1) if ground.drawable else 0):
        drawing.stated(drawing.one(ground.drawable), None)
    return FactBase(tuple(sorted(drawing.facts, key=ground.place)), not ground.vocabulary.plain)


class Ground:
    """What is known of a program before anything is drawn: what facts may state, and how rules lead to it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.pools = Pools(vocabulary)
        self.rules: dict[str, list[Rule]] = {}
        for rule in vocabulary.program.of(Rule):
            self.rules.setdefault(rule.head.predicate, []).append(rule)
        self.written: dict[str, list[Row]] = {}
        for fact in vocabulary.program.of(Fact):
            row = tuple(t.value for t in vocabulary.positional(fact.atom).terms if isinstance(t, Constant))
            self.written.setdefault(fact.atom.predicate, []).append(row)

    @cached_property
    def drawable(self) -> tuple[str, ...]:
        """What facts may state: what is read, and declared or not derived.

        What rules derive from other things is not drawn, nor a fixed predicate whose facts stand in the program: these
        are definitions.
        """
        read = dict.fromkeys(atom.predicate for body in bodies(self.vocabulary.program) for atom in atoms(body))
        closed = {name for name in self.written if self.kind(name) == "fixed" and not self.vocabulary.plain}
        closed |= {n.head for n in needs(self.vocabulary.program.of(Rule)) if not self._closes(n.head)}
        closed |= set(self.vocabulary.type_predicates)
        return tuple(name for name in read if name not in closed)

    def _closes(self, head: str) -> bool:
        """Whether all rules of a declared predicate add to what facts say of it, as for neighbours."""
        own = all(head in {atom.predicate for atom in atoms(rule.body)} for rule in self.rules[head])
        return own and head in self.vocabulary.declarations

    def kind(self, predicate: str) -> Kind:
        """Event, state or fixed; what is not declared has no time."""
        declaration = self.vocabulary.declarations.get(predicate)
        return declaration.kind if declaration else "fixed"

    @cached_property
    def goals(self) -> tuple[tuple[BodyLiteral, ...], ...]:
        """Bodies to draw facts for: every rule, and every invariant as often as there are few of them."""
        rules = [rule.body for rule in self.vocabulary.program.of(Rule)]
        nevers = [never.body for never in self.vocabulary.program.of(Invariant)]
        return (*nevers * (len(rules) // max(1, len(nevers)) + 1), *rules)

    @cached_property
    def heights(self) -> Mapping[str, int]:
        """How many rules lie between a predicate and facts, at least; none for what no facts lead to."""
        found = dict.fromkeys((*self.drawable, *self.written, *self.vocabulary.type_predicates), 0)
        while True:
            more = {
                head: min(heights)
                for head, rules in self.rules.items()
                if head not in found
                and (heights := [h for rule in rules if (h := self.height(rule, found)) is not None])
            }
            if not more:
                return found
            found |= more

    @cached_property
    def ways(self) -> Mapping[str, list[tuple[int, Rule, Atom]]]:
        """For each predicate the rules that facts lead to, with their heights and heads; the lowest first."""
        return {
            name: sorted(
                (
                    (height, rule, self.vocabulary.positional(rule.head))
                    for rule in rules
                    if (height := self.height(rule, self.heights)) is not None
                ),
                key=lambda way: way[0],
            )
            for name, rules in self.rules.items()
        }

    def height(self, rule: Rule, found: Mapping[str, int]) -> int | None:
        """One more than the highest premise of a rule; None where no facts lead to it."""
        premises = [found.get(atom.predicate) for atom in wanted(rule.body)]
        return None if None in premises else max((h for h in premises if h is not None), default=0) + 1

    @cached_property
    def days(self) -> tuple[int, ...]:
        """The days that facts are dated to: a few from the first, those that windows look back to, ends of spans."""
        found = dict.fromkeys(range(FIRST, FIRST + DAYS))
        for literal in (one for body in bodies(self.vocabulary.program) for one in _literals(body)):
            match literal.formula:
                case Once(_, near, far) | Always(_, near, far):
                    found.update(dict.fromkeys(FIRST + d + 1 for d in (near, far) if d != FUTURE))
            for edge in literal.during.span if literal.during else ():
                found.update(dict.fromkeys(d for d in (edge - 1, edge) if PAST < d < FUTURE - 1))
        return tuple(found)

    def home(self, rule: Rule | None, body: tuple[BodyLiteral, ...]) -> Mapping[str, Place]:
        """For each variable of a body, and of the head above it, the place there that says most of its values."""
        key = id(rule or body)
        if key not in self._homes:
            found: dict[str, Place] = {}
            for atom in map(self.vocabulary.positional, (*atoms(body), *((rule.head,) if rule else ()))):
                for place, term in enumerate(atom.terms):
                    if isinstance(term, Variable) and not term.anonymous:
                        here, before = (atom.predicate, place), found.setdefault(term.name, (atom.predicate, place))
                        if len(self.pools.kinds.get(here, "???")) < len(self.pools.kinds.get(before, "???")):
                            found[term.name] = here
            self._homes[key] = found
        return self._homes[key]

    @cached_property
    def _homes(self) -> dict[int, Mapping[str, Place]]:
        return {}

    def place(self, fact: Drawn) -> tuple[int, str]:
        """Where a fact stands in a fact base."""
        return self.drawable.index(fact.predicate), str(fact)


def _literals(body: Iterable[BodyLiteral]) -> Iterator[Literal]:
    for one in body:
        match one:
            case Literal():
                yield one
            case Aggregate():
                yield from _literals(one.body)


def wanted(body: Iterable[BodyLiteral]) -> Iterator[Atom]:
    """The atoms that must hold, now or before, for a body to hold."""
    for one in body:
        match one:
            case Literal(Since(operand, start), False):
                yield start
                if not operand.negated:
                    yield operand.atom
            case Literal(formula, False):
                yield from (signed.atom for signed in atoms_of(formula) if not signed.negated)


@cache
def _up_to(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


@cache
def _stairs(count: int) -> tuple[int, ...]:
    """Numbers below `count`, each next one once less often."""
    return tuple(number for number in range(count) for _ in range(count - number))


class Drawing:
    """A fact base in the making."""

    def __init__(self, draw: st.DrawFn, ground: Ground) -> None:
        self.draw, self.ground = draw, ground
        self.facts: dict[Drawn, None] = {}

    def below(self, count: int) -> int:
        """A number from 0, the simplest."""
        return self.draw(_up_to(count - 1)) if count > 1 else 0

    def one(self, choices: Sequence[T]) -> T:
        """One of several, the first the simplest."""
        return choices[self.below(len(choices))]

    def early(self, choices: Sequence[T]) -> T:
        """One of several, those that stand first more often."""
        return choices[_stairs(len(choices))[self.below(len(choices) * (len(choices) + 1) // 2)]]

    # ---------------------------------------------------------------- backwards from a rule

    def body(self, body: tuple[BodyLiteral, ...], binding: Binding, depth: int) -> Binding:
        """Facts by which a body may hold; what they leave unbound stays so."""
        home = self.ground.home(None, body)
        unlike = [(str(c.left), str(c.right)) for c in body if isinstance(c, Comparison) and c.operator != "="]
        for one in body:
            match one:
                case Literal(negated=False):
                    for atom in wanted((one,)):
                        self.atom(self.ground.vocabulary.positional(atom), binding, depth, home, unlike)
                case Aggregate():
                    for _ in range(self.below(3) + 1):
                        self.body(one.body, dict(binding), depth)
        return binding

    def atom(
        self,
        atom: Atom,
        binding: Binding,
        depth: int,
        home: Mapping[str, Place],
        unlike: Sequence[tuple[str, str]],
    ) -> None:
        """Facts by which an atom may hold, and the values that its variables take."""
        ground, name = self.ground, atom.predicate
        values: list[Value | None] = []
        for term in atom.terms:
            if isinstance(term, Variable) and not term.anonymous and term.name not in binding:
                others = {binding.get(y if x == term.name else x) for x, y in unlike if term.name in (x, y)}
                if name not in ground.written:
                    binding[term.name] = self.value(*home[term.name], others | set(values))
            match term:
                case Constant(value):
                    values.append(value)
                case _:
                    values.append(binding.get(str(term)))
        if name in ground.written:
            fitting = [row for row in ground.written[name] if unify(atom, row, binding) is not None]
            if fitting:
                binding.update(unify(atom, self.one(fitting), binding) or {})
                return
        if name in ground.drawable:
            self.stated(name, values)
        elif name in ground.rules and len(self.facts) < MOST:
            self.derived(name, values, depth - 1)

    def derived(self, predicate: str, values: Sequence[Value | None], depth: int) -> None:
        """Facts by which one of the rules of a predicate may fire."""
        rules = [
            (height, rule, start)
            for height, rule, head in self.ground.ways[predicate]
            if (start := _head(head, values)) is not None and self._fits(rule, start)
        ]
        if rules:
            _, rule, start = self.early([r for r in rules if depth > 0 or r[0] == rules[0][0]])
            if depth > -DEEP:  # else a recursion that nothing ends
                self.body(rule.body, start, depth)

    def _fits(self, rule: Rule, binding: Binding) -> bool:
        """Whether the values that come from above are such as the body of the rule reads."""
        home = self.ground.home(rule, rule.body)
        return all(value in self.ground.pools.values(*home[name]) for name, value in binding.items() if name != "_")

    # ---------------------------------------------------------------- facts

    def stated(self, predicate: str, values: Sequence[Value | None] | None) -> None:
        """A fact with these values, or with any where they are None; or no fact, which is simpler."""
        arity = self.ground.vocabulary.arity(predicate) or 0
        row: list[Value] = []
        for place in range(arity):
            value = values[place] if values else None
            row.append(self.value(predicate, place, set(row)) if value is None else value)
        parameters = self.ground.vocabulary.parameters(predicate)
        typed = [(p.type, value) for p, value in zip(parameters, row, strict=False) if p.type]
        if len(set(typed)) < len(typed):
            return  # nobody fights themselves
        kind = self.ground.kind(predicate)
        fact = Drawn(predicate, tuple(row), kind, None if kind == "fixed" else self.when(kind))
        if self.below(16):
            self.facts[fact] = None

    def value(self, predicate: str, place: int, unlike: set[Value | None]) -> Value:
        """A value for an argument, early ones more often; unlike some others where it can be."""
        pool = self.ground.pools.values(predicate, place)
        return self.early([value for value in pool if value not in unlike] or pool)

    def when(self, kind: Kind) -> When:
        """A day mostly; for states, from then on; sometimes a span, or a date that is not known to the day."""
        first, shape = self.one(self.ground.days), self.below(16)
        if shape == 15:
            return When(parse_date(f"{date.fromordinal(first):%Y-%m}"))
        if shape < (12 if kind == "state" else 14):
            return When(Date(first, first))
        later = first + self.below(DAYS)
        return When(Date(first, later)) if shape == 14 else When(Date(first, first), Date(later, later), True)


def _head(head: Atom, values: Sequence[Value | None]) -> Binding | None:
    """The values that a rule's variables have where its head is to have these; None where it cannot."""
    binding: Binding = {}
    for term, value in zip(head.terms, values, strict=True):
        match term:
            case Constant(constant) if value is not None and constant != value:
                return None
            case Variable(name) if value is not None and binding.setdefault(name, value) != value:
                return None
    return binding

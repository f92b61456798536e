"""An exact world, evaluated day by day on plain sets: no engine, no plan, no intervals.

Every rule is read as it is written. A time operator looks at the snapshots of earlier days, which are
complete because it reads lower strata only. Days before the first one are like the first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from reasoner.evidence.claim import bare, timing
from reasoner.syntax.tree import (
    Aggregate,
    Always,
    Begins,
    BodyLiteral,
    Ends,
    Fact,
    Formula,
    Literal,
    Once,
    Plain,
    Program,
    Rule,
    Since,
    atoms_of,
)
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Expression, Row, Term, Value, Variable
from reasoner.when import FUTURE, PAST, Day, When

Binding = dict[str, Value]
Bound = frozenset[tuple[str, Value]]
World = tuple[tuple[str, Row, Day, Day], ...]  # predicate, row, first and last day on which it holds
Snapshots = dict[Day, dict[str, set[Row]]]


# ---------------------------------------------------------------- worlds


def worlds(program: Program) -> Iterator[World]:
    """Every way to fix each uncertain date of the facts on one of its days."""
    vocabulary = Vocabulary(program)
    choices = []
    for fact in program.of(Fact):
        kind, when = timing(fact, vocabulary)
        row = tuple(term.value for term in bare(fact, vocabulary).terms if isinstance(term, Constant))
        choices.append([(fact.atom.predicate, row, *days) for days in _completions(kind, when)])
    return product(*choices)


def world_count(program: Program) -> int:
    """How many worlds there are."""
    vocabulary, count = Vocabulary(program), 1
    for fact in program.of(Fact):
        count *= len(_completions(*timing(fact, vocabulary)))
    return count


def _completions(kind: str, when: When | None) -> list[tuple[Day, Day]]:
    if kind == "fixed" or when is None:
        return [(PAST, FUTURE)]
    if kind == "event":
        last = when.end if when.ranged else when.start
        return [(day, day) for day in range(when.start.first, last.last + 1)]
    starts = range(when.start.first, when.start.last + 1) if when.start else [PAST]
    ends = range(when.end.first, when.end.last + 1) if when.ranged and when.end else [FUTURE]
    return [(start, end) for start in starts for end in ends if start <= end]


# ---------------------------------------------------------------- a world, day by day


def evaluate(program: Program, world: World, first: Day, last: Day) -> Snapshots:
    """What holds on each day from first to last: predicate to rows."""
    snapshots: Snapshots = {day: {} for day in range(first, last + 1)}
    for predicate, row, start, end in world:
        for day in range(max(start, first), min(end, last) + 1):
            snapshots[day].setdefault(predicate, set()).add(row)
    for stratum in _strata(program.of(Rule)):
        for day, snapshot in snapshots.items():
            _settle(stratum, day, snapshot, _Days(snapshots, first))
    return snapshots


def _strata(rules: tuple[Rule, ...]) -> list[list[Rule]]:
    """Rules by level: above what they negate, gather or look back on, and not below what they merely read."""
    level = {rule.head.predicate: 0 for rule in rules}
    for _ in range(len(level) + 1):
        for rule in rules:
            for predicate, strict in _reads(rule.body):
                needed = level.get(predicate, -1) + strict
                level[rule.head.predicate] = max(level[rule.head.predicate], needed)
    return [[r for r in rules if level[r.head.predicate] == one] for one in sorted(set(level.values()))]


def _reads(body: tuple[BodyLiteral, ...]) -> Iterator[tuple[str, int]]:
    for literal in body:
        match literal:
            case Literal(Plain(atom), False):
                yield atom.predicate, 0
            case Literal(formula):
                yield from ((signed.atom.predicate, 1) for signed in atoms_of(formula))
            case Aggregate(body=inner):
                yield from ((predicate, 1) for predicate, _ in _reads(inner))


def _settle(rules: list[Rule], day: Day, snapshot: dict[str, set[Row]], days: _Days) -> None:
    changed = True
    while changed:
        changed = False
        for rule in rules:
            rows = snapshot.setdefault(rule.head.predicate, set())
            for binding in list(_solve(list(rule.body), {}, day, days)):
                row = tuple(_value(term, binding) for term in rule.head.terms)
                if None not in row and row not in rows:
                    rows.add(row)
                    changed = True


class _Days:
    """Snapshots, the first of which goes back for ever."""

    def __init__(self, snapshots: Snapshots, first: Day) -> None:
        self.snapshots, self.first = snapshots, first

    def matches(self, atom: Atom, binding: Mapping[str, Value], day: Day) -> set[Bound]:
        """The ways to bind the atom's variables so that it holds on the day."""
        found = set()
        for row in self.snapshots[max(day, self.first)].get(atom.predicate, ()):
            more = dict(binding)
            for term, value in zip(atom.terms, row, strict=True):
                if isinstance(term, Variable) and term.name != "_":
                    if more.setdefault(term.name, value) != value:
                        break
                elif not isinstance(term, Variable) and _value(term, binding) != value:
                    break
            else:
                found.add(frozenset(more.items()))
        return found


def _solve(body: list[BodyLiteral], binding: Binding, day: Day, days: _Days) -> Iterator[Binding]:
    """Each binding of the body's variables under which it holds on the day."""
    if not body:
        yield binding
        return
    place = next(i for i, literal in enumerate(body) if _ready(literal, binding, body))
    literal, rest = body[place], body[:place] + body[place + 1 :]
    for more in _holds(literal, binding, day, days):
        yield from _solve(rest, more, day, days)


def _holds(literal: BodyLiteral, binding: Binding, day: Day, days: _Days) -> list[Binding]:
    match literal:
        case Literal(formula, negated, during):
            if during and not _first(during) <= day <= _last(during):
                return []
            found = _formula(formula, binding, day, days)
            return ([] if found else [binding]) if negated else [dict(bound) for bound in found]
        case Aggregate(function, terms, inner, operator, bound):
            solutions = _solve(list(inner), binding, day, days)
            rows = {tuple(_value(term, one) for term in terms) for one in solutions}
            result = _aggregate(function, [row[0] for row in rows if None not in row])
            return _compare(operator, bound, result, binding) if result is not None else []
    left, right = literal.left, literal.right
    if _unbound(left, binding):
        left, right = right, left
    value = _value(left, binding)
    if value is None:
        return []
    return _compare(_turned(literal.operator, left is literal.right), right, value, binding)


def _formula(formula: Formula, binding: Binding, day: Day, days: _Days) -> set[Bound]:
    """The ways in which a formula holds on the day."""
    match formula:
        case Plain(atom):
            return days.matches(atom, binding, day)
        case Once(atom, near, far):
            earliest = min(days.first, day - near) if far == FUTURE else day - far
            return set().union(*(days.matches(atom, binding, d) for d in range(earliest, day - near + 1)))
        case Always(operand, near, far):
            found = [days.matches(operand.atom, binding, d) for d in range(day - far, day - near + 1)]
            if operand.negated:
                return set() if any(found) else {frozenset(binding.items())}
            return set.intersection(*found)
        case Since(operand, start):

            def holds(bound: Bound, d: Day) -> bool:
                return bool(days.matches(operand.atom, dict(bound), d)) != operand.negated

            return {
                bound
                for s in range(days.first, day + 1)
                for bound in days.matches(start, binding, s)
                if all(holds(bound, d) for d in range(s + 1, day + 1))
            }
        case Begins(atom):
            return days.matches(atom, binding, day) - days.matches(atom, binding, day - 1)
        case Ends(atom):
            return days.matches(atom, binding, day - 1) - days.matches(atom, binding, day)


def _ready(literal: BodyLiteral, binding: Binding, body: list[BodyLiteral]) -> bool:
    """Whether all that the literal does not bind itself is bound."""
    match literal:
        case Literal(Since(operand, start), False):
            return _names(operand.atom.terms) <= binding.keys() | _names(start.terms)
        case Literal(formula, negated):
            atom = atoms_of(formula)[0]
            used = _names(atom.atom.terms) if negated or atom.negated else _inside(atom.atom)
            return used <= binding.keys()
        case Aggregate(_, terms, inner, operator, bound):
            outside = {n for other in body if other is not literal for n in _all(other)}
            groups = (_names(terms) | _all_in(inner)) & outside
            known = (operator == "=" and isinstance(bound, Variable)) or _names((bound,)) <= binding.keys()
            return known and groups <= binding.keys()
    sides = literal.left, literal.right
    if literal.operator == "=" and any(_unbound(side, binding) for side in sides):
        return any(_names((side,)) <= binding.keys() for side in sides)
    return _names(sides) <= binding.keys()


def _names(terms: tuple[Term, ...]) -> set[str]:
    names: set[str] = set()
    for term in terms:
        if isinstance(term, Variable) and term.name != "_":
            names.add(term.name)
        elif isinstance(term, Expression):
            names |= _names((term.left, term.right))
    return names


def _inside(atom: Atom) -> set[str]:
    """The variables of arithmetic inside an atom."""
    return _names(tuple(term for term in atom.terms if isinstance(term, Expression)))


def _all(literal: BodyLiteral) -> set[str]:
    match literal:
        case Literal(formula):
            return {name for signed in atoms_of(formula) for name in _names(signed.atom.terms)}
        case Aggregate(_, terms, inner, _, bound):
            return _names((*terms, bound)) | _all_in(inner)
    return _names((literal.left, literal.right))


def _all_in(body: tuple[BodyLiteral, ...]) -> set[str]:
    return {name for literal in body for name in _all(literal)}


# ---------------------------------------------------------------- values


def _unbound(term: Term, binding: Binding) -> bool:
    return isinstance(term, Variable) and term.name not in binding


def _value(term: Term, binding: Mapping[str, Value]) -> Value | None:
    match term:
        case Constant(value):
            return value
        case Variable(name):
            return binding[name]
        case Expression(sign, left, right):
            a, b = _value(left, binding), _value(right, binding)
            if not isinstance(a, int) or not isinstance(b, int) or (sign == "/" and b == 0):
                return None
            return {"+": a + b, "-": a - b, "*": a * b, "/": int(a / b) if b else 0}[sign]


def _rank(value: Value) -> tuple[bool, Value]:
    return isinstance(value, str), value


def _turned(operator: str, turned: bool) -> str:
    return {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(operator, operator) if turned else operator


def _compare(operator: str, bound: Term, value: Value, binding: Binding) -> list[Binding]:
    """The binding where `value operator bound` holds; an unbound variable takes the value."""
    if _unbound(bound, binding):
        return [{**binding, bound.name: value}]
    given = _value(bound, binding)
    if given is None:
        return []
    a, b = _rank(value), _rank(given)
    holds = {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}
    return [binding] if holds[operator] else []


def _aggregate(function: str, values: list[Value]) -> Value | None:
    if function == "count":
        return len(values)
    if function == "sum":
        return sum(value for value in values if isinstance(value, int))
    best = min if function == "min" else max
    return best(values, key=_rank, default=None)


def _first(during: When) -> Day:
    return during.start.first if during.start else PAST


def _last(during: When) -> Day:
    end = during.end if during.ranged else during.start
    return end.last if end else FUTURE

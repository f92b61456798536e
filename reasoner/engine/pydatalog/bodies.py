"""What the body of a rule comes to before pyDatalog sees it: facts of a moment, and calls back to Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reasoner.engine.pydatalog.days import Moment, always, begins, ends, once, since
from reasoner.engine.values import bounds, certainly, compare, evaluate_term, outcomes, possibly
from reasoner.evidence.store import either
from reasoner.plan.rules import Gather
from reasoner.syntax.tree import Always, Begins, Comparison, Ends, Formula, Once, Plain, Since, atoms_of
from reasoner.term import Atom, Row, Term, Value, Variable, unify, variables
from reasoner.when import Day, Truth

Rows = dict[Row, Truth]
Names = tuple[str, ...]
Binding = Mapping[str, Value]


@dataclass
class Facts:
    """A literal, resolved: the values of its variables, each with its days. pyDatalog gets those of the moment."""

    name: str
    names: tuple[str, ...]
    rows: Rows
    negated: bool = False
    carries: bool = False  # a window, on one day of which it holds


@dataclass
class Call:
    """What is called back with the values of `reads`: it gives values for a variable, or any if it holds."""

    reads: tuple[str, ...]
    gives: str | None
    run: Callable[[Binding, Moment], Iterable[Value]]
    timed: tuple[Truth, ...] = ()


Part = Facts | Call | Atom  # an atom is read from the recursion itself


def match(atom: Atom, rows: Mapping[Row, Truth]) -> tuple[Names, Rows]:
    """The variables of an atom, and the values that they take, each with the days on which some matching row holds."""
    names = tuple(dict.fromkeys(v.name for term in atom.terms for v in variables(term)))
    found: Rows = {}
    for row, truth in rows.items():
        if (binding := unify(atom, row, {})) is not None:
            key = tuple(binding[name] for name in names)
            found[key] = either(found[key], truth) if key in found else truth
    return names, found


def resolve(formula: Formula, relations: Mapping[str, Rows]) -> tuple[Names, Rows]:
    """The variables of a formula, and the values that they take with their days.

    `p since q` may have variables that q lacks, which other literals bind. Then each row of q alone says when it
    holds with all those values of which p says nothing.
    """
    matched = [match(signed.atom, relations.get(signed.atom.predicate, {})) for signed in atoms_of(formula)]
    names, rows = matched[-1]
    match formula:
        case Plain():
            return names, rows
        case Once(_, near, far):
            return names, {row: once(p, near, far) for row, p in rows.items()}
        case Always(_, near, far):
            return names, {row: always(p, near, far) for row, p in rows.items()}
        case Begins():
            return names, {row: begins(p) for row, p in rows.items()}
        case Ends():
            return names, {row: ends(p) for row, p in rows.items()}
        case Since(operand, _):
            return _since(names, rows, *matched[0], operand.negated)


def _since(names: Names, rows: Rows, others: Names, other_rows: Rows, negated: bool) -> tuple[Names, Rows]:
    shared = [name for name in others if name in names]
    lent = [name for name in others if name not in names]
    partners: dict[Row, Rows] = {}
    for row, p in other_rows.items():
        binding = dict(zip(others, row, strict=True))
        partners.setdefault(_pick(binding, shared), {})[_pick(binding, lent)] = p
    held: Rows = {}
    for row, q in rows.items():
        held[row] = since(Truth(), q, negated)
        for values, p in partners.get(_pick(dict(zip(names, row, strict=True)), shared), {}).items():
            held[(*row, *values)] = since(p, q, negated)
    return (*names, *lent), held


def _pick(binding: Binding, names: Iterable[str]) -> Row:
    return tuple(binding[name] for name in names)


def lent(names: Names, rows: Rows, alone: int) -> Call:
    """Whether `p since q` holds of the values of q, which are the first ones, and of others that are lent to p."""

    def run(binding: Binding, moment: Moment) -> list[Value]:
        row = _pick(binding, names)
        return [0] if moment.sees(rows.get(row) or rows[row[:alone]]) else []

    return Call(names, None, run, tuple(rows.values()))


def comparison(step: Comparison, bound: set[str]) -> Call:
    """A comparison; where one side is a variable without a value, it gives it the value of the other side."""
    for one, other in ((step.left, step.right), (step.right, step.left)):
        if isinstance(one, Variable) and one.name not in bound:
            return _assignment(one.name, other)

    def run(binding: Binding, _: Moment) -> list[Value]:
        left, right = evaluate_term(step.left, binding), evaluate_term(step.right, binding)
        return [0] if left is not None and right is not None and compare(step.operator, left, right) else []

    return Call(tuple(v.name for term in (step.left, step.right) for v in variables(term)), None, run)


def _assignment(name: str, term: Term) -> Call:
    def run(binding: Binding, _: Moment) -> list[Value]:
        value = evaluate_term(term, binding)
        return [] if value is None else [value]

    return Call(tuple(v.name for v in variables(term)), name, run)


def gather(step: Gather, rows: Rows, bound: set[str]) -> Call:
    """An aggregate over the rows of its elements; where its bound is a variable without a value, it gives it one."""
    groups: dict[Row, list[tuple[Value, Truth]]] = {}
    size = len(step.groups)
    for row, truth in rows.items():
        groups.setdefault(row[:size], []).append((row[size], truth))
    gives = step.bound.name if isinstance(step.bound, Variable) and step.bound.name not in bound else None

    def on(day: Day, certain: bool, elements: list[tuple[Value, Truth]], given: Value | None) -> set[Value]:
        sure = [value for value, truth in elements if day in truth.certain]
        unsure = [value for value, truth in elements if day in truth.possible and day not in truth.certain]
        if gives:
            return set() if certain and unsure else outcomes(step.function, sure, unsure)
        between, judge = bounds(step.function, sure, unsure), certainly if certain else possibly
        return {0} if between and given is not None and judge(step.operator, between, given) else set()

    def run(binding: Binding, moment: Moment) -> set[Value]:
        elements = groups.get(tuple(binding[v.name] for v in step.groups), [])
        given = None if gives else evaluate_term(step.bound, binding)
        return set.intersection(*(on(day, moment.certain, elements, given) for day in moment.days))

    needs = () if gives else tuple(v.name for v in variables(step.bound))
    return Call((*(v.name for v in step.groups), *needs), gives, run, tuple(rows.values()))

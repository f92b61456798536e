"""Strata to relations: one pass, or a semi-naive fixpoint where rules need each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress

import numpy as np

from reasoner.engine import memory
from reasoner.engine.columnar.relation import Relation
from reasoner.engine.columnar.rules import Clause, Solver
from reasoner.engine.columnar.small import Small
from reasoner.engine.model import Model
from reasoner.engine.tables.base import Base, base
from reasoner.engine.tables.change import rearranged
from reasoner.engine.tables.layout import Space
from reasoner.engine.tables.rows import Rows
from reasoner.engine.tables.sets import Bindings, Sets, either
from reasoner.engine.tables.table import Table
from reasoner.engine.tables.widths import Bits, widen
from reasoner.engine.values import rounds
from reasoner.evidence.store import Store
from reasoner.plan.order import join_order
from reasoner.plan.plan import Plan, Stratum, read
from reasoner.plan.rules import PlannedRule, Step
from reasoner.plan.slicing import reach
from reasoner.syntax.tree import Literal, Plain, atoms_of
from reasoner.when import Interval

Relations = Mapping[str, Relation]


def evaluate(plan: Plan, store: Store) -> Model:
    """Every predicate of the plan and the store. Raises Problems (R5xx) where the rules do not settle."""
    known = base(store, *reach(plan))
    relations, apart = relate(plan, known)
    return model(relations, known, apart)


def relate(plan: Plan, known: Base) -> tuple[dict[str, Relation], frozenset[str]]:
    """The relations of every predicate of the plan and the facts, and the predicates that are left apart.

    While at most so many rows are wanted, these are of a stratum that derives more, and of every one that needs it.
    """
    relations = {name: Relation(sets.layout, cut(sets, plan.spans.get(name))) for name, sets in known.facts.items()}
    bits: Bits = {name: relation.layout.bits for name, relation in relations.items()}
    apart: set[str] = set()
    for stratum in plan.strata:
        if apart.isdisjoint(name for rule in stratum.rules for name in read(rule)):
            with suppress(memory.TooMany):
                make_room(stratum, relations, bits, known)
                settle(stratum, relations, known, plan)
                continue
        apart |= stratum.predicates
    return {name: relation for name, relation in relations.items() if name not in apart}, frozenset(apart)


def model(relations: Relations, known: Base, apart: frozenset[str] = frozenset()) -> Model:
    """The relations that have rows, to be read."""
    rows = {name: Rows(relation.sets, known.codes) for name, relation in relations.items() if len(relation)}
    return Model(rows, apart)


def make_room(stratum: Stratum, relations: dict[str, Relation], bits: Bits, known: Base) -> None:
    """A relation for each predicate that the stratum reads or derives, wide enough for what it may derive."""
    widen(stratum, bits, known.codes)
    for predicate in bits.keys() - relations.keys():
        relations[predicate] = Relation(known.space.layout(bits[predicate]))
    for predicate in stratum.predicates:
        relation, layout = relations[predicate], known.space.layout(bits[predicate])
        if layout is not relation.layout:
            relations[predicate] = Relation(layout, rearranged(relation.sets, layout))


def settle(stratum: Stratum, relations: dict[str, Relation], known: Base, plan: Plan) -> None:
    """Adds what the stratum derives to the facts of its predicates."""
    (_fixpoint if stratum.recursive else _pass)(stratum, relations, known, plan)
    for predicate in stratum.predicates:
        relations[predicate] = Relation(relations[predicate].layout, relations[predicate].sets.settled())


def grow(stratum: Stratum, relations: Relations, more: Mapping[str, Sets], known: Base, plan: Plan) -> None:
    """Adds what follows from more rows: of what the stratum reads, where they are there already, and of its own."""
    solver = Solver(relations, known.codes)
    derived = {name: [sets] for name, sets in more.items() if name in stratum.predicates}
    for clause, literal in _variants(stratum, more.keys() - stratum.predicates, relations):
        found = solver.delta(literal, more[_predicate(literal)])
        derived.setdefault(clause.head.predicate, []).extend(_derived(clause, solver, found, plan))
    _spread(stratum, relations, solver, derived, plan)


def cut(sets: Sets, span: Interval | None) -> Sets:
    """Within a span, where there is one; what holds always is left as it is."""
    if span is None or sets.timeless:
        return sets
    inner = sets.within(*span)
    # On a single day nothing is earlier or later: it can as well hold always.
    return inner.always() if span[1] == span[0] + 1 else inner


def _unit(space: Space) -> Sets:
    return Sets.exactly(Table(space.layout(()), np.zeros(1, np.int64)))


def _derived(clause: Clause, solver: Solver, found: Bindings, plan: Plan) -> Iterator[Sets]:
    """What a clause derives, on the days on which it is needed."""
    head = clause.head
    try:
        for sets in solver.rule(clause, found):
            solver.watch.check(len(sets.possible), head.predicate, head.origin)
            if head.predicate in plan.demands:
                # What is demanded on any day is demanded always.
                yield Sets.exactly(Table(sets.layout, sets.possible.key))
            else:
                yield cut(sets, plan.spans.get(head.predicate))
    except MemoryError:
        raise memory.too_much(head.predicate, head.origin) from None


def _pass(stratum: Stratum, relations: dict[str, Relation], known: Base, plan: Plan) -> None:
    solver, unit = Solver(relations, known.codes), Bindings((), _unit(known.space))
    clauses = [_clause(rule, relations, frozenset()) for rule in stratum.rules]
    found = [(clause.head.predicate, sets) for clause in clauses for sets in _derived(clause, solver, unit, plan)]
    for predicate in stratum.predicates:
        relation = relations[predicate]
        parts = [*relation.runs, *(sets for head, sets in found if head == predicate)]
        relations[predicate] = Relation(relation.layout, either(*parts) if parts else None)


def _fixpoint(stratum: Stratum, relations: dict[str, Relation], known: Base, plan: Plan) -> None:
    """What is certain and possible first, then the windows, which need all that is certain."""
    unit = _unit(known.space)
    _settle(stratum, relations, Solver(relations, known.codes, windows=False), unit, plan)
    predicates = stratum.predicates.union(*map(read, stratum.rules))
    if not all(relations[predicate].sets.exact for predicate in predicates):
        certain = Sets(unit.certain, Table.empty(unit.layout))
        _settle(stratum, relations, Solver(relations, known.codes), certain, plan)


def _settle(stratum: Stratum, relations: Relations, solver: Solver, unit: Sets, plan: Plan) -> None:
    """What is certain and possible, from all that is known, and what follows from it."""
    # Rule: derived := rules(known)
    derived: dict[str, list[Sets]] = {}
    for rule in stratum.rules:
        clause = _clause(rule, relations, stratum.predicates)
        _keep(stratum, relations, derived, clause.head.predicate, _derived(clause, solver, Bindings((), unit), plan))
    _spread(stratum, relations, solver, derived, plan)


def _spread(stratum: Stratum, relations: Relations, solver: Solver, derived: dict[str, list[Sets]], plan: Plan) -> None:
    """Semi-naive: each round joins what is new since the last one with all that is known."""
    variants = list(_variants(stratum, stratum.predicates, relations))
    joined = {_predicate(step) for clause, _ in variants for step in clause.steps if isinstance(step, Literal)}
    for predicate in stratum.predicates:
        relations[predicate].joined = predicate in joined
    small = Small(variants, relations, solver.codes)
    # Rule: delta := derived - known; known := known + delta
    delta = {head: relations[head].fresh(parts) for head, parts in derived.items() if parts}
    for _ in rounds(stratum.predicates, stratum.calculates):
        for predicate in stratum.predicates:
            relations[predicate].add(delta.get(predicate))
        delta = {predicate: sets for predicate, sets in delta.items() if sets}
        if not delta:
            return
        if small.serves(delta):
            delta = small.run(delta)
            continue
        # Rule: derived := rules(known), where one recursive literal reads delta, and those after it what is older
        derived = {}
        for clause, literal in variants:
            if (predicate := _predicate(literal)) in delta:
                found = solver.delta(literal, delta[predicate])
                _keep(stratum, relations, derived, clause.head.predicate, _derived(clause, solver, found, plan))
        delta = {head: relations[head].fresh(parts) for head, parts in derived.items() if parts}


def _keep(
    stratum: Stratum, relations: Relations, derived: dict[str, list[Sets]], head: str, parts: Iterator[Sets]
) -> None:
    """Elements of aggregates are known at once, before what gathers them is evaluated; no rule reads their delta."""
    for sets in parts:
        if head in stratum.gathered:
            relations[head].add(relations[head].fresh([sets]))
        else:
            derived.setdefault(head, []).append(sets)


def _clause(rule: PlannedRule, relations: Relations, growing: frozenset[str]) -> Clause:
    return Clause(rule.head, tuple(rule.body[place] for place in join_order(rule.body, relations, growing)))


def _variants(stratum: Stratum, growing: Set[str], relations: Relations) -> Iterator[tuple[Clause, Literal]]:
    """Each rule with each literal that reads what grows, and the rest of the body in an order that follows it."""
    for rule in stratum.rules:
        recursive = [n for n, step in enumerate(rule.body) if _grows(step, growing)]
        for place in recursive:
            step = rule.body[place]
            assert isinstance(step, Literal)
            rest = list(join_order(rule.body, relations, stratum.predicates, place))
            older = frozenset(at for at, n in enumerate(rest) if n in recursive and n > place)
            yield Clause(rule.head, tuple(rule.body[n] for n in rest), older), step


def _grows(step: Step, growing: Set[str]) -> bool:
    match step:
        case Literal(Plain(atom), negated=False):
            return atom.predicate in growing
    return False


def _predicate(literal: Literal) -> str:
    return atoms_of(literal.formula)[0].atom.predicate

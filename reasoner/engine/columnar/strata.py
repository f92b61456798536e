"""Strata to relations: one pass, or a semi-naive fixpoint where rules need each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from reasoner.check.safety import binds, literal_variables, names, rank
from reasoner.engine.columnar.codes import Codes
from reasoner.engine.columnar.rules import Solver
from reasoner.engine.columnar.sets import UNIT, Bindings, Rows, Sets, either, load
from reasoner.engine.columnar.table import Table
from reasoner.engine.model import Model
from reasoner.engine.values import rounds
from reasoner.evidence.store import Store
from reasoner.plan.plan import Plan, Stratum
from reasoner.plan.rules import Gather, PlannedRule, Step
from reasoner.syntax.tree import Literal, atoms_of
from reasoner.term import Variable


def evaluate(plan: Plan, store: Store) -> Model:
    """Every predicate of the plan and the store. Raises Problems (R5xx) where the rules do not settle."""
    codes = Codes()
    relations = {predicate: load(rows, len(next(iter(rows))), codes) for predicate, rows in store.facts.items() if rows}
    for stratum in plan.strata:
        for rule in stratum.rules:
            relations.setdefault(rule.head.predicate, Sets.empty(len(rule.head.terms)))
        if not stratum.recursive:
            _pass(stratum, relations, Solver(relations, codes))
        else:
            _fixpoint(stratum, relations, codes)
        for predicate in stratum.predicates:
            relations[predicate] = relations[predicate].settled()
    return Model({predicate: Rows(sets, codes) for predicate, sets in relations.items()})


def _pass(stratum: Stratum, relations: dict[str, Sets], solver: Solver) -> None:
    derived = [(rule.head.predicate, solver.rule(rule.head, rule.body, UNIT)) for rule in stratum.rules]
    for predicate in stratum.predicates:
        relations[predicate] = either(relations[predicate], *(sets for head, sets in derived if head == predicate))


def _fixpoint(stratum: Stratum, relations: dict[str, Sets], codes: Codes) -> None:
    """What is certain and possible first, then the windows, which need all that is certain."""
    _settle(stratum, relations, Solver(relations, codes, stratum.predicates, windows=False), UNIT)
    if not all(relations[predicate].exact for predicate in _read(stratum) & relations.keys()):
        nowhere = Table.empty(0)
        unit = Bindings((), Sets(UNIT.sets.certain, nowhere, nowhere))
        _settle(stratum, relations, Solver(relations, codes, stratum.predicates), unit)


def _settle(stratum: Stratum, relations: dict[str, Sets], solver: Solver, unit: Bindings) -> None:
    """Semi-naive: each round joins what is new since the last one with all that is known."""
    variants = list(_variants(stratum))
    joined = {_predicate(step) for _, _, rest in variants for step in rest if isinstance(step, Literal)}
    # known := facts;  derived := rules(known)
    known = {predicate: [relations[predicate]] for predicate in stratum.predicates}
    derived = [(rule.head.predicate, solver.rule(rule.head, rule.body, unit)) for rule in stratum.rules]
    for _ in rounds(stratum.predicates, stratum.calculates):
        # delta := derived - known;  known := known + delta
        delta: dict[str, Sets] = {}
        for predicate, runs in known.items():
            parts = [sets for head, sets in derived if head == predicate and sets]
            fresh = reduce(Sets.beyond, runs, either(*parts)) if parts else None
            if fresh:
                delta[predicate] = fresh
                _add(runs, fresh)
                if predicate in joined:
                    relations[predicate] = either(*runs)
        if not delta:
            relations.update({predicate: either(*runs) for predicate, runs in known.items()})
            return
        # derived := rules(known), where one recursive literal reads delta
        derived = [
            (rule.head.predicate, solver.rule(rule.head, rest, solver.delta(literal, delta)))
            for rule, literal, rest in variants
            if _predicate(literal) in delta
        ]


def _add(runs: list[Sets], fresh: Sets) -> None:
    """Runs merge when the newer one is half as long as the older one: each row takes part in few merges."""
    runs.append(fresh)
    while len(runs) > 1 and 2 * len(runs[-1].possible) >= len(runs[-2].possible):
        runs[-2:] = [either(*runs[-2:])]


def _variants(stratum: Stratum) -> Iterator[tuple[PlannedRule, Literal, tuple[Step, ...]]]:
    """Each rule with each of its recursive literals, and the rest of the body in an order that follows it."""
    for rule in stratum.rules:
        for place, step in enumerate(rule.body):
            if isinstance(step, Literal) and not step.negated and _predicate(step) in stratum.predicates:
                rest = (*rule.body[:place], *rule.body[place + 1 :])
                yield rule, step, tuple(_ordered(rest, literal_variables(step)))


def _predicate(literal: Literal) -> str:
    return atoms_of(literal.formula)[0].atom.predicate


def _ordered(steps: Iterable[Step], bound: frozenset[str]) -> Iterator[Step]:
    """The steps as they can be evaluated: filters first, then those that bring the fewest new variables."""
    waiting = list(steps)
    while waiting:
        ready = [
            (*rank(_variables(step), now, bound), place)
            for place, step in enumerate(waiting)
            if (now := _binds(step, bound)) is not None
        ]
        step = waiting.pop(min(ready)[-1])
        bound = _binds(step, bound) or bound
        yield step


def _variables(step: Step) -> frozenset[str]:
    return names((*step.groups, step.bound)) if isinstance(step, Gather) else literal_variables(step)


def _binds(step: Step, bound: frozenset[str]) -> frozenset[str] | None:
    """The variables bound after a step, None where it cannot be evaluated yet."""
    if not isinstance(step, Gather):
        return binds(step, bound, frozenset())
    if not names(step.groups) <= bound:
        return None
    if names((step.bound,)) <= bound:
        return bound
    return bound | names((step.bound,)) if step.operator == "=" and isinstance(step.bound, Variable) else None


def _read(stratum: Stratum) -> frozenset[str]:
    """The predicates that a stratum reads, and its own."""
    read: set[str] = set(stratum.predicates)
    for step in (step for rule in stratum.rules for step in rule.body):
        match step:
            case Literal(formula):
                read |= {signed.atom.predicate for signed in atoms_of(formula)}
            case Gather(elements=elements):
                read.add(elements)
    return frozenset(read)

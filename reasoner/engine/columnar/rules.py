"""Rules over tables: a body is evaluated from left to right, all bindings at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from reasoner.check.safety import names
from reasoner.engine.columnar.codes import Codes
from reasoner.engine.columnar.gather import gather
from reasoner.engine.columnar.sets import Bindings, Sets, both, either
from reasoner.engine.columnar.table import Ints, Table, complement, distinct
from reasoner.engine.columnar.time import always, begins, ends, once, since
from reasoner.engine.values import compare, evaluate_term
from reasoner.plan.rules import Gather, Step
from reasoner.syntax.tree import (
    Always,
    Begins,
    Comparison,
    Ends,
    Formula,
    Literal,
    Once,
    Plain,
    Since,
    atoms_of,
)
from reasoner.term import Atom, Constant, Term, Value, Variable
from reasoner.when import When


class Solver:
    """Solves rules over relations. `growing` are the predicates that change while it is in use.

    Without `windows` it leaves windows alone: what it finds certain and possible does not need theirs.
    """

    def __init__(
        self,
        relations: Mapping[str, Sets],
        codes: Codes,
        growing: frozenset[str] = frozenset(),
        windows: bool = True,
    ) -> None:
        self.relations, self.codes, self.growing, self.windows = relations, codes, growing, windows
        self._known: dict[Atom | Formula, Bindings] = {}

    def rule(self, head: Atom, body: Iterable[Step], found: Bindings) -> Sets:
        """The rows of the head that the body gives, starting from some bindings."""
        for step in body:
            if not found.sets:
                return Sets.empty(len(head.terms))
            found = self._step(step, found)
        names = found.names
        return either(found.sets.each(lambda table: self._head(head, names, table)))

    def delta(self, literal: Literal, changed: Mapping[str, Sets]) -> Bindings:
        """A plain literal over what has changed."""
        assert isinstance(literal.formula, Plain)
        atom = literal.formula.atom
        return _during(self._select(atom, changed[atom.predicate]), literal.during)

    def _head(self, head: Atom, names: tuple[str, ...], table: Table) -> Table:
        columns = [
            table.keys[:, names.index(term.name)]
            if isinstance(term, Variable)
            else np.full(len(table), self.codes.code(_constant(term)))
            for term in head.terms
        ]
        return replace(table, keys=np.column_stack(columns) if columns else table.keys[:, :0])

    def _step(self, step: Step, found: Bindings) -> Bindings:
        match step:
            case Comparison():
                return self._comparison(step, found)
            case Gather():
                elements = self.relations.get(step.elements, Sets.empty(len(step.groups) + step.width))
                return both(found, gather(step, found, elements, self.codes))
            case Literal(formula, negated, during):
                held = self._formula(formula, found)
                if negated:
                    held = _negation(held, found)
                if not self.windows:
                    held = replace(held, sets=replace(held.sets, windows=Table.empty(held.sets.width)))
                return both(found, _during(held, during))

    # ---------------------------------------------------------------- literals

    def _formula(self, formula: Formula, found: Bindings) -> Bindings:
        """When a formula holds, for each value of its variables; only a `since` may need bindings."""
        if formula in self._known:
            return self._known[formula]
        if isinstance(formula, Since):
            p, q = self._atom(formula.operand.atom), self._atom(formula.start)
            lent = [name for name in p.names if name not in q.names]
            if lent:
                # Variables of p that q does not bind have their values from the bindings.
                by = (*lent, *(name for name in q.names if name in found.names))
                return since(p, both(q, _exactly(by, found.keys(by))), formula.operand.negated)
            held = since(p, q, formula.operand.negated)
        else:
            p = self._atom(atoms_of(formula)[0].atom)
            held = replace(p, sets=_operate(formula, p.sets))
        if not self.growing & {signed.atom.predicate for signed in atoms_of(formula)}:
            self._known[formula] = held
        return held

    def _atom(self, atom: Atom) -> Bindings:
        if atom in self._known:
            return self._known[atom]
        found = self._select(atom, self.relations.get(atom.predicate, Sets.empty(len(atom.terms))))
        if atom.predicate not in self.growing:
            self._known[atom] = found
        return found

    def _select(self, atom: Atom, sets: Sets) -> Bindings:
        """The variables of an atom, one column each; `_` says that there is some value, day by day."""
        first: dict[str, int] = {}
        for place, term in enumerate(atom.terms):
            if isinstance(term, Variable) and not term.anonymous:
                first.setdefault(term.name, place)

        def chosen(table: Table) -> Table:
            kept = np.ones(len(table), np.bool_)
            for place, term in enumerate(atom.terms):
                if isinstance(term, Constant):
                    kept &= table.keys[:, place] == self.codes.code(term.value)
                elif isinstance(term, Variable) and first.get(term.name, place) != place:
                    kept &= table.keys[:, place] == table.keys[:, first[term.name]]
            whole = bool(kept.all()) and len(first) == table.width
            return table if whole else table.take(kept).columns(tuple(first.values()))

        narrow = sets.each(chosen)
        anonymous = any(isinstance(term, Variable) and term.anonymous for term in atom.terms)
        return Bindings(tuple(first), either(narrow) if anonymous else narrow)

    # ---------------------------------------------------------------- comparisons

    def _comparison(self, comparison: Comparison, found: Bindings) -> Bindings:
        left, right = comparison.left, comparison.right
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Variable) and one.name not in found.names:
                return self._bind(one.name, other, found)

        def holds(binding: Mapping[str, Value]) -> bool:
            a, b = evaluate_term(left, binding), evaluate_term(right, binding)
            return a is not None and b is not None and compare(comparison.operator, a, b)

        def kept(table: Table) -> Table:
            values, inverse = self._tuples(found, table, (left, right))
            return table.take(np.array([holds(binding) for binding in values], np.bool_)[inverse])

        return replace(found, sets=found.sets.each(kept))

    def _bind(self, name: str, term: Term, found: Bindings) -> Bindings:
        def code(binding: Mapping[str, Value]) -> int:
            value = evaluate_term(term, binding)
            return -1 if value is None else self.codes.code(value)

        def extended(table: Table) -> Table:
            values, inverse = self._tuples(found, table, (term,))
            column = np.array([code(binding) for binding in values], np.int64)[inverse]
            return replace(table, keys=np.column_stack((table.keys, column))).take(column >= 0)

        return Bindings((*found.names, name), found.sets.each(extended))

    def _tuples(self, found: Bindings, table: Table, terms: Sequence[Term]) -> tuple[list[dict[str, Value]], Ints]:
        """The different values of the variables in some terms, and which of them each row has."""
        used = sorted(names(terms))
        keys = table.keys[:, found.places(used)]
        first, inverse = distinct(keys)
        return [dict(zip(used, row, strict=True)) for row in self.codes.decode(keys[first])], inverse


def _operate(formula: Formula, p: Sets) -> Sets:
    match formula:
        case Once(_, near, far):
            return once(p, near, far)
        case Always(_, near, far):
            return always(p, near, far)
        case Begins():
            return begins(p)
        case Ends():
            return ends(p)
    return p


def _negation(held: Bindings, found: Bindings) -> Bindings:
    """`not` reads the complement of the other set, for the values that its variables are bound to."""
    keys, p = found.keys(held.names), held.sets
    certain = complement(keys, p.possible)
    possible = certain if p.certain is p.possible else complement(keys, p.certain)
    return replace(held, sets=Sets(certain, possible, Table.empty(p.width)))


def _exactly(by: tuple[str, ...], keys: Ints) -> Bindings:
    return Bindings(by, Sets.exactly(Table.always(keys)))


def _during(held: Bindings, span: When | None) -> Bindings:
    if span is None:
        return held
    return replace(held, sets=held.sets.within(*span.span))


def _constant(term: Term) -> Value:
    assert isinstance(term, Constant)
    return term.value

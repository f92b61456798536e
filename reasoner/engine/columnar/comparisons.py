"""Comparisons and arithmetic, once for each different value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reasoner.check.safety import names
from reasoner.engine.tables.codes import Codes, Ints
from reasoner.engine.tables.layout import OPEN
from reasoner.engine.tables.sets import Bindings, Sets
from reasoner.engine.tables.table import Table
from reasoner.engine.values import compare, evaluate_term
from reasoner.syntax.tree import Comparison
from reasoner.term import Constant, Term, Value, Variable

_COMPARE = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip


def compared(comparison: Comparison, found: Bindings, codes: Codes) -> Bindings:
    """The bindings that compare so; where one side is a variable without a value, it gets that of the other."""
    left, right = comparison.left, comparison.right
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Variable) and one.name not in found.names:
            return _bound(one.name, other, found, codes)

    def holds(binding: Mapping[str, Value]) -> bool:
        a, b = evaluate_term(left, binding), evaluate_term(right, binding)
        return a is not None and b is not None and compare(comparison.operator, a, b)

    def kept(table: Table) -> Table:
        values, inverse = _tuples(found, table, codes, (left, right))
        return table.take(np.array([holds(binding) for binding in values], np.bool_)[inverse])

    def ranked(table: Table) -> Table:
        one, other = (_codes(term, found, table, codes) for term in (left, right))
        if comparison.operator not in ("=", "!="):
            ranks = codes.ranks()
            one, other = ranks[one], ranks[other]
        return table.take(np.broadcast_to(_COMPARE[comparison.operator](one, other), len(table)))

    plain = all(isinstance(term, Variable | Constant) for term in (left, right))
    return Bindings(found.names, found.sets.each(ranked if plain else kept))


def _codes(term: Term, found: Bindings, table: Table, codes: Codes) -> Ints | int:
    """The codes of a constant or of a variable's values."""
    if isinstance(term, Variable):
        return table.layout.column(table.key, found.names.index(term.name))
    assert isinstance(term, Constant)
    return codes.code(term.value)


def _bound(name: str, term: Term, found: Bindings, codes: Codes) -> Bindings:
    def code(binding: Mapping[str, Value]) -> int:
        value = evaluate_term(term, binding)
        return -1 if value is None else codes.code(value)

    bits = (*found.sets.layout.bits, OPEN)
    layout = found.sets.layout.space.layout(bits)

    def extended(table: Table) -> Table:
        values, inverse = _tuples(found, table, codes, (term,))
        column = np.array([code(binding) for binding in values], np.int64)[inverse]
        kept = column >= 0
        table = table.take(kept)
        key = layout.pack([*table.layout.columns(table.key), column[kept]], len(table))
        return Table(layout, key, table.start, table.end)

    return Bindings((*found.names, name), found.sets.each(extended))


def _tuples(found: Bindings, table: Table, codes: Codes, terms: Sequence[Term]) -> tuple[list[dict[str, Value]], Ints]:
    """The different values of the variables in some terms, and which of them each row has."""
    used = sorted(names(terms))
    narrow = Bindings(found.names, Sets.exactly(table)).only(tuple(used)).sets.possible
    different, inverse = np.unique(narrow.key, return_inverse=True)
    if not used:
        return [{}] * len(different), inverse
    rows = codes.decode(narrow.layout.columns(different))
    return [dict(zip(used, row, strict=True)) for row in rows], inverse

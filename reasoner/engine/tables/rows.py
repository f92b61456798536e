"""Rows of values and when they hold, from tables: decoded when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import groupby

import numpy as np

from reasoner.engine.tables.codes import Codes, Ints
from reasoner.engine.tables.index import different
from reasoner.engine.tables.sets import Sets
from reasoner.engine.tables.table import Table
from reasoner.evidence.columns import Columns
from reasoner.evidence.indexed import Indexed, Pattern, grouped, known
from reasoner.term import Row
from reasoner.when import Days, Interval, Truth

FEW = 1_000  # rows that are all decoded when one is asked for


class Rows(Indexed):
    """The rows of a relation. Of many, those that are looked up are decoded; else all when they are first looked at."""

    def __init__(self, sets: Sets, codes: Codes) -> None:
        self._sets, self._codes = sets, codes
        self._groups: dict[tuple[int, ...], dict[Row, list[Row]]] = {}

    @cached_property
    def _rows(self) -> dict[Row, Truth]:
        return _decoded(self._sets, self._codes)

    def matching(self, pattern: Pattern) -> Mapping[Row, Truth]:
        """The rows with these values, from an index on their places."""
        places, values = known(pattern)
        if not places:
            return self._rows
        if len(self._sets.possible) <= FEW:
            if places not in self._groups:
                self._groups[places] = grouped(self._rows, places)
            return {row: self._rows[row] for row in self._groups[places].get(values, ())}
        return _decoded(self._sets.each(lambda table: table.take(self._found(table, places, values))), self._codes)

    def count(self, pattern: Pattern) -> int:
        """How many rows have these values, each counted once for each of its spans."""
        places, values = known(pattern)
        return len(self._found(self._sets.possible, places, values) if places else self._sets.possible)

    @property
    def width(self) -> int:
        """The number of arguments."""
        return self._sets.layout.width

    def columns(self) -> Columns:
        """The same rows as columns, one for each span; what has no arguments has spans alone."""
        tables = [self._sets.certain]
        tables += [] if self._sets.exact else [self._sets.possible]
        tables += [] if self._sets.windows is None else [self._sets.windows]
        key, ends = np.concatenate([table.key for table in tables]), np.cumsum([len(table) for table in tables])
        domains, codes = [], []
        for column in self._sets.layout.columns(key):
            used, its = np.unique(column, return_inverse=True)
            domains.append([self._codes.value(code) for code in used.tolist()])
            codes.append(its.astype(np.int64))
        if self._sets.timeless and self.width:
            return Columns(tuple(domains), tuple(codes))
        spans = [(np.arange(end - len(table), end), *table.days) for table, end in zip(tables, ends, strict=True)]
        certain, possible, windows = (*spans, None, None)[:3]
        return Columns(tuple(domains), tuple(codes), certain, possible, windows)

    def _found(self, table: Table, places: tuple[int, ...], values: Row) -> Ints:
        """The numbers of the rows with these values."""
        layout = self._sets.layout
        on = layout.space.layout([layout.bits[place] for place in places])
        codes = [code for value in values if (code := self._codes.known(value)) is not None]
        if len(codes) < len(values) or any(code >> bits for code, bits in zip(codes, on.bits, strict=True)):
            return np.empty(0, np.int64)
        index = table.index(on, places)
        (low,), (count,) = index.find(on.pack([np.array([code]) for code in codes], 1))
        return np.sort(index.rows(np.arange(low, low + count)))

    def __getitem__(self, row: Row) -> Truth:
        if len(self._sets.possible) > FEW and "_rows" not in self.__dict__:
            return self.matching(row)[row]
        return self._rows[row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(different(self._sets.possible.key, self._sets.layout.size))


def _decoded(sets: Sets, codes: Codes) -> dict[Row, Truth]:
    certain, windows = _spans(sets.certain, codes), _spans(sets.windows, codes)
    return {
        row: Truth(
            Days(tuple(certain.get(row, ()))),
            Days(tuple(spans)),
            tuple((start, end - 1) for start, end in windows.get(row, ())),
        )
        for row, spans in _spans(sets.possible, codes).items()
    }


def _spans(table: Table | None, codes: Codes) -> dict[Row, list[Interval]]:
    if table is None or not len(table):
        return {}
    rows = codes.decode(table.layout.columns(table.key)) if table.layout.width else [()] * len(table)
    starts, ends = table.days
    spans = zip(rows, starts.tolist(), ends.tolist(), strict=True)
    return {row: [(start, end) for _, start, end in same] for row, same in groupby(spans, key=lambda r: r[0])}

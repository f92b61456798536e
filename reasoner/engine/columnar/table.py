"""Tables: rows of codes, each with a span of days, and the algebra of their spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from reasoner.when import FUTURE, PAST, Day

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_TIME = (1 << 32) - 1  # the bits of a moment that hold its day


@dataclass(frozen=True, eq=False)
class Table:
    """n rows: `keys` are (n, k) codes; a row holds from day `start` up to, not including, day `end`.

    A table is *coalesced* when it is sorted by key and start, and no two spans of a key overlap or touch.
    """

    keys: Ints
    start: Ints
    end: Ints

    @classmethod
    def empty(cls, width: int) -> Table:
        return cls(np.empty((0, width), np.int64), np.empty(0, np.int64), np.empty(0, np.int64))

    @classmethod
    def always(cls, keys: Ints) -> Table:
        """The keys, each on every day."""
        return cls(keys, np.full(len(keys), PAST), np.full(len(keys), FUTURE))

    def __len__(self) -> int:
        return len(self.start)

    @property
    def width(self) -> int:
        return int(self.keys.shape[1])

    def take(self, rows: Ints | Mask) -> Table:
        """Some of the rows, by number or by mask."""
        return Table(self.keys[rows], self.start[rows], self.end[rows])

    def columns(self, places: Sequence[int]) -> Table:
        """The same spans for some of the columns."""
        return Table(self.keys[:, list(places)], self.start, self.end)

    def spans(self, start: Ints, end: Ints) -> Table:
        """The same keys with other spans, without the rows whose span is empty."""
        return Table(self.keys, start, end).take(start < end)

    def within(self, first: Day, end: Day) -> Table:
        """The rows on the days from `first` up to, not including, `end`."""
        return self.spans(np.maximum(self.start, first), np.minimum(self.end, end))

    def same(self, other: Table) -> bool:
        """Whether two coalesced tables are equal."""
        return self is other or all(
            map(np.array_equal, (self.start, self.end, self.keys), (other.start, other.end, other.keys))
        )


def concatenate(tables: Sequence[Table]) -> Table:
    """The rows of tables of one width."""
    full = [table for table in tables if len(table)] or tables[:1]
    if len(full) == 1:
        return full[0]
    return Table(*(np.concatenate(parts) for parts in zip(*((t.keys, t.start, t.end) for t in full), strict=True)))


# ---------------------------------------------------------------- keys and moments


def identify(*keys: Ints) -> list[Ints]:
    """A number below 2**31 for each row of (n, k) arrays: equal where rows are, in lexicographic order."""
    rows = np.concatenate(keys)
    ids, size = np.zeros(len(rows), np.int64), 1
    for column in rows.T:
        width = int(column.max(initial=0)) + 1
        if size * width >= 1 << 62:
            ids, size = _dense(ids)
        ids, size = ids * width + column, size * width
    if size >= 1 << 31:
        ids, size = _dense(ids)
    return np.split(ids, np.cumsum([len(part) for part in keys[:-1]]))


def _dense(ids: Ints) -> tuple[Ints, int]:
    values, inverse = np.unique(ids, return_inverse=True)
    return inverse.astype(np.int64), len(values)


def moments(ids: Ints, days: Ints) -> Ints:
    """Key and day in one number, ordered by key, then by day."""
    return (ids << 32) + (days - PAST)


def split(instants: Ints) -> tuple[Ints, Ints]:
    """The keys and the days of moments."""
    return instants >> 32, (instants & _TIME) + PAST


def distinct(keys: Ints) -> tuple[Ints, Ints]:
    """The first of each different row of (n, k) keys, in lexicographic order, and each row's place there."""
    _, first, inverse = np.unique(identify(keys)[0], return_index=True, return_inverse=True)
    return first, inverse


def expand(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """All numbers of each range low[i] to high[i] - 1, and for each the i that it comes from."""
    counts = high - low
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) + np.repeat(low - np.cumsum(counts) + counts, counts)


# ---------------------------------------------------------------- unions, differences, pairs


def coalesce(table: Table) -> Table:
    """The union of each key's spans."""
    if not len(table):
        return table
    (ids,) = identify(table.keys)
    start = moments(ids, table.start)
    order = np.argsort(start, kind="stable")
    # A run goes on as long as the next span starts before, or where, those before it have ended.
    reach = np.maximum.accumulate(moments(ids, table.end)[order])
    first = np.flatnonzero(np.append(True, start[order][1:] > reach[:-1]))
    last = np.append(first[1:], len(order)) - 1
    return Table(table.keys[order[first]], table.start[order[first]], split(reach[last])[1])


def union(*tables: Table) -> Table:
    """The days on which any of the tables holds, coalesced."""
    full = [table for table in tables if len(table)]
    return coalesce(concatenate(full)) if full else tables[0]


def difference(table: Table, other: Table) -> Table:
    """The days of a table on which the other, coalesced, does not hold."""
    if not len(table) or not len(other):
        return table
    ids, others = identify(table.keys, other.keys)
    low = np.searchsorted(moments(others, other.end), moments(ids, table.start), "right")
    high = np.searchsorted(moments(others, other.start), moments(ids, table.end), "left")
    # A span that the other cuts n times leaves n + 1 pieces: from a cut's end to the start of the next one.
    row, cut = expand(low, high + 1)
    place = np.minimum(cut, len(other) - 1)
    start = np.where(cut == low[row], table.start[row], other.end[cut - 1])
    end = np.where(cut == high[row], table.end[row], other.start[place])
    return Table(table.keys[row], start, end).take(start < end)


def complement(keys: Ints, table: Table) -> Table:
    """For each of some distinct keys, in order, the days on which a coalesced table does not hold."""
    return difference(Table.always(keys), table)


def overlapping(left: Table, right: Table, left_ids: Ints, right_ids: Ints) -> tuple[Ints, Ints]:
    """The pairs of rows with the same id that share a day, found in time that follows their number."""
    left_start, right_start = moments(left_ids, left.start), moments(right_ids, right.start)
    # Where two spans overlap, the right one starts in the left one, or the left one inside the right one.
    one, its = _starting(right_start, left_start, moments(left_ids, left.end), "left")
    other, into = _starting(left_start, right_start, moments(right_ids, right.end), "right")
    return np.append(one, into), np.append(its, other)


def inside(inner: Table, outer: Table, inner_ids: Ints, outer_ids: Ints) -> tuple[Ints, Ints]:
    """The pairs of rows with the same id of which the outer one holds on all days of the inner one."""
    ends = moments(outer_ids, outer.end)
    around, within = _starting(moments(inner_ids, inner.start), moments(outer_ids, outer.start), ends, "left")
    kept = inner.end[within] <= outer.end[around]
    return within[kept], around[kept]


def _starting(starts: Ints, low: Ints, high: Ints, side: Literal["left", "right"]) -> tuple[Ints, Ints]:
    """The pairs (i, j) with low[i] <= starts[j] < high[i]; low[i] < starts[j] where side is "right"."""
    order = np.argsort(starts, kind="stable")
    ordered = starts[order]
    row, place = expand(np.searchsorted(ordered, low, side), np.searchsorted(ordered, high, "left"))
    return row, order[place]


def run_at(table: Table, table_ids: Ints, ids: Ints, days: Ints) -> tuple[Ints, Mask]:
    """For each id and day the row of the coalesced table that holds then, and whether there is one."""
    if not len(table):
        return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.bool_)
    row = np.searchsorted(moments(table_ids, table.start), moments(ids, days), "right") - 1
    found = (row >= 0) & (table_ids[row] == ids) & (days < table.end[row])
    return row, found


# ---------------------------------------------------------------- windows


def narrowest(windows: Table, certain: Table) -> Table:
    """The windows that say something: none holds a certain day or another window of its key inside it."""
    if not len(windows):
        return windows
    ids, sure = identify(windows.keys, certain.keys)
    order = np.lexsort((-windows.start, windows.end, ids))
    # Those before it end no later: it stays where it starts after all of them.
    start = moments(ids, windows.start)[order]
    kept = order[np.append(True, start[1:] > np.maximum.accumulate(start)[:-1])]
    windows, ids = windows.take(kept), ids[kept]
    ended = np.searchsorted(moments(sure, certain.end), moments(ids, windows.start), "right")
    begun = np.searchsorted(moments(sure, certain.start), moments(ids, windows.end), "left")
    return windows.take(ended == begun)

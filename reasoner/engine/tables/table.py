"""Tables: packed rows, each with a span of days, and the algebra of their spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from reasoner.engine.tables.codes import Ints, Mask
from reasoner.engine.tables.index import Index, among, different, expand, ranges
from reasoner.engine.tables.layout import Layout
from reasoner.when import FUTURE, PAST, Day


@dataclass(eq=False, slots=True)
class Table:
    """n rows, packed as the layout says; a row holds from day `start` up to, not including, day `end`.

    Without starts and ends each row holds on every day, and nothing is paid for time.
    A table is *coalesced* when it is sorted by key and start, and no two spans of a key overlap or touch.
    """

    layout: Layout
    key: Ints
    start: Ints | None = None
    end: Ints | None = None
    _indexes: dict[tuple[Layout, tuple[int, ...]], Index] = field(default_factory=dict)
    _moments: tuple[Ints, Ints] | None = None
    _disjoint: bool | None = None

    @classmethod
    def empty(cls, layout: Layout) -> Table:
        return cls(layout, np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.key)

    @property
    def days(self) -> tuple[Ints, Ints]:
        """The starts and the ends."""
        if self.start is None or self.end is None:
            return np.full(len(self), PAST), np.full(len(self), FUTURE)
        return self.start, self.end

    def take(self, rows: Ints | Mask) -> Table:
        """Some of the rows, by number or by mask."""
        if self.start is None or self.end is None:
            return Table(self.layout, self.key[rows])
        return Table(self.layout, self.key[rows], self.start[rows], self.end[rows])

    def spans(self, start: Ints, end: Ints) -> Table:
        """The same keys with other spans, without the rows whose span is empty."""
        kept = start < end
        if kept.all():
            return Table(self.layout, self.key, start, end)
        return Table(self.layout, self.key[kept], start[kept], end[kept])

    def within(self, first: Day, end: Day) -> Table:
        """The rows on the days from `first` up to, not including, `end`."""
        starts, ends = self.days
        return self.spans(np.maximum(starts, first), np.minimum(ends, end))

    def columns(self, layout: Layout, places: Sequence[int]) -> Table:
        """The same spans for some of the columns, in another layout."""
        if layout is self.layout and list(places) == list(range(layout.width)):
            return self
        key = layout.arrange(tuple((0, self.layout, place) for place in places), (self.key,))
        return Table(layout, key, self.start, self.end)

    def ids(self, layout: Layout, places: tuple[int, ...]) -> Ints:
        """The keys of some of the columns, in another layout."""
        return self.columns(layout, places).key

    def index(self, layout: Layout, places: tuple[int, ...]) -> Index:
        """The rows by the key of some of their columns; made once."""
        if (layout, places) not in self._indexes:
            self._indexes[layout, places] = Index(self.ids(layout, places), layout.size)
        return self._indexes[layout, places]

    def indexed(self, layout: Layout, places: tuple[int, ...]) -> bool:
        """Whether that index is there already."""
        return (layout, places) in self._indexes

    def same(self, other: Table) -> bool:
        """Whether two coalesced tables are equal."""
        return self is other or (
            np.array_equal(self.key, other.key) and all(map(np.array_equal, self.days, other.days))
        )

    @property
    def disjoint(self) -> bool:
        """Whether the table is coalesced, as far as to know that no two spans of a key share a day; looked up once."""
        if self._disjoint is None:
            start, end = self.moments(self.key) if self.layout.dated else (np.ones(0), np.zeros(0))
            self._disjoint = self.layout.dated and bool((end[:-1] <= start[1:]).all())
        return self._disjoint

    def moments(self, ids: Ints) -> tuple[Ints, Ints]:
        """Row and start, row and end, in one number each. `ids` stand for the rows."""
        if ids is not self.key:
            return self._instants(ids)
        if self._moments is None:
            self._moments = self._instants(ids)
        return self._moments

    def _instants(self, ids: Ints) -> tuple[Ints, Ints]:
        starts, ends = self.days
        return self.layout.space.moments(ids, starts), self.layout.space.moments(ids, ends)


def concatenate(tables: Sequence[Table]) -> Table:
    """The rows of tables of one layout."""
    full = [table for table in tables if len(table)] or tables[:1]
    if len(full) == 1:
        return full[0]
    key = np.concatenate([table.key for table in full])
    if all(table.start is None for table in full):
        return Table(full[0].layout, key)
    starts, ends = zip(*(table.days for table in full), strict=True)
    return Table(full[0].layout, key, np.concatenate(starts), np.concatenate(ends))


# ---------------------------------------------------------------- keys


def identify(*columns: tuple[Table, tuple[int, ...] | None]) -> list[Ints]:
    """A number for each row, equal where these columns are (None: all), that leaves room for a day beside it."""
    layout, keys = _alike(*columns)
    if layout.dated:
        return keys
    inverse = np.unique(np.concatenate(keys), return_inverse=True)[1]
    return np.split(inverse, np.cumsum([len(part) for part in keys[:-1]]))


def _alike(*columns: tuple[Table, tuple[int, ...] | None]) -> tuple[Layout, list[Ints]]:
    """The keys of these columns (None: all) in one layout."""
    layout = columns[0][0].layout
    if all(places is None and table.layout is layout for table, places in columns):
        return layout, [table.key for table, _ in columns]
    every = [tuple(range(table.layout.width)) if places is None else places for table, places in columns]
    bits = [[table.layout.bits[place] for place in places] for (table, _), places in zip(columns, every, strict=True)]
    layout = layout.space.layout([max(widths) for widths in zip(*bits, strict=True)])
    return layout, [table.ids(layout, places) for (table, _), places in zip(columns, every, strict=True)]


def in_order(table: Table, ids: Ints) -> tuple[Table, Ints]:
    """A coalesced table by its ids: rows that are too wide for one word stand in another order in another layout."""
    if len(ids) < 2 or bool((ids[1:] >= ids[:-1]).all()):
        return table, ids
    order = np.lexsort((table.days[0], ids))
    return table.take(order), ids[order]


# ---------------------------------------------------------------- unions, differences, pairs


def coalesce(table: Table) -> Table:
    """The union of each key's spans."""
    if len(table) < 2:
        return table
    if table.start is None:
        return Table(table.layout, different(table.key, table.layout.size))
    space = table.layout.space
    (ids,) = identify((table, None))
    start, end = table.moments(ids)
    order = np.argsort(start)
    # A run goes on as long as the next span starts before, or where, those before it have ended.
    reach = np.maximum.accumulate(end[order])
    first = np.flatnonzero(np.append(True, start[order][1:] > reach[:-1]))
    last = np.append(first[1:], len(order)) - 1
    return spanning(table.layout, table.key[order[first]], table.start[order[first]], space.days(reach[last]))


def spanning(layout: Layout, key: Ints, starts: Ints, ends: Ints) -> Table:
    """Rows with their spans, which need none where each is every day."""
    if not len(key) or (starts.max() == PAST and ends.min() == FUTURE):
        return Table(layout, key)
    return Table(layout, key, starts, ends)


def union(*tables: Table) -> Table:
    """The days on which any of the tables holds, coalesced."""
    return coalesce(concatenate(tables))


def difference(table: Table, other: Table, mine: tuple[int, ...] | None = None) -> Table:
    """The days of a table on which the other, coalesced, does not hold for the same key, or the key at some places."""
    if not len(table) or not len(other):
        return table
    if other.start is None:
        return table.take(~_among(table, other, mine))
    ids, others = identify((table, mine), (other, None))
    other, others = in_order(other, others)
    (start, end), (its_start, its_end) = table.moments(ids), other.moments(others)
    low, high = np.searchsorted(its_end, start, "right"), np.searchsorted(its_start, end, "left")
    if (low == high).all():
        return table
    # A span that the other cuts n times leaves n + 1 pieces: from a cut's end to the start of the next one.
    starts, ends = table.days
    row, cut = expand(low, high + 1 - low)
    place = np.minimum(cut, len(other) - 1)
    first = np.where(cut == low[row], starts[row], other.days[1][cut - 1])
    last = np.where(cut == high[row], ends[row], other.days[0][place])
    return Table(table.layout, table.key[row]).spans(first, last)


def _among(table: Table, other: Table, mine: tuple[int, ...] | None) -> Mask:
    """Which rows of a table have a key of the other, coalesced."""
    ids, others = _alike((table, mine), (other, None))[1]
    return among(ids, in_order(other, others)[1])


def meeting(one: Table, other: Table, ids: Ints, others: Ints) -> Iterator[tuple[Ints, Ints]]:
    """The pairs of rows with the same id that share a day, some at a time; the spans of the other are disjoint."""
    if len(others) > 1 and not (others[1:] >= others[:-1]).all():
        yield overlapping(one, other, ids, others)
        return
    (start, end), (its_start, its_end) = one.moments(ids), other.moments(others)
    low = np.searchsorted(its_end, start, "right")
    yield from ranges(low, np.searchsorted(its_start, end, "left") - low)


def overlapping(one: Table, other: Table, ids: Ints, others: Ints) -> tuple[Ints, Ints]:
    """The pairs of rows with the same id that share a day, found in time that follows their number."""
    (start, end), (its_start, its_end) = one.moments(ids), other.moments(others)
    # Where two spans overlap, the right one starts in the left one, or the left one inside the right one.
    left, its = _starting(its_start, start, end, "left")
    right, into = _starting(start, its_start, its_end, "right")
    return np.append(left, into), np.append(its, right)


def inside(inner: Table, outer: Table, inner_ids: Ints, outer_ids: Ints) -> tuple[Ints, Ints]:
    """The pairs of rows with the same id of which the outer one holds on all days of the inner one."""
    start, end = outer.moments(outer_ids)
    around, within = _starting(inner.moments(inner_ids)[0], start, end, "left")
    kept = inner.days[1][within] <= outer.days[1][around]
    return within[kept], around[kept]


def _starting(starts: Ints, low: Ints, high: Ints, side: Literal["left", "right"]) -> tuple[Ints, Ints]:
    """The pairs (i, j) with low[i] <= starts[j] < high[i]; low[i] < starts[j] where side is "right"."""
    order = np.argsort(starts)
    ordered = starts[order]
    first = np.searchsorted(ordered, low, side)
    row, place = expand(first, np.searchsorted(ordered, high, "left") - first)
    return row, order[place]


def run_at(table: Table, ids: Ints, wanted: Ints, days: Ints) -> tuple[Ints, Mask]:
    """For each wanted id and day the row of the coalesced table that holds then, and whether there is one."""
    if not len(table):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    row = np.searchsorted(table.moments(ids)[0], table.layout.space.moments(wanted, days), "right") - 1
    return row, (row >= 0) & (ids[row] == wanted) & (days < table.days[1][row])


def untouched(table: Table, other: Table, mine: tuple[int, ...] | None = None) -> Mask:
    """The rows on none of whose days the other, coalesced, holds for the same key, or the key at some places."""
    ids, others = identify((table, mine), (other, None))
    other, others = in_order(other, others)
    (start, end), (begun, ended) = table.moments(ids), other.moments(others)
    free: Mask = np.searchsorted(ended, start, "right") == np.searchsorted(begun, end, "left")
    return free


# ---------------------------------------------------------------- windows


def narrowest(windows: Table | None, certain: Table) -> Table | None:
    """The windows that say something: none holds a certain day or another window of its key inside it."""
    if windows is None or not len(windows):
        return None
    (ids,) = identify((windows, None))
    starts, ends = windows.days
    order = np.lexsort((-starts, ends, ids))
    # Those before it end no later: it stays where it starts after all of them.
    start = windows.layout.space.moments(ids, starts)[order]
    kept = order[np.append(True, start[1:] > np.maximum.accumulate(start)[:-1])]
    windows = windows.take(kept)
    return windows.take(untouched(windows, certain))

"""Relations under uncertain time, in three tables, and how bindings of variables join."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reasoner.engine.tables.codes import Ints
from reasoner.engine.tables.index import Index, different
from reasoner.engine.tables.layout import Layout
from reasoner.engine.tables.table import (
    Table,
    coalesce,
    concatenate,
    difference,
    identify,
    inside,
    meeting,
    narrowest,
    overlapping,
    union,
)
from reasoner.when import Day

SPANS = 4  # spans to a key up to which a join looks at all of them


@dataclass(eq=False, slots=True)
class Sets:
    """Three tables of the same layout.

    `certain` and `possible` hold as their names say. A row of `windows` holds in every world on some day of
    its span; no span has another one of its key inside it, nor a certain day, which is a window of its own.
    Where no date is uncertain, certain and possible are one and the same table, and there are no windows.
    """

    certain: Table
    possible: Table
    windows: Table | None = None
    selected: dict[Any, Bindings] = field(default_factory=dict)  # what atoms select here, for their next use
    different: dict[int, int] = field(default_factory=dict)  # how many values a column has

    def __post_init__(self) -> None:
        if self.windows is not None and not len(self.windows):
            self.windows = None

    @classmethod
    def empty(cls, layout: Layout) -> Sets:
        return cls.exactly(Table.empty(layout))

    @classmethod
    def exactly(cls, table: Table) -> Sets:
        """What holds on the same days in every world."""
        return cls(table, table)

    @property
    def exact(self) -> bool:
        return self.certain is self.possible and self.windows is None

    @property
    def timeless(self) -> bool:
        """Whether every row holds on every day, in every world."""
        return self.exact and self.certain.start is None

    @property
    def layout(self) -> Layout:
        return self.possible.layout

    def __bool__(self) -> bool:
        return bool(len(self.possible) or len(self.certain) or self.windows is not None)

    def each(self, change: Callable[[Table], Table]) -> Sets:
        """The same change to each table, done once where they are one."""
        certain = change(self.certain)
        possible = certain if self.certain is self.possible else change(self.possible)
        windows = change(self.windows) if self.windows is not None else None
        return Sets(certain, possible, windows)

    def settled(self) -> Sets:
        """With one table for certain and possible where they have come to be equal."""
        same = self.certain is not self.possible and self.certain.same(self.possible)
        return Sets(self.certain, self.certain, self.windows) if same else self

    def within(self, first: Day, end: Day) -> Sets:
        """On the days from `first` up to, not including, `end`."""
        inner = Sets(self.certain, self.possible).each(lambda table: table.within(first, end))
        if self.windows is None:
            return inner
        start, stop = self.windows.days
        return Sets(inner.certain, inner.possible, self.windows.take((first <= start) & (stop <= end)))

    def always(self) -> Sets:
        """What holds on some day, as holding on every day."""

        def whole(*tables: Table | None) -> Table:
            return coalesce(Table(self.layout, np.concatenate([table.key for table in tables if table is not None])))

        if self.exact:
            return Sets.exactly(whole(self.certain))
        return Sets(whole(self.certain, self.windows), whole(self.possible)).settled()

    def beyond(self, known: Sets) -> Sets:
        """What it says that is not known yet."""
        certain = difference(self.certain, known.certain)
        exact = self.certain is self.possible and known.certain is known.possible
        possible = certain if exact else difference(self.possible, known.possible)
        return Sets(certain, possible, _new_windows(self.windows, known))


def _new_windows(windows: Table | None, known: Sets) -> Table | None:
    if windows is None or known.windows is None:
        return narrowest(windows, known.certain)
    both = narrowest(concatenate((known.windows, windows)), known.certain)
    if both is None:
        return None
    ids, old = identify((both, None), (known.windows, None))
    (start, end), (old_start, old_end) = both.moments(ids), known.windows.moments(old)
    # No two windows of a key start on the same day.
    at = np.minimum(np.searchsorted(old_start, start), len(old_start) - 1)
    return both.take((old_start[at] != start) | (old_end[at] != end))


def either(*sets: Sets) -> Sets:
    """When any of them holds, coalesced."""
    certain = union(*(p.certain for p in sets))
    exact = all(p.certain is p.possible for p in sets)
    windows = [p.windows for p in sets if p.windows is not None]
    possible = certain if exact else union(*(p.possible for p in sets))
    return Sets(certain, possible, narrowest(concatenate(windows), certain) if windows else None)


# ---------------------------------------------------------------- bindings


@dataclass(eq=False, slots=True)
class Bindings:
    """Values of variables and when they hold: column i of each table is the variable `names[i]`."""

    names: tuple[str, ...]
    sets: Sets

    def places(self, names: Iterable[str]) -> tuple[int, ...]:
        """The columns of some of the variables."""
        return tuple(self.names.index(name) for name in names)

    def keys(self, names: Iterable[str]) -> Table:
        """The different values of some of the variables, in order, on every day."""
        places = self.places(names)
        layout = self.sets.layout.space.layout([self.sets.layout.bits[place] for place in places])
        tables = {id(t): t for t in (self.sets.certain, self.sets.possible, self.sets.windows) if t is not None}
        return Table(layout, different(np.concatenate([t.ids(layout, places) for t in tables.values()]), layout.size))

    def only(self, names: tuple[str, ...]) -> Bindings:
        """Some of the variables, in this order."""
        if names == self.names:
            return self
        places = self.places(names)
        layout = self.sets.layout.space.layout([self.sets.layout.bits[place] for place in places])
        return Bindings(names, self.sets.each(lambda table: table.columns(layout, places)))


def both(left: Bindings, right: Bindings, keep: tuple[str, ...]) -> Iterator[Bindings]:
    """The bindings that agree on their shared variables, on the days on which both hold, some at a time.

    Of their variables those to keep are kept. A window of one is kept where the other is certain on all of it.
    """
    shared = [name for name in right.names if name in left.names]
    mine, its = left.places(shared), right.places(shared)
    p, q = left.sets, right.sets
    space = p.layout.space
    on = space.layout([max(p.layout.bits[i], q.layout.bits[j]) for i, j in zip(mine, its, strict=True)])
    sources, bits = [], []
    for name in keep:
        held = [
            (n, s.layout, b.names.index(name)) for n, (b, s) in enumerate(((left, p), (right, q))) if name in b.names
        ]
        bits.append(min(layout.bits[place] for _, layout, place in held))
        sources.append(held[0])
    out, origin = space.layout(bits), tuple(sources)

    def meet(one: Table, other: Table) -> Iterator[Table]:
        for i, j in _pairs(one, mine, other, its, on):
            spans = _shared_days(one, i, other, j)
            if spans is None:
                yield Table(out, out.arrange(origin, (one.key[i], other.key[j])))
                continue
            kept = spans[0] < spans[1]
            i, j = i[kept], j[kept]
            yield Table(out, out.arrange(origin, (one.key[i], other.key[j])), spans[0][kept], spans[1][kept])

    if p.exact and q.exact:
        for table in meet(p.certain, q.certain):
            if len(table):
                yield Bindings(keep, Sets(table, table))
        return
    certain = concatenate([Table.empty(out), *meet(p.certain, q.certain)])
    exact = p.certain is p.possible and q.certain is q.possible
    possible = certain if exact else concatenate([Table.empty(out), *meet(p.possible, q.possible)])
    kept = []
    if p.windows is not None:
        i, j = inside(p.windows, q.certain, *identify((p.windows, mine), (q.certain, its)))
        key = out.arrange(origin, (p.windows.key[i], q.certain.key[j]))
        kept.append(Table(out, key, p.windows.days[0][i], p.windows.days[1][i]))
    if q.windows is not None:
        j, i = inside(q.windows, p.certain, *identify((q.windows, its), (p.certain, mine)))
        key = out.arrange(origin, (p.certain.key[i], q.windows.key[j]))
        kept.append(Table(out, key, q.windows.days[0][j], q.windows.days[1][j]))
    found = Sets(certain, possible, concatenate(kept) if kept else None)
    if found:
        yield Bindings(keep, found)


def _pairs(
    one: Table, mine: tuple[int, ...], other: Table, its: tuple[int, ...], on: Layout
) -> Iterator[tuple[Ints, Ints]]:
    """The pairs of rows that agree on some columns; where days are many, only those that share one."""
    if len(one) * 8 < len(other) and not other.indexed(on, its):
        # Not worth an index: the few are looked up by the many.
        for j, i in Index(one.ids(on, mine), on.size).pairs(other.ids(on, its)):
            yield i, j
        return
    index, wanted = other.index(on, its), one.ids(on, mine)
    if one.start is not None and other.start is not None and len(one):
        count = int(index.find(wanted)[1].sum())
        # Many spans to a key: only those that share a day.
        if count > SPANS * len(one) and len(its) == other.layout.width and other.disjoint:
            places = tuple(mine[its.index(place)] for place in range(len(its)))
            yield from meeting(one, other, *identify((one, places), (other, None)))
            return
        if count > 2 * SPANS * (len(one) + len(other)):
            yield overlapping(one, other, *identify((one, mine), (other, its)))
            return
    yield from index.pairs(wanted)


def _shared_days(one: Table, i: Ints, other: Table, j: Ints) -> tuple[Ints, Ints] | None:
    """The first days and the ends of what pairs of rows share, None for every day."""
    if one.start is None or one.end is None:
        return None if other.start is None or other.end is None else (other.start[j], other.end[j])
    if other.start is None or other.end is None:
        return one.start[i], one.end[i]
    return np.maximum(one.start[i], other.start[j]), np.minimum(one.end[i], other.end[j])

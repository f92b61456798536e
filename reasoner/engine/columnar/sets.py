"""Relations under uncertain time, in three tables, and how bindings of variables join."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from reasoner.engine.columnar.codes import Codes
from reasoner.engine.columnar.table import (
    Ints,
    Table,
    coalesce,
    concatenate,
    difference,
    distinct,
    identify,
    inside,
    narrowest,
    overlapping,
    union,
)
from reasoner.term import Row
from reasoner.when import PAST, Day, Days, Interval, Truth


@dataclass(frozen=True, eq=False)
class Sets:
    """Three tables of the same columns.

    `certain` and `possible` hold as their names say. A row of `windows` holds in every world on some day of
    its span; no span has another one of its key inside it, nor a certain day, which is a window of its own.
    Where no date is uncertain, certain and possible are one and the same table.
    """

    certain: Table
    possible: Table
    windows: Table

    @classmethod
    def empty(cls, width: int) -> Sets:
        return cls.exactly(Table.empty(width))

    @classmethod
    def exactly(cls, table: Table) -> Sets:
        """What holds on the same days in every world."""
        return cls(table, table, Table.empty(table.width))

    @property
    def exact(self) -> bool:
        return self.certain is self.possible and not len(self.windows)

    @property
    def width(self) -> int:
        return self.possible.width

    def __bool__(self) -> bool:
        return bool(len(self.possible) or len(self.certain) or len(self.windows))

    def each(self, change: Callable[[Table], Table]) -> Sets:
        """The same change to each table, done once where they are one."""
        certain = change(self.certain)
        possible = certain if self.certain is self.possible else change(self.possible)
        return Sets(certain, possible, change(self.windows))

    def settled(self) -> Sets:
        """With one table for certain and possible where they have come to be equal."""
        return Sets(self.certain, self.certain, self.windows) if self.certain.same(self.possible) else self

    def within(self, first: Day, end: Day) -> Sets:
        """On the days from `first` up to, not including, `end`."""
        windows = self.windows.take((first <= self.windows.start) & (self.windows.end <= end))
        inner = self.each(lambda table: table.within(first, end))
        return Sets(inner.certain, inner.possible, windows)

    def beyond(self, known: Sets) -> Sets:
        """What it says that is not known yet."""
        certain = difference(self.certain, known.certain)
        possible = certain if self.exact and known.exact else difference(self.possible, known.possible)
        windows = narrowest(concatenate((known.windows, self.windows)), known.certain)
        spans = (np.column_stack((w.keys, w.start - PAST, w.end - PAST)) for w in (known.windows, windows))
        old, new = identify(*spans)
        return Sets(certain, possible, windows.take(~np.isin(new, old)))


def either(*sets: Sets) -> Sets:
    """When any of them holds, coalesced."""
    certain = union(*(p.certain for p in sets))
    exact = all(p.certain is p.possible for p in sets)
    windows = narrowest(concatenate([p.windows for p in sets]), certain)
    return Sets(certain, certain if exact else union(*(p.possible for p in sets)), windows)


# ---------------------------------------------------------------- bindings


@dataclass(frozen=True, eq=False)
class Bindings:
    """Values of variables and when they hold: column i of each table is the variable `names[i]`."""

    names: tuple[str, ...]
    sets: Sets

    def places(self, names: Iterable[str]) -> list[int]:
        """The columns of some of the variables."""
        return [self.names.index(name) for name in names]

    def keys(self, names: Iterable[str]) -> Ints:
        """The different values of some of the variables, in lexicographic order."""
        places = self.places(names)
        tables = {id(t): t for t in (self.sets.certain, self.sets.possible, self.sets.windows)}.values()
        keys = np.concatenate([table.keys[:, places] for table in tables])
        return keys[distinct(keys)[0]]

    def without(self, dropped: str) -> Bindings:
        """The bindings of the other variables, with the days on which there is any value of this one."""
        kept = [place for place, name in enumerate(self.names) if name != dropped]
        narrow = self.sets.each(lambda table: table.columns(kept))
        return Bindings(tuple(self.names[place] for place in kept), either(narrow))


UNIT = Bindings((), Sets.exactly(Table.always(np.zeros((1, 0), np.int64))))


def both(left: Bindings, right: Bindings) -> Bindings:
    """The bindings that agree on their shared variables, on the days on which both hold.

    A window of one is kept where the other is certain on all of it.
    """
    names = tuple(name for name in right.names if name not in left.names)
    shared = [name for name in right.names if name in left.names]
    mine, its, new = left.places(shared), right.places(shared), right.places(names)
    p, q = left.sets, right.sets

    def glue(one: Table, i: Ints, other: Table, j: Ints) -> Ints:
        return np.hstack((one.keys[i], other.keys[j][:, new]))

    def meet(one: Table, other: Table) -> Table:
        i, j = overlapping(one, other, *identify(one.keys[:, mine], other.keys[:, its]))
        start, end = np.maximum(one.start[i], other.start[j]), np.minimum(one.end[i], other.end[j])
        return Table(glue(one, i, other, j), start, end)

    def kept() -> Iterator[Table]:
        if len(p.windows):
            i, j = inside(p.windows, q.certain, *identify(p.windows.keys[:, mine], q.certain.keys[:, its]))
            yield Table(glue(p.windows, i, q.certain, j), p.windows.start[i], p.windows.end[i])
        if len(q.windows):
            j, i = inside(q.windows, p.certain, *identify(q.windows.keys[:, its], p.certain.keys[:, mine]))
            yield Table(glue(p.certain, i, q.windows, j), q.windows.start[j], q.windows.end[j])

    certain = meet(p.certain, q.certain)
    exact = p.certain is p.possible and q.certain is q.possible
    windows = concatenate((Table.empty(certain.width), *kept()))
    return Bindings((*left.names, *names), Sets(certain, certain if exact else meet(p.possible, q.possible), windows))


# ---------------------------------------------------------------- to and from truths


def load(rows: Mapping[Row, Truth], width: int, codes: Codes) -> Sets:
    """The rows of a store, as tables."""
    keys = codes.encode_rows(rows, width)

    def table(spans: list[tuple[int, Day, Day]]) -> Table:
        row, start, end = np.array(spans, np.int64).reshape(-1, 3).T
        return Table(keys[row], start, end)

    truths = list(enumerate(rows.values()))
    certain = coalesce(table([(row, *span) for row, truth in truths for span in truth.certain]))
    possible = coalesce(table([(row, *span) for row, truth in truths for span in truth.possible]))
    windows = table([(row, first, last + 1) for row, truth in truths for first, last in truth.windows])
    return Sets(certain, possible, narrowest(windows, certain)).settled()


class Rows(Mapping[Row, Truth]):
    """The rows of a relation, decoded when they are first looked at."""

    def __init__(self, sets: Sets, codes: Codes) -> None:
        self._sets, self._codes = sets, codes

    @cached_property
    def _rows(self) -> dict[Row, Truth]:
        certain, windows = self._spans(self._sets.certain), self._spans(self._sets.windows)
        return {
            row: Truth(
                Days(tuple(certain.get(row, ()))),
                Days(tuple(spans)),
                tuple((start, end - 1) for start, end in windows.get(row, ())),
            )
            for row, spans in self._spans(self._sets.possible).items()
        }

    def _spans(self, table: Table) -> dict[Row, list[Interval]]:
        rows = zip(self._codes.decode(table.keys), table.start.tolist(), table.end.tolist(), strict=True)
        return {row: [(start, end) for _, start, end in same] for row, same in groupby(rows, key=lambda r: r[0])}

    def __getitem__(self, row: Row) -> Truth:
        return self._rows[row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

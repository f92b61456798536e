"""Indexes: the rows of a table by the key of some of their columns."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from reasoner.engine.tables.codes import Ints, Mask

DENSE = 16  # bits up to which an array over all keys is always worth its room
DENSEST = 30  # bits beyond which it never is
SPARSE = 64  # keys to a row up to which it is, between the two
SLOTS = 23  # bits up to which keys have slots of their own
CHUNK = 1 << 18  # pairs that a join makes at once


class Index:
    """Rows in the order of their keys. The rows of key k stand from `find` on: a first place and a count.

    Where keys are dense, an array over all of them says where each one starts; else the keys there are, searched.
    """

    def __init__(self, keys: Ints, bits: int) -> None:
        sorted_already = len(keys) < 2 or bool((keys[1:] >= keys[:-1]).all())
        self.order = None if sorted_already else np.argsort(keys, kind="stable")
        self.keys = keys if self.order is None else keys[self.order]
        self._offsets: Ints | None = None
        self._distinct: Ints | None = None
        if DENSE and bits <= max(DENSE, len(keys).bit_length() + 2):
            counts = np.bincount(self.keys, minlength=1 << bits)
            self._offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
        else:
            first = np.flatnonzero(_changes(self.keys))
            # A last key of -1, of no rows, for what is searched beyond the end.
            self._distinct = np.append(self.keys[first], -1)
            self._first = np.append(first, len(keys))
            self._count = np.append(np.diff(self._first), 0)

    def find(self, wanted: Ints) -> tuple[Ints, Ints]:
        """For each key the place of its first row in the order, and the number of its rows."""
        if self._offsets is not None:
            low = self._offsets[wanted]
            return low, self._offsets[wanted + 1] - low
        assert self._distinct is not None
        at = np.searchsorted(self._distinct[:-1], wanted)
        return self._first[at], np.where(self._distinct[at] == wanted, self._count[at], 0)

    def rows(self, places: Ints) -> Ints:
        """The rows at some places of the order."""
        return places if self.order is None else self.order[places]

    def lookup(self, rows: Ints) -> Callable[[int], Sequence[int]]:
        """A function from a key to its rows, one by one, without arrays; `rows` are all of them."""
        ordered, keys = rows[self.rows(np.arange(len(rows)))].data, self.keys.data

        def find(key: int) -> Sequence[int]:
            first = bisect_left(keys, key)
            return ordered[first : bisect_right(keys, key, first)]

        return find

    def pairs(self, wanted: Ints) -> Iterator[tuple[Ints, Ints]]:
        """The pairs of a wanted key and a row with that key, by number, some at a time."""
        for owner, place in ranges(*self.find(wanted)):
            yield owner, self.rows(place)


def ranges(low: Ints, count: Ints) -> Iterator[tuple[Ints, Ints]]:
    """The numbers of ranges as `expand` has them, some at a time."""
    total = np.cumsum(count)
    first = 0
    while first < len(low):
        before = int(total[first - 1]) if first else 0
        last = len(low)
        if total[-1] - before > CHUNK:
            last = max(int(np.searchsorted(total, before + CHUNK, "right")), first + 1)
        owner, place = expand(low[first:last], count[first:last])
        if len(owner):
            yield owner + first if first else owner, place
        first = last


def dense(bits: int, count: int) -> bool:
    """Whether so many keys of so many bits are worth an array over all keys that there can be."""
    return bool(DENSE) and bits <= DENSEST and 1 << bits <= SPARSE * count


def different(keys: Ints, bits: int) -> Ints:
    """The different keys, of so many bits, in order. (The hashing of `np.unique` is several times slower.)"""
    if dense(bits, len(keys)):
        marks = np.zeros(1 << bits, np.bool_)
        marks[keys] = True
        return np.flatnonzero(marks)
    keys = np.sort(keys)
    return keys[_changes(keys)]


def among(keys: Ints, known: Ints) -> Mask:
    """Which keys are known; those that are known stand in order."""
    if not len(known):
        return np.zeros(len(keys), np.bool_)
    there: Mask = known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys
    return there


class Once:
    """Each key once, of many in no order: each writes its number in its slot, and the last one to do so stays."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._slots: Ints | None = None

    def each(self, keys: Ints) -> Ints:
        """The different keys, in order only where that costs nothing."""
        if self._bits > SLOTS or dense(self._bits, len(keys)):
            return different(keys, self._bits)
        if self._slots is None:
            self._slots = np.empty(1 << self._bits, np.int32)
        numbers = np.arange(len(keys), dtype=np.int32)
        self._slots[keys] = numbers
        last: Mask = self._slots[keys] == numbers
        return keys[last]


def _changes(keys: Ints) -> Mask:
    """Where a key is another one than that before it."""
    changes = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=changes[1:])
    return changes


def expand(low: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """All numbers of each range from low[i], counts[i] of them, and for each the i that it comes from."""
    total = np.cumsum(counts)
    if not len(total) or total[-1] == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(total[-1]) + (low - total + counts)[owner]

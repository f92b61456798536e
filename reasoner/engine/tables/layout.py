"""Layouts: how a row of codes is packed in one integer, and a row and a day in another.

A row that is too wide for 62 bits is packed by words: the first word is coded anew as a number below 2**31, which
takes the highest bits of the next word, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reasoner.engine.tables.codes import Ints
from reasoner.when import FUTURE, PAST

WORD = 62  # the bits of a word: an int64 without its sign, and one to spare
OPEN = 31  # the bits of a column whose values arithmetic makes, and of a word coded anew


class Space:
    """What the layouts of one evaluation share: the days between which everything changes."""

    def __init__(self, first: int, last: int) -> None:
        self.origin = first - 1
        self.day_bits = (last - first + 3).bit_length()
        self.still = (1 << self.day_bits) - 1
        self._layouts: dict[tuple[int, ...], Layout] = {}

    def holds(self, day: int, margin: int) -> bool:
        """Whether a day, with so many before and after it, is one of these."""
        return self.origin < day - margin and day + margin < self.origin + self.still

    def layout(self, bits: Sequence[int]) -> Layout:
        """The layout of columns of so many bits; equal ones are the same object."""
        key = tuple(bits)
        if key not in self._layouts:
            self._layouts[key] = Layout(key, self)
        return self._layouts[key]

    def moments(self, ids: Ints, days: Ints) -> Ints:
        """Row and day in one number, ordered by row, then by day; since ever comes first, and still last."""
        return (ids << self.day_bits) | np.minimum(np.maximum(days - self.origin, 0), self.still)

    def days(self, instants: Ints) -> Ints:
        """The days of moments."""
        offset = instants & self.still
        days = offset + self.origin
        days[offset == 0] = PAST
        days[offset == self.still] = FUTURE
        return days


class _Place(NamedTuple):
    word: int
    shift: int
    bits: int


class Layout:
    """Columns of some bits each, the first one in the highest bits."""

    def __init__(self, bits: tuple[int, ...], space: Space) -> None:
        self.bits, self.space = bits, space
        words: list[list[int]] = [[]]
        used = 0
        for place, width in enumerate(bits):
            if used + width > WORD:
                words.append([])
                used = OPEN
            words[-1].append(place)
            used += width
        self.size = used
        self._words = words
        self._places: list[_Place] = []
        for number, places in enumerate(words):
            shift = sum(bits[place] for place in places)
            for place in places:
                shift -= bits[place]
                self._places.append(_Place(number, shift, bits[place]))
        self._coders = [Recoder() for _ in words[1:]]
        self._moves: dict[Sources, list[tuple[int, int, int]] | None] = {}

    @property
    def width(self) -> int:
        return len(self.bits)

    @property
    def wide(self) -> bool:
        return bool(self._coders)

    @property
    def dated(self) -> bool:
        """Whether a day fits beside the row."""
        return self.size + self.space.day_bits <= 63

    def field(self, place: int) -> tuple[int, int]:
        """How far a column is from the lowest bit, and the mask of its bits, where the row is one word."""
        return self._places[place].shift, (1 << self.bits[place]) - 1

    def pack(self, columns: Sequence[Ints], count: int) -> Ints:
        """The keys of `count` rows, given column by column."""
        key: Ints = np.zeros(count, np.int64)
        for number, places in enumerate(self._words):
            if number:
                key = self._coders[number - 1].encode(key)
            for place in places:
                key = (key << self.bits[place]) | columns[place]
        return key

    def column(self, key: Ints, place: int) -> Ints:
        """The codes in one column of some keys."""
        word, shift, bits = self._places[place]
        for number in range(len(self._coders), word, -1):
            key = self._coders[number - 1].decode(key >> sum(self.bits[p] for p in self._words[number]))
        whole = shift + bits == self.size and not self.wide
        return key >> shift if whole else (key >> shift) & ((1 << bits) - 1)

    def columns(self, key: Ints) -> list[Ints]:
        """The codes in each column."""
        return [self.column(key, place) for place in range(self.width)]

    def arrange(self, sources: Sources, keys: Sequence[Ints]) -> Ints:
        """Keys whose i-th column is that of `sources[i]`: which of the keys, how they are laid out, and which place."""
        if sources not in self._moves:
            self._moves[sources] = self._planned(sources)
        moves = self._moves[sources]
        if moves is None:
            return self.pack([layout.column(keys[at], place) for at, layout, place in sources], len(keys[0]))
        packed: Ints | None = None
        for at, mask, shift in moves:
            part = keys[at]
            if mask:
                part = part & mask
            if shift:
                part = part >> shift if shift > 0 else part << -shift
            packed = part if packed is None else packed | part
        return packed if packed is not None else np.zeros(len(keys[0]), np.int64)

    def _planned(self, sources: Sources) -> list[tuple[int, int, int]] | None:
        """Steps: which key, the bits to take (0 for all), and how far to the right. Neighbours move together."""
        if self.wide or any(layout.wide for _, layout, _ in sources):
            return None
        moves: list[tuple[int, int, int]] = []
        i = 0
        while i < len(sources):
            at, layout, place = sources[i]
            last = i
            while last + 1 < len(sources) and sources[last + 1] == (at, layout, place + last + 1 - i):
                if layout.bits[place + last + 1 - i] != self.bits[last + 1]:
                    break
                last += 1
            high, low, down = layout._places[place], layout._places[place + last - i], self._places[last].shift
            top, bottom = high.shift + high.bits == layout.size, low.shift == 0
            mask = ((1 << (high.shift + high.bits)) - 1) & ~((1 << low.shift) - 1)
            free = top and (bottom or down == 0)
            moves.append((at, 0 if free else mask, low.shift - down))
            i = last + 1
        return moves


Sources = tuple[tuple[int, Layout, int], ...]


class Recoder:
    """Words as numbers below 2**31: the first one seen is 0."""

    def __init__(self) -> None:
        self._words: Ints = np.empty(0, np.int64)
        self._sorted: Ints = np.empty(0, np.int64)
        self._ids: Ints = np.empty(0, np.int64)

    def encode(self, words: Ints) -> Ints:
        """The numbers of some words, new ones where they have none yet."""
        fresh = np.setdiff1d(words, self._sorted)
        if len(fresh):
            at = np.searchsorted(self._sorted, fresh)
            self._ids = np.insert(self._ids, at, np.arange(len(fresh)) + len(self._words))
            self._sorted = np.insert(self._sorted, at, fresh)
            self._words = np.append(self._words, fresh)
        return self._ids[np.searchsorted(self._sorted, words)]

    def decode(self, ids: Ints) -> Ints:
        """The words behind numbers."""
        return self._words[ids]

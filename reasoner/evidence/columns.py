"""Facts as arrays, for who has too many of them for a dictionary of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reasoner.evidence.indexed import Indexed, Pattern, known
from reasoner.term import Row, Value
from reasoner.when import ALWAYS, Days, Interval, Truth

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Columns(Indexed):
    """n rows of exactly dated facts, column by column; the same row may stand in it with several spans.

    The value of row r in column i is `domains[i][codes[i][r]]`. Row r holds from day `start[r]` up to, not including,
    day `end[r]`; without starts and ends each row holds on every day.
    """

    domains: tuple[Sequence[Value], ...]
    codes: tuple[Ints, ...]
    start: Ints | None = None
    end: Ints | None = None
    _codes: dict[int, dict[Value, int]] = field(default_factory=dict, repr=False)
    _orders: dict[int, tuple[Ints, Ints]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, columns: Sequence[Any], start: Ints | None = None, end: Ints | None = None) -> Columns:
        """From one array or list of values for each argument."""
        import numpy as np

        found = [np.unique(np.asarray(column), return_inverse=True) for column in columns]
        return cls(tuple(values.tolist() for values, _ in found), tuple(codes for _, codes in found), start, end)

    @property
    def size(self) -> int:
        """The number of rows, counting each span of a row."""
        return len(self.codes[0]) if self.codes else 0

    def __bool__(self) -> bool:
        return bool(self.size)

    def matching(self, pattern: Pattern) -> Mapping[Row, Truth]:
        """The rows with these values."""
        return self._decoded(self._matching(pattern)) if any(value is not None for value in pattern) else self._rows

    def count(self, pattern: Pattern) -> int:
        """How many rows have these values, each counted once for each of its spans."""
        return len(self._matching(pattern)) if any(value is not None for value in pattern) else self.size

    def _matching(self, pattern: Pattern) -> Ints:
        """The numbers of the rows with these values, sought in the column with the most different ones."""
        places, values = known(pattern)
        codes = {place: self._code(place).get(value, -1) for place, value in zip(places, values, strict=True)}
        if -1 in codes.values():
            return self.codes[0][:0]
        first, *others = sorted(places, key=lambda place: -len(self.domains[place]))
        order, ends = self._order(first)
        some = order[ends[codes[first]] : ends[codes[first] + 1]]
        for place in others:
            some = some[self.codes[place][some] == codes[place]]
        return some

    def _code(self, place: int) -> dict[Value, int]:
        """The codes of the values in a column."""
        if place not in self._codes:
            self._codes[place] = {value: code for code, value in enumerate(self.domains[place])}
        return self._codes[place]

    def _order(self, place: int) -> tuple[Ints, Ints]:
        """The rows sorted by a column, and where each code begins in them."""
        import numpy as np

        if place not in self._orders:
            codes = self.codes[place]
            ends = np.searchsorted(codes, np.arange(len(self.domains[place]) + 1), sorter=(order := np.argsort(codes)))
            self._orders[place] = order, ends
        return self._orders[place]

    @cached_property
    def _rows(self) -> dict[Row, Truth]:
        return self._decoded(slice(None))

    def _decoded(self, some: Ints | slice) -> dict[Row, Truth]:
        columns = [
            map(values.__getitem__, codes[some].tolist())
            for values, codes in zip(self.domains, self.codes, strict=True)
        ]
        rows: list[Row] = list(zip(*columns, strict=True))
        if self.start is None or self.end is None:
            return dict.fromkeys(rows, Truth(ALWAYS, ALWAYS))
        spans: dict[Row, list[Interval]] = {}
        for row, start, end in zip(rows, self.start[some].tolist(), self.end[some].tolist(), strict=True):
            spans.setdefault(row, []).append((start, end))
        return {row: Truth(days, days) for row, its in spans.items() if (days := Days.of(its))}

    def __getitem__(self, row: Row) -> Truth:
        return self._rows[row] if "_rows" in self.__dict__ else self.matching(row)[row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

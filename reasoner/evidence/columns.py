"""Facts as arrays, for who has too many of them for a dictionary of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reasoner.term import Row, Value
from reasoner.when import ALWAYS, Days, Interval, Truth

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Columns(Mapping[Row, Truth]):
    """n rows of exactly dated facts, column by column; the same row may stand in it with several spans.

    The value of row r in column i is `domains[i][codes[i][r]]`. Row r holds from day `start[r]` up to, not including,
    day `end[r]`; without starts and ends each row holds on every day.
    """

    domains: tuple[Sequence[Value], ...]
    codes: tuple[Ints, ...]
    start: Ints | None = None
    end: Ints | None = None

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

    @cached_property
    def _rows(self) -> dict[Row, Truth]:
        columns = [
            map(values.__getitem__, codes.tolist()) for values, codes in zip(self.domains, self.codes, strict=True)
        ]
        rows: list[Row] = list(zip(*columns, strict=True))
        if self.start is None or self.end is None:
            return dict.fromkeys(rows, Truth(ALWAYS, ALWAYS))
        spans: dict[Row, list[Interval]] = {}
        for row, start, end in zip(rows, self.start.tolist(), self.end.tolist(), strict=True):
            spans.setdefault(row, []).append((start, end))
        return {row: Truth(days, days) for row, its in spans.items() if (days := Days.of(its))}

    def __getitem__(self, row: Row) -> Truth:
        return self._rows[row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

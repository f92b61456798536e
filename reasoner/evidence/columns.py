"""Facts as arrays, for who has too many of them for a dictionary of rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from reasoner.evidence.indexed import Indexed, Pattern, known
from reasoner.term import Row, Value
from reasoner.when import ETERNAL, FUTURE, NEVER, PAST, Day, Days, Interval, Truth, narrowest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Spans = tuple[Ints, Ints, Ints]  # rows, the days on which spans start, and those on which they have ended

T = TypeVar("T", bound=Hashable)

_LARGEST = 2**62


@dataclass(frozen=True, eq=False)
class Columns(Indexed):
    """n rows of facts, column by column; the same row may stand in it several times.

    The value of row r in column i is `domains[i][codes[i][r]]`. The days of rows are spans, in the order of the rows:
    those on which a row holds for certain, those on which it may, and windows on some day of which it does.
    Without certain spans each row holds on every day; without possible ones it may only when it does.
    """

    domains: tuple[Sequence[Value], ...]
    codes: tuple[Ints, ...]
    certain: Spans | None = None
    possible: Spans | None = None
    windows: Spans | None = None
    _codes: dict[int, dict[Value, int]] = field(default_factory=dict, repr=False)
    _orders: dict[int, tuple[Ints, Ints]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, columns: Sequence[Any], start: Ints | None = None, end: Ints | None = None) -> Columns:
        """From one array or list of values for each argument, each row on the days of one span or on every day."""
        import numpy as np

        found = [np.unique(np.asarray(column), return_inverse=True) for column in columns]
        domains, codes = tuple(values.tolist() for values, _ in found), tuple(codes for _, codes in found)
        return cls(domains, codes, None if start is None or end is None else (np.arange(len(start)), start, end))

    @property
    def size(self) -> int:
        """The number of rows, counting the same row each time that it stands here."""
        return len(self.codes[0]) if self.codes else 0

    def __bool__(self) -> bool:
        return bool(self.size)

    def matching(self, pattern: Pattern) -> Mapping[Row, Truth]:
        """The rows with these values."""
        return self._decoded(self.numbers(pattern)) if any(value is not None for value in pattern) else self._rows

    def count(self, pattern: Pattern) -> int:
        """How many rows have these values, each counted once for each of its spans."""
        return len(self.numbers(pattern)) if any(value is not None for value in pattern) else self.size

    def numbers(self, pattern: Pattern) -> Ints:
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
        import numpy as np

        columns = [
            map(values.__getitem__, codes[some].tolist())
            for values, codes in zip(self.domains, self.codes, strict=True)
        ]
        rows: list[Row] = list(zip(*columns, strict=True))
        if self.certain is None:
            return dict.fromkeys(rows, ETERNAL)
        numbers = np.arange(self.size) if isinstance(some, slice) else some
        certain, possible, windows = self._spans(rows, numbers), None, {}
        if self.possible is not None:
            possible = self._spans(rows, numbers, self.possible)
            windows = self._spans(rows, numbers, self.windows) if self.windows is not None else {}
        if possible is None:
            return {row: Truth(days, days) for row, its in certain.items() if (days := Days.of(its))}
        sure = {row: Days.of(its) for row, its in certain.items()}
        return {
            row: Truth(
                sure.get(row, NEVER),
                Days.of(its),
                narrowest(((first, end - 1) for first, end in windows.get(row, ())), sure.get(row, NEVER)),
            )
            for row, its in possible.items()
        }

    def _spans(self, rows: list[Row], numbers: Ints, spans: Spans | None = None) -> dict[Row, list[Interval]]:
        """The spans of some rows: those that are certain, or others."""
        import numpy as np

        its, start, end = spans or self.certain or (numbers[:0],) * 3
        low, high = np.searchsorted(its, numbers).tolist(), np.searchsorted(its, numbers, "right").tolist()
        found: dict[Row, list[Interval]] = {}
        for row, first, last in zip(rows, low, high, strict=True):
            if first < last:
                days = zip(start[first:last].tolist(), end[first:last].tolist(), strict=True)
                found.setdefault(row, []).extend(days)
        return found

    def __getitem__(self, row: Row) -> Truth:
        return self._rows[row] if "_rows" in self.__dict__ else self.matching(row)[row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return self._different

    @cached_property
    def _different(self) -> int:
        import numpy as np

        return len(np.unique(identify(self.codes)))


def identify(columns: Sequence[Ints]) -> Ints:
    """A number for each row of some columns of numbers from 0 on, equal where the rows are."""
    import numpy as np

    whole, size = columns[0], int(columns[0].max(initial=0)) + 1
    for column in columns[1:]:
        more = int(column.max(initial=0)) + 1
        if size * more > _LARGEST:
            whole = np.unique(whole, return_inverse=True)[1]
            size = int(whole.max(initial=0)) + 1
        whole, size = whole.astype(np.int64) * more + column, size * more
    return whole


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of some columns one after the other."""
    import numpy as np

    if len(parts) == 1:
        return parts[0]
    domains, codes = zip(*(_joined(n, parts) for n in range(len(parts[0].domains))), strict=True)
    if all(part.certain is None for part in parts):
        return Columns(tuple(domains), tuple(codes))
    shifts = np.cumsum([0, *(part.size for part in parts)])

    def spans(every: list[Spans]) -> Spans:
        rows = [rows + shift for (rows, _, _), shift in zip(every, shifts, strict=False)]
        return np.concatenate(rows), np.concatenate([e[1] for e in every]), np.concatenate([e[2] for e in every])

    certain = [part.certain or _always(part.size) for part in parts]
    if all(part.possible is None for part in parts):
        return Columns(tuple(domains), tuple(codes), spans(certain))
    possible = [part.possible or sure for part, sure in zip(parts, certain, strict=True)]
    windows = [part.windows or (shifts[:0],) * 3 for part in parts]
    return Columns(tuple(domains), tuple(codes), spans(certain), spans(possible), spans(windows))


def _joined(place: int, parts: Sequence[Columns]) -> tuple[list[Value], Ints]:
    """One column: its different values, and the number of one of them for each row."""
    import numpy as np

    numbers: dict[Value, int] = {}
    codes = []
    for part in parts:
        new = np.array([numbers.setdefault(value, len(numbers)) for value in part.domains[place]], np.int64)
        codes.append(new[part.codes[place]])
    return list(numbers), np.concatenate(codes)


def _always(count: int) -> Spans:
    import numpy as np

    return np.arange(count), np.full(count, PAST), np.full(count, FUTURE)


def of_rows(rows: Mapping[Row, Truth]) -> Columns:
    """Rows of one predicate, at least one, as columns."""

    columns = [numbered(column) for column in zip(*rows, strict=True)]
    domains, codes = tuple(values for values, _ in columns), tuple(its for _, its in columns)
    truths = list(rows.values())
    if all(truth == ETERNAL for truth in truths):
        return Columns(domains, codes)
    return Columns(
        domains,
        codes,
        _array([(row, *span) for row, truth in enumerate(truths) for span in truth.certain]),
        _array([(row, *span) for row, truth in enumerate(truths) for span in truth.possible]),
        _array([(row, first, last + 1) for row, truth in enumerate(truths) for first, last in truth.windows]),
    )


def numbered(values: Iterable[T]) -> tuple[list[T], Ints]:
    """The different values, and the number of one of them for each."""
    import numpy as np

    numbers: dict[T, int] = {}
    codes = np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)
    return list(numbers), codes


def _array(spans: list[tuple[int, Day, Day]]) -> Spans:
    import numpy as np

    row, start, end = np.array(spans, np.int64).reshape(-1, 3).T
    return row, start, end

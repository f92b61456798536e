"""Values as small integers, so that a column of them is an array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from reasoner.term import Value, order

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Codes:
    """A dictionary of values: the first one seen is 0, the next one 1."""

    def __init__(self) -> None:
        self._codes: dict[Value, int] = {}
        self._values: list[Value] = []
        self._ranks: Ints = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._values)

    def code(self, value: Value) -> int:
        """The code of a value, a new one where it has none yet."""
        code = self._codes.setdefault(value, len(self._values))
        if code == len(self._values):
            self._values.append(value)
        return code

    def known(self, value: Value) -> int | None:
        """The code of a value that has one."""
        return self._codes.get(value)

    def value(self, code: int) -> Value:
        return self._values[code]

    def encode(self, values: Sequence[Value]) -> Ints:
        """The codes of n values."""
        fresh = [value for value in dict.fromkeys(values) if value not in self._codes]
        self._codes.update(zip(fresh, range(len(self), len(self) + len(fresh)), strict=True))
        self._values += fresh
        return np.fromiter(map(self._codes.__getitem__, values), np.int64, len(values))

    def decode(self, columns: Iterable[Ints]) -> list[tuple[Value, ...]]:
        """The rows of values behind columns of codes."""
        value = self._values.__getitem__
        return list(zip(*(map(value, column.tolist()) for column in columns), strict=True))

    def of_numbers(self, values: Ints) -> Ints:
        """The codes of an array of numbers."""
        different, inverse = np.unique(values, return_inverse=True)
        return self.encode(different.tolist())[inverse]

    def numbers(self, column: Ints) -> Ints:
        """The numbers behind codes; what is not a number counts as 0."""
        different, inverse = np.unique(column, return_inverse=True)
        decoded = [self.value(code) for code in different.tolist()]
        values = [value if isinstance(value, int | float) else 0 for value in decoded]
        numbers: Ints = np.array(values, np.float64 if any(isinstance(v, float) for v in values) else np.int64)
        return numbers[inverse]

    def ranks(self) -> Ints:
        """For each code the place of its value in the order of values."""
        if len(self._ranks) != len(self):
            by_value = sorted(range(len(self)), key=lambda code: order(self._values[code]))
            self._ranks = np.empty(len(self), np.int64)
            self._ranks[by_value] = np.arange(len(self))
        return self._ranks

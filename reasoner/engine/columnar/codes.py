"""Values as small integers, so that a column of them is an array."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from reasoner.engine.columnar.table import Ints
from reasoner.term import Row, Value


class Codes:
    """A dictionary of values: the first one seen is 0, the next one 1."""

    def __init__(self) -> None:
        self._codes: dict[Value, int] = {}
        self._values: list[Value] = []

    def code(self, value: Value) -> int:
        """The code of a value, a new one where it has none yet."""
        code = self._codes.setdefault(value, len(self._values))
        if code == len(self._values):
            self._values.append(value)
        return code

    def value(self, code: int) -> Value:
        return self._values[code]

    def encode(self, values: Sequence[Value]) -> Ints:
        """The codes of n values."""
        return np.fromiter(map(self.code, values), np.int64, len(values))

    def encode_rows(self, rows: Collection[Row], width: int) -> Ints:
        """The codes of rows of `width` values, (n, width)."""
        return self.encode([value for row in rows for value in row]).reshape(len(rows), width)

    def decode(self, keys: Ints) -> list[Row]:
        """The values of (n, k) codes."""
        return [tuple(self._values[code] for code in row) for row in keys.tolist()]

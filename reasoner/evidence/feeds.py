"""What columns give: cells by batch, each different one looked at once for a whole table."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from reasoner.evidence.aliases import At, near
from reasoner.evidence.cells import Bad, Named
from reasoner.evidence.columns import identify
from reasoner.evidence.readers import Batch
from reasoner.term import Value

if TYPE_CHECKING:
    import numpy.typing as npt

    from reasoner.evidence.columns import Ints

    Mask = npt.NDArray[np.bool_]

Read = Callable[[Mapping[str, str]], Sequence[Hashable] | Bad]


class Feed:
    """What some columns give: for each different combination of their cells the values, or why there are none."""

    def __init__(self, columns: tuple[str, ...], read: Read, bads: dict[Bad, int]) -> None:
        self.columns, self._read, self._bads = tuple(dict.fromkeys(columns)), read, bads
        self.domain: dict[Hashable, int] = {}
        self._known: dict[tuple[str, ...], int] = {}
        self._first, self._count, self._flat, self._bad = array("q"), array("q"), array("q"), array("q")

    def outcomes(self, cells: Cells) -> Ints:
        """For each row the number of the combination that it has."""
        columns = [cells.coded(name) for name in self.columns]
        if not columns:
            return np.full(cells.size, self._outcome(()), np.int64)
        ids = identify([codes for _, codes in columns])
        _, first, of = np.unique(ids, return_index=True, return_inverse=True)
        texts = [[words[code] for code in codes[first].tolist()] for words, codes in columns]
        return np.array([self._outcome(one) for one in zip(*texts, strict=True)], np.int64)[of]

    def _outcome(self, cells: tuple[str, ...]) -> int:
        if (known := self._known.get(cells)) is not None:
            return known
        found = self._read(dict(zip(self.columns, cells, strict=True)))
        self._known[cells] = len(self._first)
        values = () if isinstance(found, Bad) else found
        self._bad.append(self._bads.setdefault(found, len(self._bads)) if isinstance(found, Bad) else -1)
        self._first.append(len(self._flat))
        self._count.append(len(values))
        self._flat.extend(self.domain.setdefault(value, len(self.domain)) for value in values)
        return self._known[cells]

    def bad(self, outcomes: Ints) -> Ints:
        """For each row the number of what is wrong, -1 for nothing."""
        return np.array(self._bad, np.int64)[outcomes]

    def values(self, outcomes: Ints) -> tuple[Ints, Ints]:
        """How many values each row has, and all of them."""
        first, count = np.array(self._first, np.int64)[outcomes], np.array(self._count, np.int64)[outcomes]
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return count, np.array(self._flat, np.int64)[np.repeat(first, count) + within]


class Cells:
    """The cells of a batch as texts, each different one once. A column that is not there is empty."""

    def __init__(self, batch: Batch) -> None:
        self.batch, self.size = batch, batch.size
        self._coded: dict[str, tuple[list[str], Ints]] = {}
        self._wrong: dict[str, Mask] = {}

    def text(self, name: str) -> Any:
        """A column as Arrow has it; where a cell is not UTF-8 it is empty, and its row marked."""
        column = self.batch.columns.get(name)
        if column is None:
            return pa.array([""] * self.size, pa.string())
        if pa.types.is_binary(column.type):
            try:
                column = column.cast(pa.string())
            except pa.ArrowInvalid:
                texts = [_decoded(cell) for cell in column.to_pylist()]
                self._wrong[name] = np.array([text is None for text in texts], np.bool_)
                column = pa.array(texts, pa.string())
        return column.fill_null("")

    def coded(self, name: str) -> tuple[list[str], Ints]:
        """The different cells of a column, without blanks around them, and the number of one for each row."""
        if name not in self._coded:
            encoded = self.text(name).dictionary_encode()
            codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
            self._coded[name] = [text.strip() for text in encoded.dictionary.to_pylist()], codes
        return self._coded[name]

    def misencoded(self, name: str) -> Mask | None:
        """Which cells of a column that was read are not UTF-8, None where all are."""
        return self._wrong.get(name)


def _decoded(cell: bytes | None) -> str | None:
    try:
        return cell.decode() if cell is not None else ""
    except UnicodeDecodeError:
        return None


def named(feed: Feed) -> list[Value]:
    """The values of a feed. Places of one name that lie apart are told apart by where they lie."""
    places: dict[str, list[At]] = {}
    for one in feed.domain:
        if isinstance(one, Named) and one.at:
            its = places.setdefault(one.constant, [])
            if not any(near(one.at, other) for other in its):
                its.append(one.at)
    return [_name(one, places) for one in feed.domain]


def _name(one: Hashable, places: Mapping[str, list[At]]) -> Value:
    if not isinstance(one, Named):
        return one  # type: ignore[return-value]
    its = places.get(one.constant, [])
    if one.at is None or len(its) < 2:
        return one.constant
    return apart(one.constant, next(other for other in its if near(one.at, other)))


def apart(name: str, at: At) -> str:
    """A constant of its own for a place that shares its name with others."""
    latitude, longitude = at
    where = f"{abs(latitude):.2f}{'ns'[latitude < 0]}_{abs(longitude):.2f}{'ew'[longitude < 0]}"
    return f"{name}_{where.replace('.', '_')}"

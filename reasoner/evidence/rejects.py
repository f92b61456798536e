"""Rows that cannot be used, each with its line, the reason, the column and the cell, and as it stood in the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING

import numpy as np

from reasoner.evidence.cells import Bad
from reasoner.evidence.readers import Batch, line

if TYPE_CHECKING:
    from reasoner.evidence.columns import Ints

HEAD = ("line", "reason", "column", "value", "row")


def refuse(batch: Batch, bad: Ints, reasons: Sequence[Bad], rejects: IO[str]) -> Iterator[str]:
    """Writes the rows of a batch that cannot be used, in the order of their lines; gives the reason of each."""
    refused = [(number, Bad(reason, ""), -1, text) for number, reason, text in batch.broken]
    for row in np.flatnonzero(bad >= 0).tolist():
        one = reasons[int(bad[row])]
        if one.reason == "empty" and batch.blank(row):
            one = Bad("blank", "")
        refused.append((int(batch.lines[row]), one, row, batch.written(row)))
    for number, one, row, text in sorted(refused, key=lambda found: found[0]):
        value = batch.cell(one.column, row) if row >= 0 and one.column in batch.columns else ""
        rejects.write(f"{line((number, one.reason, one.column, value, text))}\n")
        yield one.reason

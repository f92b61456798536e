"""Parquet, with types."""

from __future__ import annotations

import io

from reasoner.render.exports.frames import arrow_of
from reasoner.render.exports.table import Export


def parquet_of(export: Export) -> bytes:
    """The table. Raises Problems where pyarrow is not installed."""
    table = arrow_of(export, "Parquet")
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()

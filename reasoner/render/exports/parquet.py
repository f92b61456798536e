"""Parquet, with types: dates are dates, citations are lists of structs."""

from __future__ import annotations

import io
from typing import Any

from reasoner.diagnostic import Problems, error
from reasoner.render.exports.table import Export


def parquet_of(export: Export) -> bytes:
    """The table. Raises Problems where pyarrow is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        message = "Parquet needs pyarrow, which is not installed"
        raise Problems([error("R541", message, help="install it: pip install 'reasoner[tables]'")]) from None

    text = pa.string()
    kinds: dict[str, Any] = {
        "text": text,
        "integer": pa.int64(),
        "number": pa.float64(),
        "truth": pa.bool_(),
        "date": pa.date32(),
        "texts": pa.list_(text),
        "citations": pa.list_(pa.struct([("source", text), ("locator", text), ("quote", text)])),
        "windows": pa.list_(pa.struct([("first", text), ("last", text)])),
    }
    schema = pa.schema([(column.name, kinds[column.kind]) for column in export.table.columns])
    columns = [[row[n] for row in export.table.rows] for n in range(len(export.table.columns))]
    arrays = [pa.array(its, field.type) for its, field in zip(columns, schema, strict=True)]
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), out)
    return out.getvalue()

"""The same tables in memory, for Arrow, pandas and polars: dates are dates, citations are lists of structs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from reasoner.diagnostic import Problems, error
from reasoner.render.exports.table import Column, Export

CITATION, WINDOW = ("source", "locator", "quote"), ("first", "last")
TABLES = "pip install 'reasoner[tables]'"


def arrow_of(export: Export, wanted_by: str = "an Arrow table") -> Any:
    """A pyarrow.Table. Raises Problems where pyarrow is not installed."""
    pa = needed("pyarrow", wanted_by, TABLES)
    text = pa.string()
    kinds: dict[str, Any] = {
        "text": text,
        "integer": pa.int64(),
        "number": pa.float64(),
        "truth": pa.bool_(),
        "date": pa.date32(),
        "texts": pa.list_(text),
        "citations": pa.list_(pa.struct([(name, text) for name in CITATION])),
        "windows": pa.list_(pa.struct([(name, text) for name in WINDOW])),
    }
    schema = pa.schema([(column.name, kinds[column.kind]) for column in export.table.columns])
    arrays = [pa.array(cells, field.type) for (_, cells), field in zip(_columns(export), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def pandas_of(export: Export) -> Any:
    """A pandas.DataFrame. Raises Problems where pandas is not installed."""
    pd = needed("pandas", "a pandas frame", "pip install pandas")
    kinds = {
        "text": "string",
        "integer": "int64",
        "number": "float64",
        "truth": "bool",
        "date": "datetime64[s]",  # which has every year of the calendar
    }
    made = {one.name: pd.Series(cells, dtype=kinds.get(one.kind, "object")) for one, cells in _columns(export)}
    return pd.DataFrame(made, columns=[column.name for column in export.table.columns])


def polars_of(export: Export) -> Any:
    """A polars.DataFrame. Raises Problems where polars is not installed."""
    pl = needed("polars", "a polars frame", "pip install polars")
    text = pl.String
    kinds: dict[str, Any] = {
        "text": text,
        "integer": pl.Int64,
        "number": pl.Float64,
        "truth": pl.Boolean,
        "date": pl.Date,
        "texts": pl.List(text),
        "citations": pl.List(pl.Struct(dict.fromkeys(CITATION, text))),
        "windows": pl.List(pl.Struct(dict.fromkeys(WINDOW, text))),
    }
    return pl.DataFrame([pl.Series(one.name, cells, kinds[one.kind]) for one, cells in _columns(export)])


def needed(module: str, wanted_by: str, install: str) -> Any:
    """A module that is installed apart. Raises Problems where it is not."""
    try:
        return import_module(module)
    except ImportError:
        message = f"{wanted_by} needs {module}, which is not installed"
        raise Problems([error("R541", message, help=f"install it: {install}")]) from None


def _columns(export: Export) -> list[tuple[Column, list[Any]]]:
    return [(one, [row[n] for row in export.table.rows]) for n, one in enumerate(export.table.columns)]

"""A SQLite database: the rows, the places, and whose word each row is, joined by keys.

Rows and places have columns `latitude` and `longitude`, by which Datasette's map plugin draws them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from reasoner.render.exports.table import Cell, Column, Export, Table, text_of

_TYPES = {"integer": "INTEGER", "number": "REAL", "truth": "INTEGER"}
APART = ("citations", "assumptions")  # columns that are tables of their own


def sqlite_of(export: Export) -> bytes:
    """The bytes of the file."""
    base = sqlite3.connect(":memory:")
    try:
        base.execute("PRAGMA foreign_keys = ON")
        base.execute("CREATE TABLE places (id TEXT PRIMARY KEY, name TEXT NOT NULL, latitude REAL, longitude REAL)")
        spots = ((one.id, one.name, one.latitude, one.longitude) for one in export.spots.values())
        base.executemany("INSERT INTO places VALUES (?, ?, ?, ?)", spots)
        _insert(base, export.name, export.table, {"place": "places(id)"})
        if export.links.rows:
            _insert(base, "links", export.links, {})
        base.commit()
        return base.serialize()
    finally:
        base.close()


def _insert(base: sqlite3.Connection, name: str, table: Table, refer: dict[str, str]) -> None:
    """A table, its first column the key, and a table of citations and one of assumptions that refer to it."""
    kept = [n for n, column in enumerate(table.columns) if column.name not in APART]
    columns = [table.columns[n] for n in kept]
    key = columns[0].name
    numbered = name == "links"  # whose names need not be unique
    lines = [_column(column, refer, column.name == key and not numbered) for column in columns]
    first = ["id INTEGER PRIMARY KEY"] if numbered else []
    base.execute(f"CREATE TABLE {_quoted(name)} ({', '.join([*first, *lines])})")
    marks = ", ".join("?" * (len(columns) + len(first)))
    rows = ([*([n] if numbered else []), *(_cell(row[place]) for place in kept)] for n, row in enumerate(table.rows, 1))
    base.executemany(f"INSERT INTO {_quoted(name)} VALUES ({marks})", rows)
    for column in refer:
        if any(column == one.name for one in columns):
            base.execute(f"CREATE INDEX {_quoted(f'{name}_{column}')} ON {_quoted(name)} ({_quoted(column)})")
    owners = [n if numbered else row[0] for n, row in enumerate(table.rows, 1)]
    kind, owner = ("INTEGER", "id") if numbered else ("TEXT", key)
    for apart, its in (("citations", "source TEXT, locator TEXT, quote TEXT"), ("assumptions", "assumption TEXT")):
        called = apart if not numbered else f"link_{apart}"
        its_row = f"{kind} NOT NULL REFERENCES {_quoted(name)}({_quoted(owner)})"
        base.execute(f'CREATE TABLE {called} ("row" {its_row}, {its})')
        base.execute(f'CREATE INDEX {called}_row ON {called} ("row")')
        place = next(n for n, column in enumerate(table.columns) if column.name == apart)
        values = [
            (one, *_apart(item)) for one, row in zip(owners, table.rows, strict=True) for item in _list(row[place])
        ]
        base.executemany(f"INSERT INTO {called} VALUES ({', '.join('?' * (2 + its.count(',')))})", values)


def _column(column: Column, refer: dict[str, str], is_key: bool) -> str:
    kind = f"{_quoted(column.name)} {_TYPES.get(column.kind, 'TEXT')}"
    return kind + (" PRIMARY KEY" if is_key else f" REFERENCES {refer[column.name]}" if column.name in refer else "")


def _cell(cell: Cell) -> Cell:
    return cell if cell is None or isinstance(cell, int | float | str) else text_of(cell)


def _list(cell: Cell) -> Iterable[object]:
    return cell if isinstance(cell, list) else ()


def _apart(item: object) -> Sequence[object]:
    return tuple(item.values()) if isinstance(item, dict) else (item,)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

"""CSV (RFC 4180) and JSON Lines: a row a line."""

from __future__ import annotations

import csv
import io
import json

from reasoner.render.exports.table import Export, text_of


def csv_of(export: Export) -> bytes:
    """The table, its names first, in UTF-8. Lists are JSON in their cells.

    Words stand as their sources have them: one that begins with `=` is a formula to a spreadsheet, so import such
    columns as text.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.name for column in export.table.columns])
    writer.writerows([text_of(cell) for cell in row] for row in export.table.rows)
    return out.getvalue().encode()


def json_lines_of(export: Export) -> bytes:
    """An object for each row, dates as text."""
    lines = (
        json.dumps(record, ensure_ascii=False, default=text_of, allow_nan=False) for record in export.table.records()
    )
    return "".join(f"{line}\n" for line in lines).encode()

"""Tables of any kind to batches of rows: columns of texts, each row with the line that it stands on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reasoner.diagnostic import Problems, error
from reasoner.evidence.cells import MANY
from reasoner.evidence.mapping import FORMATS, SHAPE, TableMapping
from reasoner.syntax.load import shown

if TYPE_CHECKING:
    from reasoner.evidence.columns import Ints

BLOCK = 32 << 20  # bytes of a text that are read at a time; no row may be longer
ROWS = 1 << 16  # records that are read at a time
FAILURES = (OSError, ValueError, NotImplementedError, RecursionError, csv.Error)
EXTENSIONS = {"txt": "tsv", "ndjson": "jsonl", **{kind: kind for kind in FORMATS}}


@dataclass(frozen=True, eq=False)
class Batch:
    """Some rows. A column that is not there at all is None; `broken` are lines that are no rows, and why."""

    lines: Ints
    columns: dict[str, Any]
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    done: int = 0  # bytes of the file that are read
    between: str = ","
    quoted: bool = True
    records: Sequence[Any] = ()  # of JSON: each row as its line or as an object

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.lines)

    def cell(self, name: str, row: int) -> str:
        """A cell, to be read by people."""
        cell = self.columns[name][row].as_py() or ""
        return (cell.decode(errors="replace") if isinstance(cell, bytes) else cell).replace(MANY, "; ")

    def blank(self, row: int) -> bool:
        """Whether nothing stands in a row."""
        return not any(self.cell(name, row) for name in self.columns)

    def written(self, row: int) -> str:
        """A row as it stood in the table, so that it can be mended and read again: a record, or a line of cells."""
        if self.records:
            return _json(self.records[row])
        cells = [self.cell(name, row) for name in self.columns]
        if not self.quoted:
            return self.between.join(cells)
        return line(cells, self.between)


def line(cells: Sequence[object], between: str = ",") -> str:
    """Cells as a line of a table, without its end; whatever breaks lines is quoted."""
    to = io.StringIO(newline="")
    csv.writer(to, delimiter=between, lineterminator="\r\n").writerow(cells)
    return to.getvalue().removesuffix("\r\n")


def batches(path: Path, mapping: TableMapping) -> tuple[list[str] | None, Iterator[Batch]]:
    """The names of the columns, None where each row has its own, and the rows. Raises Problems."""
    name = shown(path)
    kind = EXTENSIONS.get(path.suffix.lower().lstrip("."), mapping.format)
    if kind is None:
        remedy = f"write format in the mapping: {', '.join(FORMATS)}"
        raise Problems([error("R542", f"{name}: `{path.suffix}` is no kind of table", help=remedy)])
    if not path.is_file():
        raise Problems([error("R511", f"there is no file {name}")])
    if mapping.shape and kind not in ("json", "geojson"):
        raise _shapeless(path, mapping)
    try:
        with path.open("rb") as file:
            if file.read(2) in (b"\xff\xfe", b"\xfe\xff") and kind != "parquet":
                remedy = "save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8"
                raise Problems([error("R514", f"{name} is UTF-16, not UTF-8", help=remedy)])
        if kind in ("csv", "tsv"):
            names, rows = _separated(path, mapping, "," if kind == "csv" else "\t")
        elif kind == "parquet":
            names, rows = _parquet(path)
        else:
            names, rows = None, _records(path, kind, mapping)
    except Problems:
        raise
    except FAILURES as reason:
        raise unreadable(path, reason) from None
    return names, _guarded(path, rows)


def unreadable(path: Path, reason: Exception) -> Problems:
    """What is to be said of a table that a library cannot read."""
    first = str(reason).splitlines()[0] if str(reason) else type(reason).__name__
    if "straddling" in first:
        first = f"a row is longer than {BLOCK >> 20} MB; a quote is not closed"
    return Problems([error("R542", f"{shown(path)} cannot be read: {first}", help="is it the kind of its name?")])


def _shapeless(path: Path, mapping: TableMapping) -> Problems:
    remedy = "convert it: ogr2ogr -f GeoJSON zones.geojson TABLE"
    return Problems([error("R434", f"{shown(path)} has no shapes: only GeoJSON has", mapping.shape, help=remedy)])


def _guarded(path: Path, rows: Iterator[Batch]) -> Iterator[Batch]:
    try:
        yield from rows
    except Problems:
        raise
    except FAILURES as reason:
        raise unreadable(path, reason) from None


# ---------------------------------------------------------------- columns separated by commas or tabs


def _separated(path: Path, mapping: TableMapping, between: str) -> tuple[list[str], Iterator[Batch]]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    raw = list(mapping.header) or _header(path, between, mapping.quoted)
    names = [name.strip() for name in raw]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Problems([error("R542", f"{shown(path)} has two columns `{twice}`", help="give one another name")])
    broken: list[tuple[int, str]] = []

    def refuse(row: Any) -> str:
        broken.append((row.number, row.text))
        return "skip"

    file = pa.OSFile(str(path), "rb")
    reader = arrow_csv.open_csv(
        file,
        # The number of a row that is refused is known to a single thread only.
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=list(mapping.header)),
        parse_options=arrow_csv.ParseOptions(
            delimiter=between,
            quote_char='"' if mapping.quoted else False,
            newlines_in_values=mapping.quoted,
            ignore_empty_lines=False,
            invalid_row_handler=refuse,
        ),
        convert_options=arrow_csv.ConvertOptions(
            check_utf8=False, column_types=dict.fromkeys(raw, pa.binary()), strings_can_be_null=False
        ),
    )
    row = 0 if mapping.header else 1
    line = row + sum(name.count("\n") for name in raw) if row else 0
    rows = _numbered(reader, names, broken, row, line, file)
    return names, _closed(path, (replace(b, between=between, quoted=mapping.quoted) for b in rows), mapping.quoted)


def _header(path: Path, between: str, quoted: bool) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file, delimiter=between, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE), [])


def _closed(path: Path, rows: Iterator[Batch], quoted: bool) -> Iterator[Batch]:
    """The same, unless a quote that nobody closes makes one row of all that follow."""
    last = None
    for batch in rows:
        last = batch
        yield batch
    if last is None or not quoted:
        return
    row = last.written(last.size - 1) if last.size else ""
    line = int(last.lines[-1]) if last.size else 0
    if last.broken and last.broken[-1][0] > line:
        line, _, row = last.broken[-1]
    if "\n" in row:
        with path.open("rb") as file:
            quotes = sum(part.count(b'"') for part in iter(lambda: file.read(1 << 20), b""))
        if quotes % 2:
            remedy = "close it; where quotes are letters, write quoted = false in the mapping"
            raise Problems([error("R542", f"{shown(path)}: a quote on line {line} is not closed", help=remedy)])


def _numbered(
    reader: Any, names: list[str], broken: list[tuple[int, str]], row: int, line: int, file: Any
) -> Iterator[Batch]:
    """Batches with the lines of their rows: one each, and more where a cell has line breaks."""
    import numpy as np
    import pyarrow.compute as pc

    batches = iter(reader)
    while True:
        batch = next(batches, None)
        size = batch.num_rows if batch is not None else 0
        refused, broken[:] = broken[:], []
        if batch is None and not refused:
            return
        # Rows that were refused take their places among those that were not.
        taken = np.array([number - row - 1 for number, _ in refused], np.int64)
        count = size + len(refused)
        breaks = np.ones(count, np.int64)
        kept = np.ones(count, np.bool_)
        kept[taken] = False
        breaks[taken] += np.array([text.count("\n") for _, text in refused], np.int64)
        columns = dict(zip(names, batch.columns, strict=True)) if batch is not None else {}
        for column in columns.values():
            breaks[kept] += pc.count_substring(column, "\n").to_numpy(zero_copy_only=False)
        lines = np.append(0, np.cumsum(breaks)) + line + 1
        wrong = [(int(lines[place]), "columns", text) for place, (_, text) in zip(taken, refused, strict=True)]
        yield Batch(lines[:-1][kept], columns, wrong, min(file.tell(), file.size()))
        row, line = row + count, int(lines[-1]) - 1
        if batch is None:
            return


# ---------------------------------------------------------------- Parquet


def _parquet(path: Path) -> tuple[list[str], Iterator[Batch]]:
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    return list(file.schema_arrow.names), _groups(file, path.stat().st_size)


def _groups(file: Any, size: int) -> Iterator[Batch]:
    import numpy as np

    done, total = 0, max(file.metadata.num_rows, 1)
    for batch in file.iter_batches(ROWS):
        lines = np.arange(done + 1, done + batch.num_rows + 1)
        done += batch.num_rows
        columns = {name: _texts(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
        yield Batch(lines, columns, [], size * done // total)


def _texts(column: Any) -> Any:
    """A column of any type as texts."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s"), safe=False).cast(pa.date32())
    if pa.types.is_nested(column.type) or pa.types.is_floating(column.type):
        return pa.array([_text(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.binary()) if pa.types.is_binary(column.type) else column.cast(pa.string())


# ---------------------------------------------------------------- records of JSON


def _records(path: Path, kind: str, mapping: TableMapping) -> Iterator[Batch]:
    """Objects, one a line or all in one list, or the features of GeoJSON with their properties."""
    if kind == "jsonl":
        yield from _rows(_lines(path))
        return
    whole = json.loads(path.read_bytes().decode("utf-8-sig"))
    features = whole.get("features") if isinstance(whole, dict) else None
    listed = whole if kind == "json" and features is None else features
    if not isinstance(listed, list):
        raise ValueError("it holds no list of records")
    if mapping.shape and listed is not features:
        raise _shapeless(path, mapping)
    size, shapes = path.stat().st_size, mapping.shape is not None
    every = ((n, one, size * n // len(listed)) for n, one in enumerate(listed, 1))
    yield from _rows((n, _feature(one, shapes) if listed is features else one, one, done) for n, one, done in every)


def _feature(feature: Any, shapes: bool) -> Any:
    """The properties of a feature, its longitude and latitude where it is a point, and its shape if that is wanted."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        return None
    its, shape = (feature.get(key) or {} for key in ("properties", SHAPE))
    at = shape.get("coordinates") if isinstance(shape, dict) and shape.get("type") == "Point" else None
    longitude, latitude = at[:2] if isinstance(at, list) and len(at) >= 2 else (None, None)
    found = {"id": feature.get("id"), **its, "longitude": longitude, "latitude": latitude}
    return found | {SHAPE: json.dumps(shape) if shape else None} if shapes else found


def _lines(path: Path) -> Iterator[tuple[int, Any, Any, int]]:
    done = 0
    with path.open("rb") as file:
        for number, data in enumerate(file, 1):
            done += len(data)
            written = data.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").rstrip(b"\r\n")
            try:
                found: Any = json.loads(written.decode()) if written.strip() else "blank"
            except UnicodeDecodeError:
                found = "encoding"
            except (ValueError, RecursionError):
                found = None
            yield number, found, Written(written.decode(errors="replace")), done


def _rows(found: Iterator[tuple[int, Any, Any, int]]) -> Iterator[Batch]:
    """Flat columns of nested records: `name.en` is a column, and lists are one cell.

    Each comes with its line, what is read of it, what stands there, and how many bytes are read.
    """
    import numpy as np
    import pyarrow as pa

    while some := list(islice(found, ROWS)):
        good: list[tuple[int, dict[str, str], Any]] = []
        broken = []
        for number, record, stands, _ in some:
            its = flat(record) if isinstance(record, dict) else {}
            if not isinstance(record, dict):
                broken.append((number, record if record in ("blank", "encoding") else "not_json", _json(stands)))
            elif _encodes("".join((*its, *its.values()))):
                good.append((number, its, stands))
            else:
                broken.append((number, "encoding", _json(stands)))
        names = dict.fromkeys(chain.from_iterable(its for _, its, _ in good))
        columns = {name: pa.array([its.get(name, "") for _, its, _ in good], pa.string()) for name in names}
        lines = np.array([number for number, _, _ in good], np.int64)
        yield Batch(lines, columns, broken, some[-1][3], records=[stands for _, _, stands in good])


class Written(str):
    """A line as it stands in a file of JSON."""


def _json(stands: Any) -> str:
    """A record in one line; letters that no file can hold stay escaped."""
    if isinstance(stands, Written):
        return stands
    plain = json.dumps(stands, ensure_ascii=False)
    return plain if _encodes(plain) else json.dumps(stands)


def _encodes(text: str) -> bool:
    """Half a letter of two, which JSON may spell, is none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def flat(record: dict[str, Any]) -> dict[str, str]:
    """A record by the paths to its values: {"name": {"en": "Raqqa"}} is {"name.en": "Raqqa"}."""
    found: dict[str, list[str]] = {}
    waiting: list[tuple[str, Any]] = [(key, value) for key, value in reversed(record.items())]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((f"{path}.{key}", inner) for key, inner in reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend((path, inner) for inner in reversed(value))
        else:
            found.setdefault(path, []).append(_text(value) or "")
    return {path: MANY.join(texts) for path, texts in found.items()}


def _text(value: Any) -> str | None:
    if value is None or value != value:
        return None
    if isinstance(value, list | tuple):
        return MANY.join(_text(one) or "" for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)

"""Fact files in columns: one Parquet file with a row for each claim, and one for each source.

A row with a `predicate` is a claim: its arguments `a1`, `a2`, ... as they would be written in a text, the first and
the last day on which it may start (`from_first`, `from_last`) and end (`to_first`, `to_last`), the name of its
`source`, whom it repeats there (`cited_via`), the names of its assumptions (`assuming`), the `line` that it was made
from, its `locator` and its `quote`. A row without a predicate declares the source that it names, or the assumption,
whose text is its `quote`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reasoner.diagnostic import Diagnostic, Problems, error
from reasoner.evidence.claim_table import UNDATED, ClaimTable, spoken
from reasoner.evidence.claims import TableFile
from reasoner.evidence.columns import identify
from reasoner.syntax.load import CASES, shown
from reasoner.syntax.tree import Assumption, Citation, Program, Source
from reasoner.syntax.write import write as write_statement
from reasoner.term import Quoted, Value
from reasoner.text import Text
from reasoner.when import Date

if TYPE_CHECKING:
    from reasoner.evidence.columns import Ints

SUFFIX = ".parquet"
EPOCH = 719_163  # 1970-01-01, from which Arrow counts, as a day of ours
DAYS = ("from_first", "from_last", "to_first", "to_last")
ABOUT = ("publisher", "title", "url", "via", "reliability")
WORD = ("source", "cited_via", "assuming")
_FORMAT, _TABLE = b"reasoner.facts", b"reasoner.table"
_ROWS = 1 << 17  # in a group, so that a reader may take them one by one


def arrow(problems: list[Diagnostic]) -> Any:
    """The library that reads and writes tables, None with a message where it is not installed."""
    try:
        import pyarrow
    except ImportError:
        problems.append(
            error("R541", "tables need pyarrow, which is not installed", help="install it: pip install pyarrow")
        )
        return None
    return pyarrow


def split(paths: Iterable[Path | str]) -> tuple[list[Path | str], list[Path]]:
    """Paths of texts, and the fact files in columns: those that are named, and those in folders that are."""
    texts: list[Path | str] = []
    columns: dict[Path, Path] = {}
    for path in paths:
        given = Path(path)
        if given.suffix.lower() == SUFFIX and not given.is_dir():
            columns.setdefault(given.resolve(), given)
            continue
        inside = sorted(p for p in given.rglob(f"*{SUFFIX}") if _visible(p, given)) if given.is_dir() else []
        columns.update({one.resolve(): one for one in inside})
        if not inside or any(_visible(p, given) for p in given.rglob("*.dl")):
            texts.append(path)
    return texts, list(columns.values())


def _visible(path: Path, folder: Path) -> bool:
    inside = path.relative_to(folder).parts
    return path.is_file() and CASES not in inside and not any(part.startswith(".") for part in inside)


# ---------------------------------------------------------------- reading


def read(path: Path, problems: list[Diagnostic]) -> TableFile | None:
    """A fact file, None with a message where it cannot be read."""
    name, pa = shown(path), arrow(problems)
    if pa is None:
        return None
    from pyarrow import parquet

    try:
        if not path.exists():
            problems.append(error("R511", f"there is no file or folder {name}"))
            return None
        if _FORMAT not in (parquet.read_schema(path).metadata or {}):
            remedy = f"make facts of it: reasoner import {name} --mapping NAME --out facts.parquet"
            problems.append(error("R543", f"{name} is a table, not a fact file", help=remedy))
            return None
        return read_from(name, path)
    except (OSError, ValueError, KeyError, pa.ArrowException) as reason:
        first = str(reason).splitlines()[0] if str(reason) else type(reason).__name__
        problems.append(error("R543", f"{name} is damaged: {first}", help="import the table again"))
        return None


def read_from(name: str, source: Path | BytesIO) -> TableFile:
    """A fact file that is one, under a name for messages. Raises what Arrow raises where it is damaged."""
    import numpy as np
    import pyarrow.compute as pc
    from pyarrow import parquet

    width = len([c for c in parquet.read_schema(source).names if re.fullmatch(r"a\d+", c)])
    words = ["predicate", *WORD, *(f"a{n}" for n in range(1, width + 1))]
    table = parquet.read_table(source, read_dictionary=words)
    text, made_of = Text(name, ""), table.schema.metadata.get(_TABLE, b"").decode() or name
    rows = table.filter(pc.is_null(table["predicate"]))
    said = zip(*(_days(rows[day]).tolist() for day in DAYS[:2]), strict=True)
    about = (rows[key].to_pylist() for key in ("source", *ABOUT, "assuming", "quote"))
    at = text.span(0, 0)
    statements = tuple(
        Source(name, publisher, title, url, None if day[0] == UNDATED else Date(*day), via, grade, origin=at)
        if name
        else Assumption(assumed, quote or "", origin=at)
        for name, publisher, title, url, via, grade, assumed, quote, day in zip(*about, said, strict=True)
    )
    sources = {one.name: one for one in statements if isinstance(one, Source)}
    facts = table.filter(pc.is_valid(table["predicate"]))
    predicates, of = _coded(facts["predicate"])
    order = np.argsort(of, kind="stable")
    ends = np.searchsorted(of[order], np.arange(len(predicates) + 1))
    tables = tuple(
        _table(made_of, predicate, facts.take(order[ends[n] : ends[n + 1]]), sources)
        for n, predicate in enumerate(predicates)
    )
    return TableFile(text, statements, tables=tables)


def _table(file: str, predicate: str, rows: Any, sources: Mapping[str, Source]) -> ClaimTable:
    import numpy as np

    places = sorted((c for c in rows.column_names if re.fullmatch(r"a\d+", c)), key=lambda c: int(c[1:]))
    columns = [decoded(rows[c]) for c in places if rows[c].null_count < len(rows)]
    cited = [_coded(rows[key]) for key in WORD]
    _, first, word = np.unique(identify([codes + 1 for _, codes in cited]), return_index=True, return_inverse=True)
    of_words = ([texts[n] if n >= 0 else None for n in codes[first].tolist()] for texts, codes in cited)
    words = [
        Citation(source, via, None, None, tuple((its or "").split()))
        for source, via, its in zip(*of_words, strict=True)
    ]
    return ClaimTable(
        file,
        predicate,
        tuple(values for values, _ in columns),
        tuple(codes for _, codes in columns),
        np.stack([_days(rows[day]) for day in DAYS]),
        tuple(words),
        spoken(words, sources),
        word,
        rows["line"].to_numpy().astype(np.int64),
        rows["locator"],
        rows["quote"],
    )


def _coded(column: Any) -> tuple[list[str], Ints]:
    """The different texts of a column, and the number of one of them for each row, -1 where there is none."""
    import numpy as np
    import pyarrow as pa

    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.unify_dictionaries().chunks) if whole.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    used, new = np.unique(codes, return_inverse=True)
    missing = int(len(used) > 0 and used[0] == -1)
    return whole.dictionary.take(pa.array(used[missing:])).to_pylist(), new.astype(np.int64) - missing


def _days(column: Any) -> Ints:
    import numpy as np
    import pyarrow as pa

    days = column.cast(pa.int32()).cast(pa.int64()).fill_null(UNDATED - EPOCH)
    found: Ints = days.to_numpy().astype(np.int64) + EPOCH
    return found


def value_of(text: str) -> Value:
    """A value from what a text would say."""
    if text.startswith('"'):
        return Quoted(re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], text[1:-1], flags=re.DOTALL))
    if re.fullmatch(r"[a-z][A-Za-z0-9_]*", text):
        return text
    return float(text) if "." in text else int(text)


# ---------------------------------------------------------------- writing


def write(path: Path, declared: Sequence[Source | Assumption], tables: Iterable[ClaimTable]) -> None:
    """A fact file, whole or not at all."""
    with whole(path) as part:
        write_to(part, declared, tables)


def write_to(sink: Path | BytesIO, declared: Sequence[Source | Assumption], tables: Iterable[ClaimTable]) -> None:
    """The same to a file that is open, or that nobody else knows yet."""
    from pyarrow import parquet

    every = list(tables)
    schema = _schema(max((len(table.codes) for table in every), default=0), every[0].file if every else "")
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for rows in (_declared(declared, schema), *(_rows(table, schema) for table in every)):
            writer.write_table(rows, row_group_size=_ROWS)


def write_text(path: Path, declared: Sequence[Source | Assumption], tables: Iterable[ClaimTable]) -> None:
    """The same facts as a text, whole or not at all."""
    with whole(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{write_statement(one)}\n" for one in declared)
        for table in tables:
            file.writelines(f"{write_statement(table.fact(n))}\n" for n in range(table.size))


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file whole or not at all: another path to write to, which becomes this one when all is written.

    Raises Problems: R517.
    """
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    except OSError as reason:
        message = f"{shown(path)} cannot be written: {reason.strerror}"
        raise Problems([error("R517", message, help="name a file in a folder that is there")]) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _schema(width: int, table: str) -> Any:
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    names = ["predicate", *(f"a{n}" for n in range(1, width + 1)), *WORD]
    return pa.schema(
        [
            *((name, words) for name in names),
            *((day, pa.date32()) for day in DAYS),
            ("line", pa.int64()),
            *((name, pa.string()) for name in ("locator", "quote", *ABOUT)),
        ],
        metadata={_FORMAT: b"1", _TABLE: table.encode()},
    )


def _declared(declared: Sequence[Source | Assumption], schema: Any) -> Any:
    import pyarrow as pa

    said = [_said(one) for one in declared]
    columns = [pa.array([one.get(f.name) for one in said], _plain(f.type)).cast(f.type) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _said(one: Source | Assumption) -> dict[str, str | int | None]:
    """What a declaration says, by column."""
    if isinstance(one, Assumption):
        return {"assuming": one.name, "quote": one.text}
    dates = {day: getattr(one.date, day[5:]) - EPOCH for day in DAYS[:2]} if one.date else {}
    return {"source": one.name, **dates, **{key: getattr(one, key) for key in ABOUT}}


def _plain(type: Any) -> Any:
    import pyarrow as pa

    return pa.string() if pa.types.is_dictionary(type) else pa.int32() if pa.types.is_date32(type) else type


def _rows(table: ClaimTable, schema: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    whole: dict[str, Any] = {
        "predicate": pa.DictionaryArray.from_arrays(pa.array(np.zeros(table.size, np.int32)), [table.predicate]),
        "line": pa.array(table.lines),
        "locator": table.locators,
        "quote": table.quotes,
    }
    used, word = np.unique(table.word, return_inverse=True)
    words = [table.words[n] for n in used.tolist()]
    said = ([w.source for w in words], [w.via for w in words], [" ".join(w.assuming) or None for w in words])
    for key, texts in zip(WORD, said, strict=True):
        numbers = {text: n for n, text in enumerate(text for text in dict.fromkeys(texts) if text is not None)}
        whole[key] = _words(np.array([numbers.get(text or "", -1) for text in texts], np.int64)[word], list(numbers))
    for n, (domain, codes) in enumerate(zip(table.domains, table.codes, strict=True), 1):
        whole[f"a{n}"] = coded(domain, codes)
    for day, its in zip(DAYS, table.dates, strict=True):
        bare = its == UNDATED
        whole[day] = pa.array(np.where(bare, 0, its - EPOCH).astype(np.int32), mask=bare).cast(pa.date32())
    return pa.Table.from_arrays([whole.get(f.name, pa.nulls(table.size, f.type)) for f in schema], schema=schema)


def _words(codes: Ints, words: Sequence[str]) -> Any:
    import numpy as np
    import pyarrow as pa

    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def coded(domain: Sequence[Value], codes: Ints) -> Any:
    """A column of values as Arrow has it, each value as a text would say it."""
    return _words(codes, [_written(value) for value in domain])


def decoded(column: Any) -> tuple[list[Value], Ints]:
    """The different values of such a column, and the number of one of them for each row."""
    texts, codes = _coded(column)
    return [value_of(text) for text in texts], codes


def _written(value: Value) -> str:
    return f"{value:f}" if isinstance(value, float) and "e" in repr(value) else str(value)


def files(paths: Iterable[Path], problems: list[Diagnostic], program: Program) -> Iterator[TableFile]:
    """The fact files that can be read. What texts or other tables declare they do not declare again."""
    known: set[Source | Assumption | str] = {*(source.name for source in program.of(Source)), *program.of(Assumption)}
    for path in paths:
        if (file := read(path, problems)) is not None:
            new = tuple(s for s in file.statements if isinstance(s, Source | Assumption) and not _known(s, known))
            known.update(s.name if isinstance(s, Source) else s for s in new)
            yield replace(file, statements=new)


def _known(one: Source | Assumption, known: Collection[Source | Assumption | str]) -> bool:
    return one in known if isinstance(one, Assumption) else not one.date and one.name in known

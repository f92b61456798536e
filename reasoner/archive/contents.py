"""What an archive holds: the files of a program, their facts as columns, and what follows from them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reasoner.archive.ledger import Ledger
from reasoner.engine.tables.rows import Rows
from reasoner.evidence import fact_file
from reasoner.evidence.claim import known_sources
from reasoner.evidence.claim_table import spoken
from reasoner.evidence.claims import TableFile
from reasoner.evidence.columns import Columns
from reasoner.evidence.tabulation import is_row, tabulated
from reasoner.syntax.load import shown
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Assumption, Fact, File, Program, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row
from reasoner.text import Span, Text
from reasoner.when import Days, Truth

if TYPE_CHECKING:
    from reasoner.diagnostic import Diagnostic
    from reasoner.evidence.columns import Spans

# ---------------------------------------------------------------- files


def write_file(file: File, vocabulary: Vocabulary, ledger: Ledger) -> dict[str, Any]:
    """A file in two parts: the text of what is no fact, each statement where it stood, and the facts as columns."""
    tables = (*(file.tables if isinstance(file, TableFile) else ()), *tabulated(file, vocabulary))
    declared = [s for s in file.statements if isinstance(s, Source | Assumption) and s.origin.text is not file.text]
    kept = [s.origin for s in file.statements if s.origin.text is file.text and not (isinstance(s, Fact) and is_row(s))]
    text = "".join(_blanked(file.text.content, [*kept, *file.comments]))
    told: dict[str, Any] = {"name": file.text.name}
    if text.strip():
        told["text"] = ledger.keep(text.encode(), ".dl")
    if tables or declared:
        held = io.BytesIO()
        fact_file.write_to(held, declared, tables)
        told["facts"] = ledger.keep(held.getvalue(), ".parquet")
    return told


def read_files(told: Iterable[Mapping[str, Any]], ledger: Ledger, problems: list[Diagnostic]) -> Program:
    """The files again. Their facts stand on the lines on which they were written."""
    program = Program(tuple(_read_file(one, ledger, problems) for one in told))
    sources = known_sources(program)  # which may be declared in another file
    return Program(tuple(_dated(file, sources) for file in program.files))


def _read_file(told: Mapping[str, Any], ledger: Ledger, problems: list[Diagnostic]) -> File:
    text = Text(told["name"], ledger.read(told["text"]).decode() if "text" in told else "")
    file = parse(text, problems)
    if "facts" not in told:
        return file
    facts = fact_file.read_from(text.name, io.BytesIO(ledger.read(told["facts"])))
    return TableFile(text, (*facts.statements, *file.statements), tables=facts.tables)


def _dated(file: File, sources: Mapping[str, Source]) -> File:
    if not isinstance(file, TableFile):
        return file
    return replace(file, tables=tuple(replace(t, said=spoken(t.words, sources)) for t in file.tables))


def _blanked(content: str, kept: list[Span]) -> Iterator[str]:
    """A text in which only some stretches are left, each where it stood."""
    done = 0
    for span in sorted(kept, key=lambda span: span.start):
        if span.start >= done:  # else it is a comment inside a statement
            yield "".join(c if c == "\n" else " " for c in content[done : span.start])
            yield content[span.start : span.end]
            done = span.end


# ---------------------------------------------------------------- what follows

_CERTAIN, _POSSIBLE, _WINDOW = 1, 2, 4


def write_rows(rows: Rows, ledger: Ledger) -> str:
    """The rows of a derived predicate, a line for each span: the sets that it is in, its first day and its end."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    columns = rows.columns()
    values = zip(columns.domains, columns.codes, strict=True)
    whole = {f"a{n}": fact_file.coded(domain, codes) for n, (domain, codes) in enumerate(values, 1)}
    if columns.certain is not None:
        kinds = ((_CERTAIN, columns.certain), (_POSSIBLE, columns.possible), (_WINDOW, columns.windows))
        spans = [(kind, *its[1:]) for kind, its in kinds if its is not None]
        if len(spans) == 1:
            spans = [(_CERTAIN | _POSSIBLE, *spans[0][1:])]
        whole["sets"] = pa.array(np.concatenate([np.full(len(start), kind, np.int8) for kind, start, _ in spans]))
        whole["start"] = pa.array(np.concatenate([start for _, start, _ in spans]))
        whole["end"] = pa.array(np.concatenate([end for _, _, end in spans]))
    held = io.BytesIO()
    parquet.write_table(pa.table(whole), held, compression="zstd")
    return ledger.keep(held.getvalue(), ".parquet")


def read_rows(part: str, ledger: Ledger) -> Mapping[Row, Truth]:
    """The rows again."""
    import numpy as np
    from pyarrow import parquet

    remedy = f"evaluate it anew: reasoner archive rebuild {shown(ledger.folder)}"
    table = parquet.read_table(io.BytesIO(ledger.read(part, remedy)))
    words = [name for name in table.column_names if name.startswith("a")]
    found = [fact_file.decoded(table[name]) for name in words]
    domains, codes = tuple(values for values, _ in found), tuple(its for _, its in found)
    if "sets" not in table.column_names:
        return Columns(domains, codes)
    sets, start, end = (table[name].to_numpy() for name in ("sets", "start", "end"))

    def spans(kind: int) -> Spans:
        lines = np.flatnonzero(sets & kind)
        return lines, start[lines], end[lines]

    exact = (sets == _CERTAIN | _POSSIBLE).all()
    windows = spans(_WINDOW) if (sets == _WINDOW).any() else None
    if words:
        return Columns(domains, codes, spans(_CERTAIN), None if exact else spans(_POSSIBLE), windows)
    # Without arguments there is one row.
    sure, may, some = (
        list(zip(*(its[sets & kind > 0].tolist() for its in (start, end)), strict=True))
        for kind in (_CERTAIN, _POSSIBLE, _WINDOW)
    )
    return {(): Truth(Days.of(sure), Days.of(may), tuple((first, last - 1) for first, last in some))}


class Kept(Mapping[str, Mapping[Row, Truth]]):
    """What is derived, by predicate, read when it is first looked at."""

    def __init__(self, parts: Mapping[str, str], ledger: Ledger) -> None:
        self._parts, self._ledger = parts, ledger
        self._read: dict[str, Mapping[Row, Truth]] = {}

    def __getitem__(self, predicate: str) -> Mapping[Row, Truth]:
        if predicate not in self._read:
            self._read[predicate] = read_rows(self._parts[predicate], self._ledger)
        return self._read[predicate]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

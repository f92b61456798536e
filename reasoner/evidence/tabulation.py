"""Facts that were written one by one, as columns: every claim stays what it was, with its words and its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.evidence.claim import bare, cited, known_sources, timing
from reasoner.evidence.claim_table import UNDATED, ClaimTable, spoken
from reasoner.evidence.columns import numbered
from reasoner.syntax.tree import Citation, Fact, File, Program, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Constant, Row
from reasoner.when import Date, When

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


Written = tuple[Row, When | None, Citation, int]  # a row, its own time, whose word it is, and its line


def tabulated(file: File, vocabulary: Vocabulary) -> tuple[ClaimTable, ...]:
    """The facts of a checked file that have arguments, in tables by predicate, each in the order of the file."""
    found: dict[tuple[str, int], list[Written]] = {}
    for fact, nearest in cited(Program((file,))):
        if is_row(fact):
            atom = vocabulary.positional(bare(fact, vocabulary))
            row = tuple(term.value for term in atom.terms if isinstance(term, Constant))
            _, when = timing(fact, vocabulary)
            line = fact.origin.line if fact.origin else 0
            found.setdefault((atom.predicate, len(row)), []).append((row, when, _named(fact.citation, nearest), line))
    sources = known_sources(vocabulary.program)
    return tuple(_table(file.text.name, predicate, rows, sources) for (predicate, _), rows in found.items())


def is_row(fact: Fact) -> bool:
    """Whether a fact can stand in a table, which has a column at least."""
    return bool(fact.atom.terms)


def _named(citation: Citation, nearest: str | None) -> Citation:
    return Citation(citation.source or nearest, citation.via, citation.locator, citation.text, citation.assuming)


def _table(file: str, predicate: str, written: Sequence[Written], sources: Mapping[str, Source]) -> ClaimTable:
    import numpy as np
    import pyarrow as pa

    rows, whens, citations, lines = zip(*written, strict=True)
    domains, codes = zip(*map(numbered, zip(*rows, strict=True)), strict=True)
    words, word = numbered(Citation(c.source, c.via, assuming=c.assuming) for c in citations)
    dates = [(*_days(when.start), *_days(when.end)) if when else (UNDATED,) * 4 for when in whens]
    return ClaimTable(
        file,
        predicate,
        domains,
        codes,
        np.array(dates, np.int64).T,
        tuple(words),
        spoken(words, sources),
        word,
        np.array(lines, np.int64),
        pa.chunked_array([pa.array([c.locator for c in citations], pa.string())]),
        pa.chunked_array([pa.array([c.text for c in citations], pa.string())]),
    )


def _days(date: Date | None) -> tuple[int, int]:
    return (date.first, date.last) if date else (UNDATED, UNDATED)

"""Facts that come as columns keep the same laws as those that are written, each looked at once for all rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reasoner.check.places import also, count
from reasoner.diagnostic import Diagnostic, did_you_mean, error, warning
from reasoner.evidence.claims import tables_of
from reasoner.syntax.tree import Kind
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Value
from reasoner.text import Span, Text

if TYPE_CHECKING:
    from reasoner.evidence.claim_table import ClaimTable


def wrong_tables(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R201, R202, R403 to R406 and R409 for tables: known predicates, all arguments, the dates that the kind takes."""
    for table in tables_of(vocabulary.program):
        declaration = vocabulary.declarations.get(table.predicate)
        at = Text(table.file, "").span(0, 0)
        if declaration is None:
            remedy = did_you_mean(table.predicate, vocabulary.declarations) or "declare it: load the rules that do"
            facts = count(table.size, "fact")
            yield error("R201", f"there is no predicate `{table.predicate}`", at, f"{facts} of it", help=remedy)
        elif len(declaration.parameters) != len(table.codes):
            has, takes = count(len(table.codes), "argument"), len(declaration.parameters)
            found = error("R202", f"`{table.predicate}` has {has} in this table, and takes {takes}", at,
                          help="import the table again by the rules that are there now")  # fmt: skip
            yield also(found, declaration.name_origin, "declared here")
        elif table.size:
            yield from _wrong_dates(table, declaration.kind)
            if (bare := ~table.cited).any():
                yield _some("R409", table, declaration.kind, bare, "cite no source", "name one in the mapping")


def _wrong_dates(table: ClaimTable, kind: Kind) -> Iterator[Diagnostic]:
    from reasoner.evidence.claim_table import UNDATED

    begun, _, _, ended = table.dates
    dated = (begun != UNDATED) | (ended != UNDATED)
    if kind == "fixed":
        if dated.any():
            yield _some("R404", table, kind, dated, "have a date, but are fixed", "leave the date out")
        return
    said = table.said[1][table.word]
    undated = (table.dated(kind) == UNDATED).all(axis=0)
    if kind == "event" and undated.any():
        yield _some("R403", table, kind, undated, "have no date, nor has their source", "give one of them a date")
    half = (begun == UNDATED) & (ended != UNDATED)
    if kind == "event" and half.any():
        yield _some("R405", table, kind, half, "lack the first end of their range", "an event needs both ends")
    late = (begun != UNDATED) & (said != UNDATED) & (begun > said)
    if late.any():
        yield _some("R406", table, kind, late, "are dated after their source", "correct one of the dates")


def _some(code: str, table: ClaimTable, kind: Kind, rows: Any, wrong: str, remedy: str) -> Diagnostic:
    """One message for all the rows of a table that break a law; it shows the first."""
    message = f"{count(int(rows.sum()), 'fact')} of `{table.predicate}` in this table {wrong}"
    said = warning if code == "R409" else error
    return said(code, message, table.span(int(rows.argmax()), kind), "the first of them", help=remedy)


def typed_values(vocabulary: Vocabulary) -> Iterator[tuple[str, Value, Span | None]]:
    """The different values that tables have in arguments of a declared type; where it is a list, with a place."""
    for table in tables_of(vocabulary.program):
        declaration = vocabulary.declarations.get(table.predicate)
        if declaration is None or len(declaration.parameters) != len(table.codes):
            continue
        for place, parameter in enumerate(declaration.parameters):
            listed = vocabulary.types.get(parameter.type) if parameter.type else None
            for value in table.values(place) if parameter.type else ():
                at = None
                if listed is not None and value not in listed:
                    pattern = [None] * place + [value] + [None] * (len(table.codes) - place - 1)
                    at = table.span(int(table.matching(pattern)[0]), declaration.kind)
                yield str(parameter.type), value, at

"""What is exported, in one shape for all formats: typed columns, rows, and the places that rows are about."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from reasoner.evidence.claim import Claim
from reasoner.query.answers import Answer, Answers
from reasoner.query.atlas import Link, Spell, Spot
from reasoner.render import json as as_json
from reasoner.render.text import TextRenderer
from reasoner.term import Quoted, Value
from reasoner.when import Day, Interval, day_or_none

Kind = Literal["text", "integer", "number", "truth", "date", "citations", "texts", "windows"]
Cell = object  # None, str, int, float, bool, datetime.date, or a list of what JSON has

BETWEEN = "; "  # several values in one cell, such as the holders of a contested place


@dataclass(frozen=True)
class Column:
    """A name, which no other column has in any case, and what its cells are."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    """Columns and rows. The first column is the key: no two rows have the same."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def records(self) -> Iterable[dict[str, Cell]]:
        """Each row by the names of its columns."""
        names = [column.name for column in self.columns]
        return (dict(zip(names, row, strict=True)) for row in self.rows)


@dataclass(frozen=True)
class Export:
    """A table, with the constants that each row is about, and all places that these and the links name.

    `links` are routes and neighbours, where the situation is exported; `over_time` says that rows are spells.
    """

    name: str
    table: Table
    subjects: tuple[tuple[str, ...], ...]
    spots: Mapping[str, Spot]
    links: Table = field(default_factory=lambda: Table(LINKS, ()))
    over_time: bool = False


RUN: tuple[Column, ...] = (
    Column("sure", "truth"),
    Column("certain_start", "date"),
    Column("certain_end", "date"),
    Column("possible_start", "date"),
    Column("possible_end", "date"),
)
PLACED: tuple[Column, ...] = (Column("latitude", "number"), Column("longitude", "number"))
WORD: tuple[Column, ...] = (Column("citations", "citations"), Column("assumptions", "texts"))
LINKS: tuple[Column, ...] = (
    Column("link", "text"),
    Column("kind", "text"),
    Column("from_place", "text"),
    Column("to_place", "text"),
    Column("mode", "text"),
    Column("side", "text"),
    Column("status", "text"),
    *WORD,
)


CAST: Mapping[Kind, Callable[[Any], Cell]] = {"text": str, "integer": int, "number": float}


# ---------------------------------------------------------------- the answers to a query


def of_answers(answers: Answers, renderer: TextRenderer, spots: Mapping[str, Spot]) -> Export:
    """A row for each run of days on which an answer holds, closed-open; no date is since ever, or still.

    A run that is certain on some days has a row for each certain part; of one that is only possible `sure` is false.
    """
    asked = [name for name, _ in answers.answers[0].bindings] if answers.answers else []
    bound = [[as_json.plain(value) for _, value in one.bindings] for one in answers]
    kinds = [_kind(column) for column in zip(*bound, strict=True)] or ["text"] * len(asked)
    first = (Column("row", "text"), Column("answer", "integer"), Column("atom", "text"), Column("sentence", "text"))
    last = (*PLACED, *RUN, Column("windows", "windows"), Column("origin", "text"), *WORD)
    columns = (*first, *_beside((*first, *last), map(Column, asked, kinds)), *last)
    rows, subjects = [], []
    for one, values in zip(answers, bound, strict=True):
        about = tuple(dict.fromkeys(value for value in one.row if isinstance(value, str)))
        spot = next((spots[n] for n in about if n in spots and spots[n].latitude is not None), Spot("", ""))
        said = renderer.sentence(one.predicate, one.row) if "#" not in one.predicate else one.atom
        given = [CAST[kind](value) for value, kind in zip(values, kinds, strict=True)]
        windows = [{"first": day_or_none(a), "last": day_or_none(b)} for a, b in one.truth.windows]
        for n, run in enumerate(_runs(one), 1):
            rows.append((
                f"{one.id}.{n}", one.id, one.atom, said, *given, spot.latitude, spot.longitude, *run, windows,
                one.origin, cited(one.claims), list(one.assumptions),
            ))  # fmt: skip
            subjects.append(about)
    named = {name: spots[name] for about in subjects for name in about if name in spots}
    return Export("answers", Table(columns, tuple(rows)), tuple(subjects), named)


def _runs(one: Answer) -> Iterable[tuple[Cell, ...]]:
    for possible in one.truth.possible:
        inside = [sure for sure in one.truth.certain if possible[0] <= sure[0] and sure[1] <= possible[1]]
        for sure in inside:
            yield True, *_ends(sure), *_ends(possible)
        if not inside:
            yield False, None, None, *_ends(possible)


def _kind(values: Sequence[object]) -> Kind:
    if all(isinstance(value, int) for value in values):
        return "integer"
    return "number" if all(isinstance(value, int | float) for value in values) else "text"


# ---------------------------------------------------------------- the situation


def of_situation(spells: Iterable[Spell], links: Iterable[Link], spots: Mapping[str, Spot], over_time: bool) -> Export:
    """A row for each place on a day, or for each spell of it, closed-open; and its routes and neighbours."""
    spells = tuple(spells)
    first = spells[0] if spells else Spell("", (0, 1), (), ())
    own = (
        Column("row", "text"), Column("place", "text"), Column("name", "text"), *PLACED,
        Column("start", "date"), Column("end", "date"),
        *(Column(name, "text") for column, _, _ in first.values for name in (column, f"possible_{column}")),
    )  # fmt: skip
    columns = (*own, *_beside((*own, *WORD), (Column(name, "text") for name, _ in first.flags)), *WORD)
    rows = []
    for one in spells:
        spot = spots[one.place]
        ends = _ends(one.days)
        told = (BETWEEN.join(map(_plain, its)) or None for _, sure, may in one.values for its in (sure, may))
        key = f"{one.place}@{ends[0] or ''}" if over_time else one.place
        rows.append((
            key, one.place, spot.name, spot.latitude, spot.longitude, *ends, *told, *(said for _, said in one.flags),
            cited(one.claims), list(one.assumptions),
        ))  # fmt: skip
    linked = tuple(
        (
            one.id, one.kind, one.start, one.end, one.mode if one.kind == "route" else None,
            None if one.kind == "route" else one.mode, one.status or None, cited(one.claims), list(one.assumptions),
        )
        for one in links
    )  # fmt: skip
    table = Table(columns, tuple(rows))
    return Export("situation", table, tuple((one.place,) for one in spells), spots, Table(LINKS, linked), over_time)


# ---------------------------------------------------------------- cells


def cited(claims: Iterable[Claim]) -> list[dict[str, str | None]]:
    """Source, place in it and words, each once."""
    found: dict[tuple[str, str | None, str | None], None] = {}
    for one in claims:
        if one.evidence:
            found.setdefault((one.evidence.source, one.evidence.locator, one.evidence.quote))
    return [{"source": source, "locator": locator, "quote": quote} for source, locator, quote in found]


def _ends(days: Interval) -> tuple[datetime.date | None, datetime.date | None]:
    return _date(days[0]), _date(days[1])


def _date(day: Day) -> datetime.date | None:
    return datetime.date.fromordinal(day) if 1 <= day <= datetime.date.max.toordinal() else None


def _plain(value: Value) -> str:
    return value.text if isinstance(value, Quoted) else str(value)


def _beside(own: Iterable[Column], named: Iterable[Column]) -> tuple[Column, ...]:
    """Columns that others name, told apart from ours whatever the case, as databases need: `Row` is `Row_`."""
    seen = {column.name.lower() for column in own}
    found = []
    for one in named:
        name = one.name
        while name.lower() in seen:
            name += "_"
        seen.add(name.lower())
        found.append(Column(name, one.kind))
    return tuple(found)


def text_of(cell: Cell) -> str | None:
    """A cell as text: dates as ISO 8601 has them, true and false, lists as JSON; None where there is nothing."""
    match cell:
        case None:
            return None
        case bool():
            return "true" if cell else "false"
        case datetime.date():
            return cell.isoformat()
        case list():
            return json.dumps(cell, ensure_ascii=False)
    return str(cell)

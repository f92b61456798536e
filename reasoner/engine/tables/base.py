"""Facts as tables: made once for a store, for every plan that is evaluated over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from reasoner.engine.tables.change import of_keys, rearranged, replaced
from reasoner.engine.tables.codes import Codes, Ints
from reasoner.engine.tables.index import different
from reasoner.engine.tables.layout import Space
from reasoner.engine.tables.rows import Rows
from reasoner.engine.tables.sets import Sets
from reasoner.engine.tables.table import Table, coalesce, narrowest
from reasoner.evidence.columns import Columns, of_rows
from reasoner.evidence.store import Store
from reasoner.term import Row, Value
from reasoner.when import FUTURE, PAST, Day, Interval, Truth

if TYPE_CHECKING:
    from reasoner.evidence.columns import Spans

MARGIN = 1_000  # days before and after those of the facts that are kept free, for facts to come


@dataclass(frozen=True, eq=False)
class Base:
    """The facts of a store: their codes, the space of their layouts, and a table for each predicate."""

    codes: Codes
    space: Space
    margin: int
    facts: Mapping[str, Sets]


Changes = Mapping[str, tuple[Sets, Sets]]

_BASES: WeakKeyDictionary[Store, Base] = WeakKeyDictionary()


def base(store: Store, margin: int, named: Sequence[Day] = ()) -> Base:
    """The facts of a store as tables, with room for `margin` days before and after them and some named days."""
    known = _BASES.get(store)
    if known is None or known.margin < margin or not all(known.space.holds(day, margin) for day in named):
        known = _BASES[store] = _loaded(store, margin + MARGIN, named)
    return known


def moved(known: Base, store: Store, rows: Mapping[str, Iterable[Row]]) -> tuple[Base, Changes]:
    """The facts of another store, in which some rows differ; and these rows, as they were and as they are.

    Where these rows have days at the edges of the calendar, the base that comes has a smaller margin.
    """
    facts, changes, margin = dict(known.facts), {}, known.margin
    stated = {name: store.facts.get(name, {}) for name in rows}
    read = {name: _read({row: stated[name].get(row, Truth()) for row in its}) for name, its in rows.items()}
    if days := _first_and_last(read.values()):
        margin = min(margin, days[0] - known.space.origin - 1, known.space.origin + known.space.still - 1 - days[1])
    for name, one in read.items():
        old = facts.get(name)
        columns = [known.codes.encode(column.values)[column.places] for column in one.columns]
        new, key = _sets(one, columns, known.space, old.layout.bits if old is not None else ())
        old = rearranged(old, new.layout) if old is not None else Sets.empty(new.layout)
        keys = different(key, new.layout.size)
        facts[name], changes[name] = replaced(old, keys, new), (of_keys(old, keys), new)
    _BASES[store] = Base(known.codes, known.space, margin, facts)
    return _BASES[store], changes


def tabled(rows: Mapping[Row, Truth], known: Base) -> Sets:
    """Rows of one predicate that are no facts of the store, as a table among its facts."""
    read = _read(rows)
    return _sets(read, [known.codes.encode(one.values)[one.places] for one in read.columns], known.space)[0]


@dataclass(frozen=True, eq=False)
class _Read:
    """The rows of a predicate as read: their columns, and spans as (row, start, end); None: each on every day."""

    columns: tuple[_Column, ...]
    count: int
    certain: Spans | None = None
    possible: Spans | None = None
    windows: Spans | None = None


@dataclass(frozen=True, eq=False)
class _Column:
    """A column as read: its different values, and the number of one of them for each row."""

    values: list[Value]
    places: Ints


def _loaded(store: Store, margin: int, named: Sequence[Day]) -> Base:
    read = {name: _read(rows) for name, rows in store.facts.items() if rows}
    codes = Codes()
    # Columns with few values come first: their codes are small, and so are the rows that hold them.
    columns = [column for one in read.values() for column in one.columns]
    coded = {id(c): codes.encode(c.values) for c in sorted(columns, key=lambda column: len(column.values))}
    days = [*(_first_and_last(read.values()) or ()), *named]
    space = Space(min(days, default=0) - margin, max(days, default=0) + margin)
    rows = {name: [coded[id(column)][column.places] for column in one.columns] for name, one in read.items()}
    return Base(codes, space, margin, {name: _sets(one, rows[name], space)[0] for name, one in read.items()})


def _read(rows: Mapping[Row, Truth]) -> _Read:
    if isinstance(rows, Rows) and rows.width:
        rows = rows.columns()
    table = rows if isinstance(rows, Columns) else of_rows(rows)
    columns = tuple(_Column(list(v), c) for v, c in zip(table.domains, table.codes, strict=True))
    possible = table.certain if table.possible is None else table.possible
    return _Read(columns, len(rows) if table is not rows else table.size, table.certain, possible, table.windows)


def _first_and_last(read: Iterable[_Read]) -> Interval | None:
    """The first day and the last on which anything changes, if anything does."""
    parts = [days for one in read for spans in (one.certain, one.possible, one.windows) if spans for days in spans[1:]]
    finite = [kept for days in parts if len(kept := days[(days > PAST) & (days < FUTURE)])]
    return (min(int(days.min()) for days in finite), max(int(days.max()) for days in finite)) if finite else None


def _sets(read: _Read, columns: list[Ints], space: Space, least: tuple[int, ...] = ()) -> tuple[Sets, Ints]:
    """The rows in columns of so many bits at least, and the key of each."""
    bits = [bits_of(int(column.max(initial=0))) for column in columns]
    layout = space.layout([*map(max, bits, least)] if least else bits)
    key = layout.pack(columns, read.count)

    def table(spans: Spans | None) -> Table:
        return Table(layout, key) if spans is None else Table(layout, key[spans[0]], spans[1], spans[2])

    certain = coalesce(table(read.certain))
    possible = certain if read.possible is read.certain else coalesce(table(read.possible))
    windows = narrowest(table(read.windows), certain) if read.windows is not None else None
    return Sets(certain, possible, windows).settled(), key


def bits_of(code: int) -> int:
    """The bits of a column whose codes go up to this one; one at least."""
    return max(code.bit_length(), 1)

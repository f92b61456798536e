"""The claims of a program: those of texts one by one, those of tables as columns until somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from operator import is_
from typing import TYPE_CHECKING, overload

from reasoner.evidence import claim as of_texts
from reasoner.evidence.claim import Claim, known_sources
from reasoner.syntax.tree import File, Kind, Program, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row, Value
from reasoner.when import Day

if TYPE_CHECKING:
    from reasoner.evidence.claim_table import ClaimTable

Key = tuple[str, Row]


@dataclass(frozen=True)
class TableFile(File):
    """A file whose facts are columns; its statements are their sources."""

    tables: tuple[ClaimTable, ...] = field(default=(), compare=False, repr=False)


def tables_of(program: Program) -> tuple[ClaimTable, ...]:
    """The claims of a program that are columns."""
    return tuple(table for file in program.files if isinstance(file, TableFile) for table in file.tables)


@dataclass(frozen=True, eq=False)
class Claims(Sequence[Claim]):
    """All the claims that count."""

    vocabulary: Vocabulary
    texts: tuple[Claim, ...]
    tables: tuple[ClaimTable, ...] = ()

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Claims:
        """Every fact of a checked program."""
        return cls(vocabulary, tuple(of_texts.claims(vocabulary)), tables_of(vocabulary.program))

    def without(self, dropped: Iterable[str]) -> Claims:
        """The claims that do not rest on the word of these sources, nor on these assumptions."""
        names = frozenset(dropped)
        tables = tuple(table.without(names, self.sources) for table in self.tables)
        return Claims(self.vocabulary, tuple(of_texts.without(self.texts, names)), tables)

    def known_by(self, day: Day) -> Claims:
        """The claims whose source had spoken by that day; a source without a date always has."""
        tables = tuple(table.known_by(day) for table in self.tables)
        return Claims(self.vocabulary, tuple(of_texts.known_by(self.texts, day)), tables)

    def but(self, gone: Iterable[Key]) -> Claims:
        """The claims that state none of these rows. What is supposed stays: supposed again, a fact is dated anew."""
        keys = set(gone)
        texts = tuple(one for one in self.texts if one.supposed or (one.predicate, one.row) not in keys)
        return Claims(self.vocabulary, texts, tuple(_but(table, keys) for table in self.tables))

    def stating(self, predicate: str, row: Row) -> Iterator[Claim]:
        """The claims that state a row."""
        yield from (one for one in self.texts if (one.predicate, one.row) == (predicate, row))
        for table in self.tables:
            yield from self.made(table, table.stating(predicate, row).tolist())

    def constants(self) -> Iterator[tuple[str | None, str]]:
        """The constants of tables, with the type of the argument that they stand in, None where it has none."""
        for table in tables_of(self.vocabulary.program):
            for place, parameter in enumerate(self.vocabulary.parameters(table.predicate)[: len(table.codes)]):
                yield from ((parameter.type, value) for value in table.values(place) if isinstance(value, str))

    def made(self, table: ClaimTable, numbers: Iterable[int]) -> Iterator[Claim]:
        """Some claims of a table."""
        kind = self.kind(table)
        return (table.claim(number, kind, self.sources) for number in numbers)

    def kind(self, table: ClaimTable) -> Kind:
        """The kind of a table's predicate."""
        declaration = self.vocabulary.declarations.get(table.predicate)
        return declaration.kind if declaration else "fixed"

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by name."""
        return known_sources(self.vocabulary.program)

    def __len__(self) -> int:
        return len(self.texts) + sum(table.size for table in self.tables)

    def __iter__(self) -> Iterator[Claim]:
        yield from self.texts
        for table in self.tables:
            yield from self.made(table, range(table.size))

    @overload
    def __getitem__(self, at: int) -> Claim: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Claim, ...]: ...
    def __getitem__(self, at: int | slice) -> Claim | tuple[Claim, ...]:
        if isinstance(at, slice):
            return tuple(self)[at]
        return next(islice(self, range(len(self))[at], None))


def _but(table: ClaimTable, keys: Iterable[Key]) -> ClaimTable:
    import numpy as np

    kept = np.ones(table.size, np.bool_)
    for predicate, row in keys:
        kept[table.stating(predicate, row)] = False
    return table.keep(kept)


def files_without(claims: Claims, name: str) -> tuple[File, ...]:
    """The files without the claims that rest on the word of a source, or on an assumption."""
    texts = frozenset(of_texts.without(claims.texts, [name]))
    gone = [one for one in claims.texts if one not in texts]
    return _files(claims, gone, lambda table: table.without(frozenset([name]), claims.sources))


def files_but(claims: Claims, gone: Key) -> tuple[File, ...]:
    """The files without the claims that state a row."""
    texts = [one for one in claims.texts if (one.predicate, one.row) == gone]
    return _files(claims, texts, lambda table: _but(table, [gone]))


def _files(claims: Claims, gone: Iterable[Claim], left: Callable[[ClaimTable], ClaimTable]) -> tuple[File, ...]:
    """The files of which some claims are gone; those that lose nothing are the same."""
    places = {id(one.origin) for one in gone if one.origin}

    def changed(file: File) -> File:
        if any(id(one.origin) in places for one in file.statements):
            file = replace(file, statements=tuple(s for s in file.statements if id(s.origin) not in places))
        if isinstance(file, TableFile):
            tables = tuple(map(left, file.tables))
            file = file if all(map(is_, tables, file.tables)) else replace(file, tables=tables)
        return file

    return tuple(map(changed, claims.vocabulary.program.files))


class Stated(Mapping[Key, tuple[Claim, ...]]):
    """Who says so, by predicate and row, of texts and of tables."""

    def __init__(self, texts: Mapping[Key, tuple[Claim, ...]], claims: Claims) -> None:
        self.texts, self._claims = texts, claims

    @property
    def tables(self) -> Iterator[tuple[ClaimTable, Kind]]:
        """The claims that are columns, with the kinds of their predicates."""
        return ((table, self._claims.kind(table)) for table in self._claims.tables)

    def __getitem__(self, key: Key) -> tuple[Claim, ...]:
        of_tables = (one for t in self._claims.tables for one in self._claims.made(t, t.stating(*key).tolist()))
        found = (*self.texts.get(key, ()), *of_tables)
        if not found:
            raise KeyError(key)
        return found

    def of(self, predicate: str) -> Iterator[tuple[Row, tuple[Claim, ...]]]:
        """The rows of a predicate."""
        rows = dict.fromkeys(row for name, row in self.texts if name == predicate)
        for table in self._claims.tables:
            if table.predicate == predicate:
                rows.update(dict.fromkeys(table.row(number) for number in range(table.size)))
        return ((row, self[predicate, row]) for row in rows)

    def mentioning(self, names: Iterable[Value]) -> Iterator[tuple[str, Row]]:
        """The rows of tables that have all these values among their arguments."""
        for table in self._claims.tables:
            found = None
            for name in names:
                its = table.mentioning([name])
                found = its if found is None else found & its
            if found is not None:
                yield from dict.fromkeys((table.predicate, table.row(n)) for n in found.nonzero()[0].tolist())

    @cached_property
    def _keys(self) -> dict[Key, None]:
        rows = ((table.predicate, table.row(n)) for table in self._claims.tables for n in range(table.size))
        return dict.fromkeys((*self.texts, *rows))

    def __contains__(self, key: object) -> bool:
        # To ask makes no claims.
        match key:
            case (str(predicate), tuple(row)):
                return key in self.texts or any(len(t.stating(predicate, row)) for t in self._claims.tables)
        return False

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

"""Tables to facts: each row by the templates of a mapping, or refused with its reason; columnar throughout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reasoner.diagnostic import Problems, did_you_mean, error
from reasoner.evidence.aliases import Aliases
from reasoner.evidence.cells import Bad, Dates, Named, read_dates, read_value
from reasoner.evidence.changes import Maps, check
from reasoner.evidence.claim_table import UNDATED, ClaimTable
from reasoner.evidence.columns import identify, numbered
from reasoner.evidence.feeds import Cells, Feed, Read, named
from reasoner.evidence.mapping import Cell, Dating, TableMapping, Template, number
from reasoner.evidence.readers import Batch, batches, line
from reasoner.evidence.rejects import HEAD, refuse
from reasoner.evidence.resolving import Arguments, Resolution, resolve
from reasoner.evidence.sources import Sources
from reasoner.evidence.zones import Zones
from reasoner.syntax.load import Progress, shown
from reasoner.syntax.tree import Citation, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Quoted, Value

if TYPE_CHECKING:
    import numpy.typing as npt

    from reasoner.evidence.columns import Ints

    Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Report:
    """What became of the rows of a table: each is accepted or rejected. `repeated` citations count once.

    Where changes are told, `unchanged` reports say nothing new, and so many times nothing is said of what has `left`.
    """

    rows: int
    accepted: int
    rejected: Mapping[str, int]
    facts: Mapping[str, int]
    repeated: int
    unchanged: int
    left: int


@dataclass(frozen=True, eq=False)
class Imported:
    """The facts of a table, with their sources."""

    sources: tuple[Source, ...]
    tables: tuple[ClaimTable, ...]
    report: Report
    resolution: Resolution


@dataclass(eq=False)
class _Making:
    """A template at work: what feeds its arguments, and the claims made so far."""

    template: Template
    fixed: bool
    feeds: list[Feed]
    dates: Feed | None
    parts: list[tuple[Any, ...]]
    maps: Maps | None


class Importer:
    """One table on its way to facts."""

    def __init__(self, mapping: TableMapping, vocabulary: Vocabulary, aliases: Aliases | None = None) -> None:
        self.mapping, self.vocabulary, self.aliases, self.resolution = mapping, vocabulary, aliases, Resolution()
        self.bads: dict[Bad, int] = {}
        self.sources = Sources(mapping.source, mapping.about)
        self.source = Feed(self.sources.columns, self.sources.read, self.bads)
        self.feeds: dict[str, Feed] = {}
        self.zones = Zones(mapping, aliases.located if aliases else {}) if mapping.shape else None
        check(mapping, vocabulary)
        self.makings = [self._making(template) for template in mapping.templates]

    def _making(self, template: Template) -> _Making:
        declaration = self.vocabulary.declarations.get(template.predicate)
        if declaration is None:
            remedy = did_you_mean(template.predicate, self.vocabulary.declarations) or "declare it in a rule file"
            raise Problems(
                [error("R201", f"there is no predicate `{template.predicate}`", template.origin, help=remedy)]
            )
        names = [parameter.name for parameter in declaration.parameters]
        if set(names) != set(template.arguments):
            given = f"`{template.predicate}` takes {', '.join(names)}, not {', '.join(template.arguments) or 'nothing'}"
            raise Problems([error("R204", given, template.origin, help="give each argument a column or a constant")])
        feeds = []
        for parameter in declaration.parameters:
            listed = self.vocabulary.types.get(parameter.type) if parameter.type else None
            feeds.append(self._feed(template.arguments[parameter.name], listed))
        dating, kind = self.mapping.dating, declaration.kind
        dates = None
        if kind != "fixed" and dating.start:
            read = partial(_dates, dating, kind == "state", template.changes is not None)
            dates = self._shared(f"dates {kind} {template.changes}", dating.columns, read)
        elif kind == "event" and "date" not in self.mapping.source.about:
            remedy = "write [date] with its start column, or a date under [source]"
            raise Problems(
                [error("R403", f"the event `{template.predicate}` has no date", template.origin, help=remedy)]
            )
        return _Making(template, kind == "fixed", feeds, dates, [], Maps.of(template, self.vocabulary))

    def _feed(self, cell: Cell, listed: tuple[str, ...] | None) -> Feed:
        if cell.within and self.zones:
            return self._shared(str(cell), cell.columns, partial(self.zones.within, cell.within))
        return self._shared(f"{cell} {listed}", cell.columns, partial(read_value, cell, listed=listed))

    def _shared(self, key: str, columns: tuple[str, ...], read: Read) -> Feed:
        if key not in self.feeds:
            self.feeds[key] = Feed(columns, read, self.bads)
        return self.feeds[key]

    # ---------------------------------------------------------------- rows

    def read(self, path: Path, rejects: IO[str], progress: Progress | None = None) -> Imported:
        """The facts of a table; rows that cannot be used go to the rejects. Raises Problems."""
        names, some = batches(path, self.mapping)
        if names is not None:
            self._must_have(path, names)
        rejects.write(f"{line(HEAD)}\n")
        rows, accepted, rejected, total = 0, 0, Counter[str](), path.stat().st_size
        for batch in some:
            good = self._batch(batch, rejects, rejected)
            rows += batch.size + len(batch.broken)
            accepted += good
            if progress:
                progress(batch.done, total)
        assert accepted + rejected.total() == rows, "a row was lost"
        tables, *counts = self._tables(shown(path))
        facts = Counter[str]()
        for table in tables:
            facts[table.predicate] += table.size
        report = Report(rows, accepted, dict(rejected.most_common()), dict(facts), *counts)
        return Imported(self.sources.declared(tables), tables, report, self.resolution)

    def _must_have(self, path: Path, names: list[str]) -> None:
        """R433. The columns of facts that are not optional are there."""
        read = [*self.source.columns]
        for making in self.makings:
            if not making.template.optional:
                read += [name for feed in (*making.feeds, making.dates) if feed for name in feed.columns]
            read += [column for column, _, _ in making.template.where]
        citing = (self.mapping.source.locator, self.mapping.source.quote)
        read += [name for cell in citing if cell for name in cell.columns]
        missing = [name for name in dict.fromkeys(read) if name not in names]
        if missing:
            raise Problems([
                error("R433", f"{shown(path)} has no column `{name}`, which the mapping `{self.mapping.name}` reads",
                      help=did_you_mean(name, names) or f"its columns are {', '.join(names)}")
                for name in missing
            ])  # fmt: skip

    def _batch(self, batch: Batch, rejects: IO[str], rejected: Counter[str]) -> int:
        cells = Cells(batch)
        bad = np.full(batch.size, -1, np.int64)
        source = self.source.outcomes(cells)
        _first(bad, self.source.bad(source))
        some = np.zeros(batch.size, np.bool_)
        found = []
        for making in self.makings:
            active = self._chosen(making.template, cells)
            dates = making.dates.outcomes(cells) if making.dates else None
            outcomes = [feed.outcomes(cells) for feed in making.feeds]
            wrong = np.full(batch.size, -1, np.int64)
            if making.dates and dates is not None:
                _first(wrong, making.dates.bad(dates))
                _first(wrong, self._late(making.dates, dates, source))
            for feed, its in zip(making.feeds, outcomes, strict=True):
                _first(wrong, feed.bad(its))
            if making.template.optional:
                empty = [n for one, n in self.bads.items() if one.reason in ("empty", "no_column", "no_place_within")]
                active &= ~np.isin(wrong, empty)
            _first(bad, np.where(active, wrong, -1))
            some |= active
            found.append((making, active, dates, outcomes))
        quote, locator = self._cited(cells)
        for name in batch.columns:
            if (mask := cells.misencoded(name)) is not None:
                bad[mask] = self.bads.setdefault(Bad("encoding", name), len(self.bads))
        left = next((making.template.where[0][0] for making in self.makings if making.template.where), "")
        _first(bad, np.where(some, -1, self.bads.setdefault(Bad("where", left), len(self.bads))))
        good = bad == -1
        # A row without a known place in it, or told otherwise, is on the map all the same.
        seen = np.isin(bad, [-1, *(n for one, n in self.bads.items() if one.reason in ("where", "no_place_within"))])
        for making, active, dates, outcomes in found:
            if making.maps and making.dates and dates is not None:
                about = making.maps.subject
                spoken_of = making.feeds[about].values(outcomes[about])
                days, cited = making.dates.values(dates), self.source.values(source)
                making.maps.see(batch, seen, active & ~seen, days, cited, spoken_of, locator)
            rows = np.flatnonzero(active & good)
            if len(rows):
                self._make(making, rows, batch.lines, dates, outcomes, source, quote, locator)
        rejected.update(refuse(batch, bad, list(self.bads), rejects))
        return int(good.sum())

    def _chosen(self, template: Template, cells: Cells) -> Mask:
        """The rows of which the template makes a fact."""
        chosen = np.ones(cells.size, np.bool_)
        for column, kept, values in template.where:
            words, codes = cells.coded(column)
            chosen &= np.array([(number(word) in values) == kept for word in words], np.bool_)[codes]
        return chosen

    def _late(self, feed: Feed, dates: Ints, source: Ints) -> Ints:
        """What is dated after one of its sources had spoken."""
        column = self.mapping.dating.start or ""
        late = self.bads.setdefault(Bad("after_source", column), len(self.bads))
        starts = np.array([one[0].first for one in feed.domain] or [0], np.int64)  # type: ignore[index]
        said = np.array(
            [d.last if d else UNDATED for d in self.sources.dates(map(str, self.source.domain))] or [UNDATED], np.int64
        )
        count, its = self.source.values(source)
        earliest = np.full(len(source), UNDATED, np.int64)
        np.minimum.at(earliest, np.repeat(np.arange(len(source)), count), said[its] if len(its) else its)
        has, begun = feed.values(dates)
        start = np.full(len(dates), -UNDATED, np.int64)
        start[has > 0] = starts[begun]
        return np.where(start > earliest, late, -1)

    def _cited(self, cells: Cells) -> tuple[Any, Any]:
        """The quotes and the locators of rows."""
        source = self.mapping.source
        quote = cells.text(source.quote.columns[0]) if source.quote else pa.nulls(cells.size, pa.string())
        quote = pc.if_else(pc.equal(quote, ""), None, quote)
        if source.locator is None:
            return quote, pc.binary_join_element_wise("row", pa.array(cells.batch.lines).cast(pa.string()), "")
        place = pc.ascii_lower(cells.text(source.locator.columns[0]))
        # A name or a number, as it may stand in a text.
        for pattern, becomes in (
            (r"^\s+|\s+$|\.0\s*$", ""),
            (r"[^a-z0-9_]+", "_"),
            (r"^([0-9]+)([a-z_])", r"n\1\2"),
            (r"^_", "n_"),
        ):
            place = pc.replace_substring_regex(place, pattern, becomes)
        return quote, pc.if_else(pc.equal(place, ""), None, place)

    def _make(
        self, making: _Making, rows: Ints, lines: Ints, dates: Ints | None, outcomes: list[Ints], source: Ints,
        quote: Any, locator: Any,
    ) -> None:  # fmt: skip
        """The claims of some rows: one for each combination of the values and sources of a row."""
        count, its = self.source.values(source[rows])
        columns = [its]
        rows = np.repeat(rows, count)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        many = np.repeat(count, count)
        for feed, outcome in zip(making.feeds, outcomes, strict=True):
            count, its = feed.values(outcome[rows])
            if (count != 1).any():
                columns = [np.repeat(column, count) for column in columns]
                rows, place, many = np.repeat(rows, count), np.repeat(place, count), np.repeat(many, count)
            columns.append(its)
        when = making.dates.values(dates[rows])[1] if making.dates and dates is not None else np.zeros_like(rows)
        quotes = quote.take(pa.array(rows))
        if (many > 1).any():
            texts = quotes.to_pylist()
            for n in np.flatnonzero(many > 1).tolist():
                texts[n] = self.sources.part(texts[n], int(place[n]), int(many[n]))
            quotes = pa.array(texts, pa.string())
        its_lines, locators = lines[rows], locator.take(pa.array(rows))
        making.parts.append((columns[1:], columns[0], when, its_lines, quotes, locators))

    # ---------------------------------------------------------------- facts

    def _tables(self, file: str) -> tuple[tuple[ClaimTable, ...], int, int, int]:
        tables, repeated, left, unchanged, silent = [], 0, list[ClaimTable](), 0, 0
        own = self.source.domain.setdefault(self.sources.own.name, len(self.source.domain))
        names = {id(feed): named(feed) for feed in self.feeds.values()}
        if self.aliases:
            given = [Arguments(m.template.predicate, m.feeds, [part[0] for part in m.parts]) for m in self.makings]
            self.resolution = resolve(given, names, self.aliases, self.vocabulary)
        words = tuple(Citation(str(name)) for name in self.source.domain)
        dates = self.sources.dates(map(str, self.source.domain))
        said = np.array([(d.first, d.last) if d else (UNDATED, UNDATED) for d in dates], np.int64).reshape(-1, 2).T
        for making in self.makings:
            if not making.parts:
                continue
            columns = [np.concatenate(its) for its in zip(*(part[0] for part in making.parts), strict=True)]
            source, when, lines = (np.concatenate([part[n] for part in making.parts]) for n in (1, 2, 3))
            quotes, locators = (pa.concat_arrays([part[n] for part in making.parts]) for n in (4, 5))
            source = np.full_like(source, own) if making.fixed else source
            kept = _different(making, self.mapping, columns, source, when, quotes, locators)
            if not making.fixed:
                repeated += len(source) - len(kept)
            days = _days(making.dates)[:, when[kept]] if making.dates else np.full((4, len(kept)), UNDATED, np.int64)
            take = pa.array(kept)
            table = ClaimTable(
                file, making.template.predicate,
                tuple(names[id(feed)] for feed in making.feeds), tuple(column[kept] for column in columns),
                days, words, said, source[kept], lines[kept], locators.take(take), quotes.take(take),
            )  # fmt: skip
            if making.maps and making.dates:
                told = making.maps.told(table, when[kept], _days(making.dates))
                table, unchanged, silent = told.kept, table.size - told.kept.size, told.silent
                left = [told.left] if told.left else []
            tables.append(table)
        aliases = self._aliases(file, tables, names, words, said)
        return (*tables, *left, *aliases), repeated, unchanged, silent

    def _aliases(
        self,
        file: str,
        tables: list[ClaimTable],
        names: Mapping[int, list[Value]],
        words: tuple[Citation, ...],
        said: Ints,
    ) -> Iterator[ClaimTable]:
        """What the constants are called in the table, where rules have a word for that."""
        if len(self.vocabulary.parameters("alias")) != 2:
            return
        own = words.index(Citation(self.sources.own.name))
        found: dict[tuple[Value, Value], tuple[int, int]] = {}
        for making, table in zip([m for m in self.makings if m.parts], tables, strict=True):
            for feed, codes in zip(making.feeds, table.codes, strict=True):
                called, values = list(feed.domain), names[id(feed)]
                used, first = np.unique(codes, return_index=True)
                for code, row in zip(used.tolist(), first.tolist(), strict=True):
                    one = called[code]
                    for word in one.called if isinstance(one, Named) else ():
                        found.setdefault((values[code], Quoted(word)), (own, int(table.lines[row])))
        if not found:
            return
        domains, codes = zip(*map(numbered, zip(*found, strict=True)), strict=True)
        source, lines = np.array(list(found.values()), np.int64).T
        locators = pa.array([f"row{line}" for line in lines.tolist()])
        undated = np.full((4, len(found)), UNDATED, np.int64)
        quotes = pa.nulls(len(found), pa.string())
        yield ClaimTable(
            file, "alias", domains, codes, undated, words, said, source, lines, locators, quotes
        )  # fmt: skip


def _dates(dating: Dating, lasts: bool, exact: bool, parts: Mapping[str, str]) -> Sequence[Hashable] | Bad:
    found = read_dates(dating, parts, lasts)
    if not isinstance(found, Bad) and exact and found[0].first < found[0].last:
        return Bad("no_day", dating.start or "")
    return found if isinstance(found, Bad) else (found,)


def _first(bad: Ints, more: Ints) -> None:
    """The first thing that is wrong with a row stays."""
    fresh = (bad == -1) & (more >= 0)
    bad[fresh] = more[fresh]


def _days(feed: Feed) -> Ints:
    """The dates of a feed as four rows of days."""
    found: list[Dates] = list(feed.domain)  # type: ignore[arg-type]
    ends = [(d.first, d.last, *((e.first, e.last) if e else (UNDATED, UNDATED))) for d, e in found]
    return np.array(ends, np.int64).reshape(-1, 4).T


def _different(
    making: _Making, mapping: TableMapping, columns: list[Ints], source: Ints, when: Ints, quotes: Any, locators: Any
) -> Ints:
    """The claims that say something new: what is fixed is cited once, the rest once for each place in a source."""
    if making.fixed:
        return np.sort(np.unique(identify(columns), return_index=True)[1])
    words = (quotes if mapping.source.locator is None else locators).dictionary_encode()
    said = words.indices.fill_null(len(words.dictionary)).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.sort(np.unique(identify([*columns, source, when, said]), return_index=True)[1])

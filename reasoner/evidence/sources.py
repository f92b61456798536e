"""The sources of a table: who published what on which day, each declared once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reasoner.evidence.cells import Bad, constant, read_date
from reasoner.evidence.mapping import CITING, Citing
from reasoner.syntax.tree import Source
from reasoner.text import Text
from reasoner.when import Date

if TYPE_CHECKING:
    from reasoner.evidence.claim_table import ClaimTable

_NOWHERE = Text("", "").span(0, 0)


class Sources:
    """The sources that the rows of a table name.

    What one publisher says on different days is one voice: a source with a date in a column is `via` the publisher,
    which is a source of its own, unless the row says whom it repeats. What is fixed, such as where a place lies, is
    the word of those who made the table, and no news: it rests on a source of theirs.
    """

    def __init__(self, citing: Citing, about: str | None) -> None:
        self.citing = citing
        self._columns = {key: cell.columns[0] for key, cell in citing.about.items() if cell.columns}
        self._constants = {key: citing.about[key].constant or "" if key in citing.about else "" for key in CITING}
        self.columns = tuple(self._columns.values())
        self._found: dict[tuple[str, ...], Source | Bad] = {}
        self._voices: dict[str, Source] = {}
        own = self._source(self._constants | {"publisher": self._constants["publisher"] or about or citing.name}, {})
        assert isinstance(own, Source)
        self.own = own
        self._named = {own.name: own}

    def read(self, parts: Mapping[str, str]) -> Sequence[Hashable] | Bad:
        """The sources of a row. Where they are several, each cell has as many parts, or one for all of them."""
        between = self.citing.split
        cells = self._constants | {key: parts[column] for key, column in self._columns.items()}
        if between and any(between in text for text in cells.values()):
            split = {key: text.split(between) for key, text in cells.items()}
            count = max(map(len, split.values()))
            if wrong := next((key for key, its in split.items() if len(its) not in (1, count)), None):
                return Bad("sources", self._columns[wrong])
            every = [{key: its[n % len(its)].strip() for key, its in split.items()} for n in range(count)]
        else:
            every = [cells]
        found: dict[str, None] = {}
        for about in every:
            key = tuple(about.values())
            if key not in self._found:
                self._found[key] = self._free(self._source(about, self._columns))
            one = self._found[key]
            if isinstance(one, Bad):
                return one
            found[one.name] = None
        return tuple(found)

    def _source(self, about: Mapping[str, str], column: Mapping[str, str]) -> Source | Bad:
        voice = self.citing.name
        if "publisher" in column:
            if not about["publisher"]:
                return Bad("empty", column["publisher"])
            voice = constant(about["publisher"]) or voice
        date = read_date(about["date"], None) if about["date"] else None
        if about["date"] and date is None:
            return Bad("bad_date", column.get("date", ""))
        grade = about["reliability"].lower() or None
        if grade and grade not in tuple("abcdef"):
            return Bad("bad_reliability", column.get("reliability", ""))
        repeats = constant(about["via"]) if about["via"] else None
        if about["via"] and repeats is None:
            return Bad("no_constant", column.get("via", ""))
        if repeats and repeats not in self._voices:
            self._voices[repeats] = Source(repeats, publisher=about["via"], origin=_NOWHERE)
        name = f"{voice}_{repeats}" if "via" in column and repeats else voice
        publisher = about["publisher"] or None
        if "date" in column and date is not None:
            if voice not in self._voices and voice != self.own.name:
                self._voices[voice] = Source(voice, publisher, reliability=grade, origin=_NOWHERE)
            name, repeats = f"{name}_{re.sub(r'[^0-9]+', '_', str(date)).strip('_')}", repeats or voice
        title, url = about["title"] or None, about["url"] or None
        return Source(name, publisher, title, url, date, repeats, grade, origin=_NOWHERE)

    def _free(self, one: Source | Bad) -> Source | Bad:
        """The source, under another name where that is taken by another one."""
        if isinstance(one, Bad) or self._named.setdefault(one.name, one) == one:
            return one
        n = 2
        while f"{one.name}_{n}" in self._named:
            n += 1
        found = replace(one, name=f"{one.name}_{n}")
        return self._named.setdefault(found.name, found)

    def part(self, text: str | None, place: int, count: int) -> str | None:
        """What one of several sources says, where their words can be told apart."""
        between = self.citing.split
        texts = text.split(between) if text and between else []
        return texts[place].strip() if len(texts) == count else text

    def dates(self, names: Iterable[str]) -> list[Date | None]:
        """The dates of some sources."""
        return [self._named[name].date for name in names]

    def declared(self, tables: Sequence[ClaimTable]) -> tuple[Source, ...]:
        """The sources that are cited, and the voices that they repeat."""
        used = {table.words[code].source for table in tables for code in set(table.word.tolist())}
        cited = [source for name, source in self._named.items() if name in used]
        repeated = {source.via for source in cited}
        voices = {self.own.name: self.own} | self._voices
        return (*(voice for name, voice in voices.items() if name in repeated - used), *cited)

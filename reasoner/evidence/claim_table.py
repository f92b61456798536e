"""Claims of one predicate as columns: what a table states, each row with its dates and its citation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reasoner.evidence.claim import Claim, claim_evidence, truth, voices
from reasoner.evidence.columns import Columns, identify
from reasoner.syntax.tree import Citation, Fact, Kind, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Row, Value, show_atom
from reasoner.text import Span, Text
from reasoner.when import FUTURE, PAST, Date, Day, When

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reasoner.evidence.columns import Ints

UNDATED = FUTURE + 1  # stands where a date is missing


@dataclass(frozen=True)
class Line(Text):
    """One row of a table as a text, the fact that was made from it, which stands in the file at that number."""

    number: int = 0

    def position(self, offset: int) -> tuple[int, int]:
        """The number of the row, and the column in the fact."""
        return self.number, offset + 1

    def line(self, number: int) -> str:
        """The fact."""
        return self.content


@dataclass(frozen=True, eq=False)
class ClaimTable:
    """n claims. `dates` are the first and the last day of each start and of each end, UNDATED where there is none.

    `words` are whose word claims are, and on which assumptions: citations without locator and quote. `word` has the
    number of one for each claim, and `said` the first and last days of their sources.
    """

    file: str
    predicate: str
    domains: tuple[Sequence[Value], ...]
    codes: tuple[Ints, ...]
    dates: Ints
    words: tuple[Citation, ...]
    said: Ints
    word: Ints
    lines: Ints
    locators: Any  # of Arrow, as are the quotes
    quotes: Any
    _columns: dict[Kind, Columns] = field(default_factory=dict, repr=False)
    _values: dict[int, list[Value]] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """The number of claims."""
        return len(self.word)

    def keep(self, kept: npt.NDArray[np.bool_]) -> ClaimTable:
        """Some of the claims."""
        if kept.all():
            return self
        import pyarrow as pa

        mask = pa.array(kept)
        return replace(
            self,
            codes=tuple(column[kept] for column in self.codes),
            dates=self.dates[:, kept],
            word=self.word[kept],
            lines=self.lines[kept],
            locators=self.locators.filter(mask),
            quotes=self.quotes.filter(mask),
            _columns={},
            _values={},
        )

    def values(self, place: int) -> list[Value]:
        """The different values of an argument."""
        if place not in self._values:
            import numpy as np

            self._values[place] = [self.domains[place][code] for code in np.unique(self.codes[place]).tolist()]
        return self._values[place]

    def typed(self, vocabulary: Vocabulary) -> Iterator[tuple[str, Value]]:
        """The different values that stand in arguments of a declared type, with the type."""
        for place, parameter in enumerate(vocabulary.parameters(self.predicate)[: len(self.codes)]):
            if parameter.type:
                yield from ((parameter.type, value) for value in self.values(place))

    # ---------------------------------------------------------------- when

    def dated(self, kind: Kind) -> Ints:
        """The dates that count: a row without any of its own has that of its source; what is fixed has none."""
        import numpy as np

        if kind == "fixed":
            return np.full_like(self.dates, UNDATED)
        bare = (self.dates == UNDATED).all(axis=0)
        if not bare.any():
            return self.dates
        dates = self.dates.copy()
        dates[:2, bare] = self.said[:, self.word[bare]]
        return dates

    def dated_within(self, kind: Kind, names: Iterable[object] = ()) -> tuple[Day, Day] | None:
        """The first and the last day that any claim is dated, or any that mentions one of these names."""
        wanted = list(names)
        dates = self.dated(kind)[:, self.mentioning(wanted)] if wanted else self.dated(kind)
        first, last = dates[::2][dates[::2] != UNDATED], dates[1::2][dates[1::2] != UNDATED]
        return (int(first.min()), int(last.max())) if len(first) else None

    def columns(self, kind: Kind) -> Columns:
        """The rows with the days on which they hold; made once."""
        if kind not in self._columns:
            self._columns[kind] = self._timed(kind)
        return self._columns[kind]

    def _timed(self, kind: Kind) -> Columns:
        """As `truth` has it for one claim."""
        import numpy as np

        if kind == "fixed":
            return Columns(self.domains, self.codes)
        begun, begins, ends, ended = dates = self.dated(kind)
        rows = np.arange(self.size)
        if kind == "event":
            last = np.where(ended == UNDATED, begins, ended)
            bare = begun == UNDATED
            first, end = np.where(bare, PAST, begun), np.where(bare, FUTURE, last + 1)
            exact = (first + 1 == end) | bare
            if exact.all():
                return Columns(self.domains, self.codes, (rows, first, end))
            unsure = rows[~exact]
            windows = unsure, first[unsure], end[unsure]
            certain = rows[exact], first[exact], end[exact]
            return Columns(self.domains, self.codes, certain, (rows, first, end), windows)
        has_start, has_end = begun != UNDATED, ended != UNDATED
        both = has_start & has_end
        begins, ends = np.where(both, np.minimum(begins, ended), begins), np.where(both, np.maximum(begun, ends), ends)
        first, sure = np.where(has_start, begun, PAST), np.where(has_start, begins, PAST)
        stop, last = np.where(has_end, ends + 1, FUTURE), np.where(has_end, ended + 1, FUTURE)
        if (first == sure).all() and (stop == last).all():
            return Columns(self.domains, self.codes, (rows, first, last))
        kept = sure < stop
        unsure = rows[both & ~kept]
        # The first window of a row stands before the last one.
        pairs = np.repeat(unsure, 2)
        starts = np.stack([first[unsure], stop[unsure] - 1], axis=1).ravel()
        stops = np.stack([sure[unsure] + 1, last[unsure]], axis=1).ravel()
        assert dates.shape == (4, self.size)
        return Columns(
            self.domains, self.codes, (rows[kept], sure[kept], stop[kept]), (rows, first, last), (pairs, starts, stops)
        )

    # ---------------------------------------------------------------- who says so

    def matching(self, pattern: Sequence[Value | None]) -> Ints:
        """The claims whose rows have these values."""
        return self._bare.numbers(tuple(pattern))

    def stating(self, predicate: str, row: Row) -> Ints:
        """The claims that state this row of a predicate; none where it is another one."""
        there = predicate == self.predicate and len(row) == len(self.codes)
        return self.matching(row) if there else self.word[:0]

    @cached_property
    def _bare(self) -> Columns:
        return Columns(self.domains, self.codes)

    def mentions(self) -> dict[Value, int]:
        """How many different rows have each value."""
        import numpy as np

        first = np.unique(identify(self.codes), return_index=True)[1]
        found: dict[Value, int] = {}
        for domain, codes in zip(self.domains, self.codes, strict=True):
            for value, times in zip(domain, np.bincount(codes[first], minlength=len(domain)).tolist(), strict=True):
                found[value] = found.get(value, 0) + times
        return found

    def mentioning(self, names: Iterable[object]) -> npt.NDArray[np.bool_]:
        """Which claims have one of these values among their arguments."""
        import numpy as np

        wanted, found = frozenset(names), np.zeros(self.size, np.bool_)
        for domain, codes in zip(self.domains, self.codes, strict=True):
            if its := [code for code, value in enumerate(domain) if value in wanted]:
                found |= np.isin(codes, its)
        return found

    @cached_property
    def cited(self) -> npt.NDArray[np.bool_]:
        """Which claims name a source."""
        import numpy as np

        return np.array([word.source is not None for word in self.words], np.bool_)[self.word]

    def without(self, names: frozenset[str], sources: Mapping[str, Source]) -> ClaimTable:
        """The claims that do not rest on the word of these sources, nor on these assumptions."""
        import numpy as np

        kept = [not names & {*voices(word, sources), *word.assuming} for word in self.words]
        return self.keep(np.array(kept, np.bool_)[self.word])

    def known_by(self, day: Day) -> ClaimTable:
        """The claims whose source had spoken by that day; a source without a date always has."""
        last = self.said[1][self.word]
        return self.keep((last == UNDATED) | (last <= day))

    def row(self, number: int) -> Row:
        """The arguments of one claim."""
        return tuple(domain[codes[number]] for domain, codes in zip(self.domains, self.codes, strict=True))

    def when(self, number: int, kind: Kind) -> When | None:
        """The time of one claim."""
        return None if kind == "fixed" else _when(self.dated(kind)[:, number])

    def citation(self, number: int) -> Citation:
        """Whose word one claim is, where it stands and what it says."""
        word: Citation = self.words[self.word[number]]
        return replace(word, locator=self.locators[number].as_py(), text=self.quotes[number].as_py())

    def span(self, number: int, kind: Kind) -> Span:
        """Where a claim stands."""
        when = self.when(number, kind)
        row = self.row(number)
        said = show_atom(self.predicate, (*row, when) if when else row)
        return Span(Line(self.file, said, int(self.lines[number])), 0, len(said))

    def fact(self, number: int) -> Fact:
        """One claim as a statement, with the dates that are its own."""
        when = _when(self.dates[:, number])
        atom = Atom(self.predicate, tuple(map(Constant, self.row(number))))
        return Fact(atom, when, self.citation(number), origin=self.span(number, "event" if when else "fixed"))

    def claim(self, number: int, kind: Kind, sources: Mapping[str, Source]) -> Claim:
        """One claim."""
        when, citation = self.when(number, kind), self.citation(number)
        dates = tuple(date for date in (when.start, when.end) if date) if when else ()
        evidence = claim_evidence(citation, sources, None)
        return Claim(
            self.predicate,
            self.row(number),
            truth(kind, when),
            evidence,
            citation.assuming,
            dates,
            self.span(number, kind),
        )


def spoken(words: Iterable[Citation], sources: Mapping[str, Source]) -> Ints:
    """The first and the last day of the source of each citation, UNDATED where it has none."""
    import numpy as np

    dates = (source.date if (source := sources.get(word.source or "")) else None for word in words)
    return np.array([(d.first, d.last) if d else (UNDATED, UNDATED) for d in dates], np.int64).reshape(-1, 2).T


def _when(dates: Ints) -> When | None:
    begun, begins, ends, ended = dates.tolist()
    start = None if begun == UNDATED else Date(begun, begins)
    end = None if ends == UNDATED else Date(ends, ended)
    return When(start, end, end is not None) if start or end else None

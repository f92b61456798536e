"""The facts that engines read: for each predicate its rows, each with the days on which it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reasoner.evidence.claim import Claim
from reasoner.evidence.claims import Claims, Stated, tables_of
from reasoner.evidence.indexed import Indexed, Pattern, grouped, known
from reasoner.syntax.tree import Kind
from reasoner.syntax.vocabulary import Vocabulary, type_predicate
from reasoner.term import Row, Value
from reasoner.when import ETERNAL, Day, Truth, narrowest

if TYPE_CHECKING:
    from reasoner.evidence.claim_table import ClaimTable
    from reasoner.evidence.columns import Columns


@dataclass(frozen=True, eq=False)
class Store:
    """`facts[predicate][row]` is when the row holds; `claims[predicate, row]` is who says so."""

    facts: Mapping[str, Mapping[Row, Truth]]
    claims: Mapping[tuple[str, Row], tuple[Claim, ...]]

    def matching(self, predicate: str, pattern: Pattern) -> Iterable[Row]:
        """The rows of a predicate with these values, on whatever days; None stands for any value."""
        rows = self.facts.get(predicate, {})
        if isinstance(rows, Indexed):
            return rows.matching(pattern)
        places, values = known(pattern)
        if len(places) == len(pattern):
            return (values,) if values in rows else ()
        if (predicate, places) not in self._groups:
            self._groups[predicate, places] = grouped(rows, places)
        return self._groups[predicate, places].get(values, ())

    def stated(self, predicate: str) -> Iterator[tuple[Row, tuple[Claim, ...]]]:
        """The rows of a predicate that somebody states, with who says so."""
        if isinstance(self.claims, Stated):
            return self.claims.of(predicate)
        return ((row, claims) for (name, row), claims in self.claims.items() if name == predicate)

    def mentioning(self, names: Iterable[Value]) -> Iterator[tuple[Claim, ...]]:
        """What is stated of rows that have all these values."""
        wanted = frozenset(names)
        if isinstance(self.claims, Stated):
            keys = [key for key in self.claims.texts if wanted <= set(key[1])]
            yield from map(self.claims.__getitem__, dict.fromkeys((*keys, *self.claims.mentioning(wanted))))
        else:
            yield from (claims for (_, row), claims in self.claims.items() if wanted <= set(row))

    @cached_property
    def claimed(self) -> frozenset[str]:
        """The predicates that somebody states."""
        return frozenset((*(name for name, _ in self._texts), *(table.predicate for table, _ in self._tables)))

    def mentions(self) -> Counter[Value]:
        """How many rows that are dated have each value."""
        dated = (row for (_, row), claims in self._texts.items() if any(one.dates for one in claims))
        found = Counter(value for row in dated for value in row)
        for table, kind in self._tables:
            if table.dated_within(kind):
                found.update(table.mentions())
        return found

    @cached_property
    def cites(self) -> bool:
        """Whether any claim says where it is from."""
        cited = any(one.evidence for stated in self._texts.values() for one in stated)
        return cited or any(bool(table.cited.any()) for table, _ in self._tables)

    @property
    def _texts(self) -> Mapping[tuple[str, Row], tuple[Claim, ...]]:
        """The claims that are not columns."""
        return self.claims.texts if isinstance(self.claims, Stated) else self.claims

    @property
    def _tables(self) -> Iterable[tuple[ClaimTable, Kind]]:
        return self.claims.tables if isinstance(self.claims, Stated) else ()

    @cached_property
    def _groups(self) -> dict[tuple[str, tuple[int, ...]], dict[Row, list[Row]]]:
        return {}

    def dated(self) -> tuple[Day, Day] | None:
        """The first and the last day that any claim is dated."""
        dates = [date for stated in self._texts.values() for one in stated for date in one.dates]
        days = [*((d.first, d.last) for d in dates), *filter(None, (t.dated_within(kind) for t, kind in self._tables))]
        return (min(first for first, _ in days), max(last for _, last in days)) if days else None

    def last_evidence(self, names: Iterable[object] = ()) -> Day | None:
        """The last day that a claim is dated which mentions one of these names, or is supposed; else that any is."""
        wanted = frozenset(names)
        about: list[Day] = []
        others: list[Day] = []
        for (_, row), stated in self._texts.items():
            for one in stated:
                found = about if one.supposed or wanted & frozenset(row) else others
                found.extend(date.last for date in one.dates)
        for table, kind in self._tables:
            if wanted and (days := table.dated_within(kind, wanted)):
                about.append(days[1])
            if days := table.dated_within(kind):
                others.append(days[1])
        return max(about if wanted and about else about + others, default=None)


def unlike(one: Store, other: Store) -> Iterator[tuple[str, Row]]:
    """The facts, by predicate and row, that do not hold on the same days in both."""
    for predicate in one.facts.keys() | other.facts.keys():
        old, new = one.facts.get(predicate, {}), other.facts.get(predicate, {})
        if old is not new:
            yield from ((predicate, row) for row in {**old, **new} if old.get(row) != new.get(row))


def store(vocabulary: Vocabulary, claims: Iterable[Claim]) -> Store:
    """Claims to facts: the same fact from many sources is one fact. Types hold of the constants in their arguments."""
    texts, tables = (claims.texts, claims.tables) if isinstance(claims, Claims) else (claims, ())
    facts: dict[str, dict[Row, Truth]] = {}
    stated: dict[tuple[str, Row], list[Claim]] = {}
    for one in texts:
        rows = facts.setdefault(one.predicate, {})
        rows[one.row] = either(rows[one.row], one.truth) if one.row in rows else one.truth
        stated.setdefault((one.predicate, one.row), []).append(one)
        for parameter, value in zip(vocabulary.parameters(one.predicate), one.row, strict=False):
            if parameter.type:
                _of_type(facts, vocabulary, parameter.type, (value,))
    columns = _columns(claims, facts) if isinstance(claims, Claims) and tables else {}
    # As with texts, a constant has its type though the facts that name it do not count.
    for table in tables_of(vocabulary.program):
        for type_name, value in table.typed(vocabulary):
            _of_type(facts, vocabulary, type_name, (value,))
    for type_name, members in vocabulary.types.items():
        for member in members or ():
            _of_type(facts, vocabulary, type_name, (member,))
    for type_name, constant in vocabulary.typed_constants():
        _of_type(facts, vocabulary, type_name, (constant.value,))
    who = {key: tuple(value) for key, value in stated.items()}
    return Store({**facts, **columns}, Stated(who, claims) if isinstance(claims, Claims) and tables else who)


def _columns(claims: Claims, facts: Mapping[str, Mapping[Row, Truth]]) -> dict[str, Columns]:
    """The facts of tables, with those of texts on the same predicates."""
    from reasoner.evidence.columns import joined, of_rows

    parts: dict[str, list[Columns]] = {}
    for table in claims.tables:
        if table.size:
            parts.setdefault(table.predicate, []).append(table.columns(claims.kind(table)))
    for predicate, its in parts.items():
        if texts := facts.get(predicate):
            its.append(of_rows(texts))
    return {predicate: joined(its) for predicate, its in parts.items()}


def _of_type(facts: dict[str, dict[Row, Truth]], vocabulary: Vocabulary, type_name: str, row: Row) -> None:
    predicate = type_predicate(type_name)
    if predicate in vocabulary.type_predicates:
        facts.setdefault(predicate, {})[row] = ETERNAL


def either(p: Truth, q: Truth) -> Truth:
    """When at least one of two holds."""
    certain = p.certain | q.certain
    return Truth(certain, p.possible | q.possible, narrowest((*p.windows, *q.windows), certain))

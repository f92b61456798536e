"""The facts that engines read: for each predicate its rows, each with the days on which it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from reasoner.evidence.claim import Claim
from reasoner.evidence.indexed import Indexed, Pattern, grouped, known
from reasoner.syntax.vocabulary import Vocabulary, type_predicate
from reasoner.term import Row
from reasoner.when import ETERNAL, Day, Truth, narrowest


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

    @cached_property
    def cites(self) -> bool:
        """Whether any claim says where it is from."""
        return any(one.evidence for stated in self.claims.values() for one in stated)

    @cached_property
    def _groups(self) -> dict[tuple[str, tuple[int, ...]], dict[Row, list[Row]]]:
        return {}

    def last_evidence(self, names: Iterable[object] = ()) -> Day | None:
        """The last day that a claim is dated which mentions one of these names, or is supposed; else that any is."""
        wanted = frozenset(names)
        about: list[Day] = []
        others: list[Day] = []
        for (_, row), stated in self.claims.items():
            for one in stated:
                found = about if one.supposed or wanted & frozenset(row) else others
                found.extend(date.last for date in one.dates)
        return max(about if wanted and about else about + others, default=None)


def unlike(one: Store, other: Store) -> Iterator[tuple[str, Row]]:
    """The facts, by predicate and row, that do not hold on the same days in both."""
    for predicate in one.facts.keys() | other.facts.keys():
        old, new = one.facts.get(predicate, {}), other.facts.get(predicate, {})
        if old is not new:
            yield from ((predicate, row) for row in {**old, **new} if old.get(row) != new.get(row))


def store(vocabulary: Vocabulary, claims: Iterable[Claim]) -> Store:
    """Claims to facts: the same fact from many sources is one fact. Types hold of the constants in their arguments."""
    facts: dict[str, dict[Row, Truth]] = {}
    stated: dict[tuple[str, Row], list[Claim]] = {}
    for one in claims:
        rows = facts.setdefault(one.predicate, {})
        rows[one.row] = either(rows[one.row], one.truth) if one.row in rows else one.truth
        stated.setdefault((one.predicate, one.row), []).append(one)
        for parameter, value in zip(vocabulary.parameters(one.predicate), one.row, strict=False):
            if parameter.type:
                _of_type(facts, vocabulary, parameter.type, (value,))
    for type_name, members in vocabulary.types.items():
        for member in members or ():
            _of_type(facts, vocabulary, type_name, (member,))
    for type_name, constant in vocabulary.typed_constants():
        _of_type(facts, vocabulary, type_name, (constant.value,))
    return Store(facts, {key: tuple(value) for key, value in stated.items()})


def _of_type(facts: dict[str, dict[Row, Truth]], vocabulary: Vocabulary, type_name: str, row: Row) -> None:
    predicate = type_predicate(type_name)
    if predicate in vocabulary.type_predicates:
        facts.setdefault(predicate, {})[row] = ETERNAL


def either(p: Truth, q: Truth) -> Truth:
    """When at least one of two holds."""
    certain = p.certain | q.certain
    return Truth(certain, p.possible | q.possible, narrowest((*p.windows, *q.windows), certain))

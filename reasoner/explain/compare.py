"""What begins, ends or changes between two sides: two sets of claims, or two days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf

from reasoner.engine.model import Model
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Row, unify
from reasoner.when import Day, Truth

# What a reader looks for first; then what else the rules conclude, as it is declared.
FIRST = ("besieged", "besieges", "encircled", "cut_off", "relieved", "corridor", "corridor_on", "supply", "open_side")

Kind = OneOf["begins", "ends", "changes"]


@dataclass(frozen=True)
class Side:
    """What holds on a day, by some claims."""

    model: Model
    day: Day

    def truth(self, predicate: str, row: Row) -> Truth:
        return self.model.truth(predicate, row)

    def may(self, predicate: str, row: Row) -> bool:
        return self.day in self.truth(predicate, row).possible

    def sure(self, predicate: str, row: Row) -> bool:
        return self.day in self.truth(predicate, row).certain


@dataclass(frozen=True)
class Difference:
    """What is so on one side and not, or otherwise, on the other. `before` and `after` are None where it is not so.

    Where it changes, the two rows differ in their last value at most.
    """

    kind: Kind
    predicate: str
    before: Row | None
    after: Row | None

    @property
    def mirrored(self) -> Difference:
        """The same the other way round."""
        other: dict[Kind, Kind] = {"begins": "ends", "ends": "begins", "changes": "changes"}
        return Difference(other[self.kind], self.predicate, self.after, self.before)


@dataclass(frozen=True)
class Comparison:
    """Two sides and all that is different."""

    before: Side
    after: Side
    differences: tuple[Difference, ...]


def compare(vocabulary: Vocabulary, before: Side, after: Side, wanted: Sequence[Atom] = ()) -> tuple[Difference, ...]:
    """All differences in the wanted atoms; without any, in what rules conclude and phrases tell."""
    patterns = wanted or [Atom(predicate) for predicate in conclusions(vocabulary)]
    found: dict[Difference, None] = {}
    for pattern in patterns:
        found.update(dict.fromkeys(_differences(vocabulary, before, after, pattern)))
    return tuple(found)


def conclusions(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The predicates that rules derive and phrases tell, those that a reader looks for first."""
    told = [d.predicate for d in vocabulary.declarations.values() if d.phrases and d.predicate in vocabulary.derived]
    return (*(name for name in FIRST if name in told), *sorted(name for name in told if name not in FIRST))


def _differences(vocabulary: Vocabulary, before: Side, after: Side, pattern: Atom) -> Iterator[Difference]:
    predicate = pattern.predicate
    rows = {*before.model.rows(predicate), *after.model.rows(predicate)}
    asked = sorted((r for r in rows if not pattern.terms or unify(pattern, r, {}) is not None), key=str)
    ended = [r for r in asked if before.may(predicate, r) and not after.may(predicate, r)]
    begun = [r for r in asked if after.may(predicate, r) and not before.may(predicate, r)]
    replaced = dict(_replaced(ended, begun)) if _ends_in_a_member(vocabulary, predicate) else {}
    gone, come, instead = set(ended), set(begun), set(replaced.values())
    for row in asked:
        if row in replaced:
            yield Difference("changes", predicate, row, replaced[row])
        elif row in gone:
            yield Difference("ends", predicate, row, None)
        elif row in come and row not in instead:
            yield Difference("begins", predicate, None, row)
        elif row not in come and _otherwise(before, after, predicate, row):
            yield Difference("changes", predicate, row, row)


def _otherwise(before: Side, after: Side, predicate: str, row: Row) -> bool:
    """Whether what is so on both sides is surer on one, or began on another day there."""
    if not before.may(predicate, row):
        return False
    if before.sure(predicate, row) != after.sure(predicate, row):
        return True
    begun = [
        (
            side.truth(predicate, row).certain.run(side.day)
            or side.truth(predicate, row).possible.run(side.day)
            or (0, 0)
        )
        for side in (before, after)
    ]
    return before.day == after.day and begun[0][0] != begun[1][0]


def _ends_in_a_member(vocabulary: Vocabulary, predicate: str) -> bool:
    """Whether the last argument is one of a few values, such as a status, so that one may take another's place."""
    parameters = vocabulary.parameters(predicate)
    return bool(parameters and parameters[-1].type and vocabulary.types.get(parameters[-1].type))


def _replaced(ended: Iterable[Row], begun: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """The rows that end where one other with the same beginning begins in its place."""
    ended = list(ended)
    for row in ended:
        others = [other for other in begun if other[:-1] == row[:-1]]
        if len(others) == 1 and sum(other[:-1] == row[:-1] for other in ended) == 1:
            yield row, others[0]

"""What holds when: the answer of every engine."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reasoner.evidence.indexed import Indexed, Pattern
from reasoner.term import Atom, Constant, Row, Value
from reasoner.when import Day, Truth


def pattern_of(atom: Atom, binding: Mapping[str, Value]) -> Pattern:
    """What is known of the row of an atom."""
    return tuple(t.value if isinstance(t, Constant) else binding.get(str(t)) for t in atom.terms)


@dataclass(frozen=True)
class Model:
    """`relations[predicate][row]` is when the row holds, certainly and possibly.

    `apart` is what was not evaluated, for it has more rows than were wanted.
    """

    relations: Mapping[str, Mapping[Row, Truth]]
    apart: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *parts: Mapping[str, Mapping[Row, Truth]], apart: frozenset[str] = frozenset()) -> Model:
        """Relations that stand in several places; of each the first that is found."""
        return cls(ChainMap(*parts), apart)  # type: ignore[arg-type]  # which are only read

    def rows(self, predicate: str) -> Mapping[Row, Truth]:
        """The rows of a predicate, none where nothing is known of it."""
        return self.relations.get(predicate, {})

    def truth(self, predicate: str, row: Row) -> Truth:
        """When a row holds."""
        return self.rows(predicate).get(row, Truth())

    def matching(self, predicate: str, pattern: Pattern) -> Iterable[Row]:
        """The rows of a predicate with these values; None stands for any value."""
        rows = self.rows(predicate)
        if isinstance(rows, Indexed):
            return rows.matching(pattern)
        return (row for row in rows if all(p is None or p == value for p, value in zip(pattern, row, strict=True)))

    def count(self, predicate: str, pattern: Pattern) -> int:
        """About how many rows `matching` has."""
        rows = self.rows(predicate)
        return rows.count(pattern) if isinstance(rows, Indexed) else sum(1 for _ in self.matching(predicate, pattern))

    def at(self, day: Day) -> Iterator[tuple[str, Row, bool]]:
        """The snapshot of a day: predicate, row, and whether it is certain."""
        for predicate, rows in self.relations.items():
            for row, truth in rows.items():
                if day in truth.possible:
                    yield predicate, row, day in truth.certain

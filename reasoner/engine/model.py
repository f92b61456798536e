"""What holds when: the answer of every engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reasoner.term import Row
from reasoner.when import Day, Truth


@dataclass(frozen=True)
class Model:
    """`relations[predicate][row]` is when the row holds, certainly and possibly."""

    relations: Mapping[str, Mapping[Row, Truth]]

    def rows(self, predicate: str) -> Mapping[Row, Truth]:
        """The rows of a predicate, none where nothing is known of it."""
        return self.relations.get(predicate, {})

    def truth(self, predicate: str, row: Row) -> Truth:
        """When a row holds."""
        return self.rows(predicate).get(row, Truth())

    def at(self, day: Day) -> Iterator[tuple[str, Row, bool]]:
        """The snapshot of a day: predicate, row, and whether it is certain."""
        for predicate, rows in self.relations.items():
            for row, truth in rows.items():
                if day in truth.possible:
                    yield predicate, row, day in truth.certain

"""Rows that can be looked up by some of their values."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping

from reasoner.term import Row, Value
from reasoner.when import Truth

Pattern = tuple[Value | None, ...]  # a row of which some values are not known


class Indexed(Mapping[Row, Truth]):
    """Rows and when they hold."""

    @abstractmethod
    def matching(self, pattern: Pattern) -> Mapping[Row, Truth]:
        """The rows with these values, and when they hold; None stands for any value."""

    @abstractmethod
    def count(self, pattern: Pattern) -> int:
        """How many rows have these values, each counted once for each of its spans."""


def known(pattern: Pattern) -> tuple[tuple[int, ...], Row]:
    """The places of a pattern that have a value, and these values."""
    return (
        tuple(place for place, value in enumerate(pattern) if value is not None),
        tuple(value for value in pattern if value is not None),
    )


def grouped(rows: Iterable[Row], places: tuple[int, ...]) -> dict[Row, list[Row]]:
    """Rows by their values in some places."""
    groups: dict[Row, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[place] for place in places), []).append(row)
    return groups

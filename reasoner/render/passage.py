"""Texts below each other: what a terminal shows as indented lines and a page as lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reasoner.render.text import Footnotes, Words


@dataclass(frozen=True)
class Item:
    """A text in parts, and what stands below it."""

    words: Words
    below: tuple[Item, ...] = ()


def lines(items: Iterable[Item], indent: str = "") -> Iterator[str]:
    """A line for each item, those below it three characters further in."""
    for one in items:
        yield indent + "".join(one.words).rstrip()
        yield from lines(one.below, f"{indent}   ")


@dataclass(frozen=True)
class Passage:
    """Lines as they are, and the sources that they cite. A line that begins with spaces belongs to the one above."""

    lines: tuple[Words, ...]
    notes: Footnotes | None = None

    def text(self) -> str:
        """The lines, and below them the sources."""
        cited = self.notes.lines() if self.notes else []
        return "\n".join((*("".join(one) for one in self.lines), *cited))

    def items(self) -> tuple[Item, ...]:
        """Each line with those that belong to it."""
        found: list[Item] = []
        for first, *rest in self.lines:
            own: Words = (first.lstrip(), *rest)
            if found and first.startswith(" "):
                found[-1] = Item(found[-1].words, (*found[-1].below, Item(own)))
            else:
                found.append(Item(own))
        return tuple(found)

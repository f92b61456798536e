"""A text, the spans in it, and the lines that a message shows of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Text:
    """What a file says, under the name that messages give it."""

    name: str
    content: str = field(repr=False)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        while (at := self.content.find("\n", starts[-1])) != -1:
            starts.append(at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The line of that number (from 1), without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.content)
        return self.content[start:end]

    def span(self, start: int, end: int) -> Span:
        """The characters from `start` up to, not including, `end`."""
        return Span(self, start, end)


@dataclass(frozen=True)
class Span:
    """Where something stands in a text: characters `start` up to, not including, `end`."""

    text: Text = field(repr=False, compare=False)
    start: int
    end: int

    @property
    def file(self) -> str:
        return self.text.name

    @property
    def line(self) -> int:
        return self.text.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.text.position(self.start)[1]

    @property
    def excerpt(self) -> str:
        return self.text.content[self.start : self.end]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

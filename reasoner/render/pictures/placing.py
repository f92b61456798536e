"""Where names go beside their places: where nothing else is yet."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, radians, sin

Box = tuple[float, float, float, float]  # left, top, right, bottom

CELL = 48  # boxes are looked for nearby only


class Taken:
    """What is on a map already."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], list[Box]] = {}

    def add(self, box: Box) -> None:
        """Takes the room of a box."""
        for cell in _cells(box):
            self.cells.setdefault(cell, []).append(box)

    def free(self, box: Box) -> bool:
        """Whether nothing is in the way of a box."""
        left, top, right, bottom = box
        return not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for cell in _cells(box)
            for other in self.cells.get(cell, ())
        )


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (int(edge // CELL) for edge in box)
    return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def beside(at: tuple[float, float], away: float, wide: float, high: float, angle: float | None = None) -> list[Box]:
    """The boxes that a name may have beside a mark, the best first; if told, those towards an angle."""
    x, y = at
    slanted = away * 0.75
    corners = [
        (x + away, y - high / 2), (x - away - wide, y - high / 2),
        (x + slanted, y - slanted - high), (x + slanted, y + slanted),
        (x - slanted - wide, y - slanted - high), (x - slanted - wide, y + slanted),
        (x - wide / 2, y - away - high), (x - wide / 2, y + away),
    ]  # fmt: skip
    if angle is not None:
        east, south = cos(radians(angle)) / wide, sin(radians(angle)) / high
        corners.sort(key=lambda one: -(one[0] + wide / 2 - x) * east - (one[1] + high / 2 - y) * south)
    return [(left, top, left + wide, top + high) for left, top in corners]

"""Countries and provinces, to draw a map on: Natural Earth, public domain; see assets/README.md."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from reasoner.render.json import Json

FILE = Path(__file__).parent / "assets" / "outlines.json.gz"
SCALE = 1_000  # to a degree

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # west, south, east, north; degrees


def outlines(west: float, south: float, east: float, north: float) -> Json:
    """What lies in a box, as GeoJSON: countries as polygons, borders of provinces as lines, cut off at its edges."""
    box = (west, south, east, north)
    features: list[Json] = []
    for country in _world():
        if not _meets(tuple(edge / SCALE for edge in country["box"]), box):
            continue
        polygons = [
            rings for packed in country["polygons"] if (rings := [ring for one in packed if (ring := _ring(one, box))])
        ]
        lines = [part for one in country["lines"] for part in _parts(one, box)]
        if polygons:
            features.append(_feature(country["name"], "country", "MultiPolygon", polygons))
        if lines:
            features.append(_feature(country["name"], "province", "MultiLineString", lines))
    return {"type": "FeatureCollection", "features": features}


def _feature(name: str, level: str, kind: str, coordinates: object) -> Json:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"name": name, "level": level}, "geometry": geometry}


@cache
def _world() -> list[dict[str, Any]]:
    """Countries. Lines of points are flat lists: the first point in thousandths of a degree, then the steps on."""
    return json.loads(gzip.decompress(FILE.read_bytes()))  # type: ignore[no-any-return]


def _points(packed: Sequence[int]) -> list[Point]:
    x = y = 0
    found = []
    for dx, dy in zip(packed[::2], packed[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x / SCALE, y / SCALE))
    return found


def _meets(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _edges(box: Box) -> Iterator[tuple[Callable[[Point], bool], Callable[[Point, Point], Point]]]:
    """For each edge, whether a point lies within it, and where a line crosses it."""

    def crossing(axis: int, at: float) -> Callable[[Point, Point], Point]:
        def cross(a: Point, b: Point) -> Point:
            share = (at - a[axis]) / (b[axis] - a[axis])
            other = a[1 - axis] + share * (b[1 - axis] - a[1 - axis])
            return (at, other) if axis == 0 else (other, at)

        return cross

    west, south, east, north = box
    yield (lambda p: p[0] >= west), crossing(0, west)
    yield (lambda p: p[0] <= east), crossing(0, east)
    yield (lambda p: p[1] >= south), crossing(1, south)
    yield (lambda p: p[1] <= north), crossing(1, north)


def _ring(packed: Sequence[int], box: Box) -> list[Point]:
    """A ring cut off at the edges of a box (Sutherland and Hodgman, 1974); empty where it lies outside."""
    ring = _points(packed)
    for within, cross in _edges(box):
        cut: list[Point] = []
        for a, b in pairwise((ring[-1], *ring) if ring else ()):
            if within(a) != within(b):
                cut.append(cross(a, b))
            if within(b):
                cut.append(b)
        ring = cut
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    return ring if len(ring) > 3 else []


def _parts(packed: Sequence[int], box: Box) -> Iterable[list[Point]]:
    """The parts of a line that lie in a box."""
    lines = [_points(packed)]
    for within, cross in _edges(box):
        cut: list[list[Point]] = []
        for line in lines:
            part: list[Point] = [line[0]] if within(line[0]) else []
            for a, b in pairwise(line):
                if within(a) != within(b):
                    part.append(cross(a, b))
                if within(b):
                    part.append(b)
                elif part:
                    cut.append(part)
                    part = []
            cut += [part] if part else []
        lines = [one for one in cut if len(one) > 1]
    return lines

"""From latitude and longitude to a rectangle, and the outlines on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, floor, log10, radians
from typing import Any

from reasoner.render.outlines import outlines
from reasoner.render.pictures.svg import short

Point = tuple[float, float]

KM = 111.2  # of a degree of latitude
FINE = 15.0  # units to a degree, from which on borders of provinces can be told apart
NARROW = 50.0  # km: no map shows less
EDGE = 0.12  # of the map that is free around what must be on it


@dataclass(frozen=True)
class Projection:
    """Equirectangular, true along the middle parallel. The longitude of its left edge may be below -180."""

    west: float
    north: float
    scale: float  # units to a degree of latitude
    squeeze: float  # of a degree of longitude
    width: float
    height: float

    @classmethod
    def around(cls, places: Iterable[Point], width: float, height: tuple[float, float]) -> Projection:
        """A map so wide, and within the heights as high as it must be, that has all places on it."""
        latitudes, longitudes = zip(*places, strict=True)
        south, north = min(latitudes), max(latitudes)
        west, east = _across(longitudes)
        middle = (south + north) / 2
        squeeze = max(cos(radians(middle)), 0.05)
        wide, high = max((east - west) * squeeze, NARROW / KM), max(north - south, NARROW / KM)
        down = min(max(width * high / wide, height[0]), height[1])
        scale = min(width / wide, down / high) * (1 - 2 * EDGE)
        left = (west + east) / 2 - width / scale / squeeze / 2
        return cls(left, middle + down / scale / 2, scale, squeeze, width, down)

    def __call__(self, latitude: float, longitude: float) -> Point:
        """Where a place is, from the corner above left: no more than half the world from the middle."""
        middle = self.west + self.width / self.scale / self.squeeze / 2
        return self.flat(latitude, (longitude - middle + 180) % 360 - 180 + middle)

    def flat(self, latitude: float, longitude: float) -> Point:
        """The same for a longitude that may be beyond 180."""
        return (longitude - self.west) * self.squeeze * self.scale, (self.north - latitude) * self.scale

    def inside(self, point: Point, free: float = 0) -> bool:
        """Whether it is on the map, so far from its edges."""
        x, y = point
        return free <= x <= self.width - free and free <= y <= self.height - free

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the map."""
        east = self.west + self.width / self.scale / self.squeeze
        return self.west, self.north - self.height / self.scale, east, self.north

    def bar(self) -> tuple[int, float]:
        """A round number of kilometres that is at most a quarter of the map, and its length."""
        most = self.width / self.scale * KM / 4
        tens = 10 ** floor(log10(most))
        km = max((step * tens for step in (1, 2, 5) if step * tens <= most), default=tens)
        return round(km) if km >= 1 else 1, max(km, 1) / KM * self.scale


def _across(longitudes: Sequence[float]) -> tuple[float, float]:
    """West and east of all, with the widest gap between them outside; west is one of -180 to 180."""
    around = sorted({(one + 180) % 360 - 180 for one in longitudes})
    _, first = max((after - before, n) for n, (before, after) in enumerate(pairwise([*around, around[0] + 360]), 1))
    return (around[0], around[-1]) if first == len(around) else (around[first], around[first - 1] + 360)


def outlined(projection: Projection) -> Iterator[tuple[str, str]]:
    """The outlines on a map, each with its level, as paths."""
    west, south, east, north = projection.box
    for turn in (-360, 0, 360):  # what is beyond the antimeridian is on the map too
        for feature in _features(west - turn, south, east - turn, north):
            geometry, level = feature["geometry"], feature["properties"]["level"]
            if level == "province" and projection.scale < FINE:
                continue
            closed = geometry["type"] == "MultiPolygon"
            found = geometry["coordinates"]
            lines = [line for polygon in found for line in polygon] if closed else found
            path = ""
            for line in lines:
                points = _thinned([projection.flat(one[1], one[0] + turn) for one in line])
                if len(points) > 1:
                    path += "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points) + "Z" * closed
            yield level, path


def _features(*box: float) -> Any:
    return outlines(*box)["features"]


def _thinned(points: list[Point]) -> list[Point]:
    """A line without points that cannot be told from those before them."""
    kept = points[:1]
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 0.75:
            kept.append(point)
    return kept

"""Places as points of the unit sphere: how far apart they lie, and in which of the eight winds.

The Earth is taken for a sphere, which is wrong by half a per cent of a distance and a fifth of a degree of a bearing at
most. Nothing is projected, so that the poles and the antimeridian are places like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pairs = npt.NDArray[np.int64]  # a row for each pair: the numbers of two places

RADIUS = 6371.0  # km
WINDS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


def points(latitude: Sequence[float] | Floats, longitude: Sequence[float] | Floats) -> Floats:
    """Degrees to a row of three coordinates for each place."""
    lat, lon = np.radians(np.asarray(latitude, float)), np.radians(np.asarray(longitude, float))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def kilometres(one: Floats, other: Floats) -> Floats:
    """Distances along great circles."""
    half = np.linalg.norm(one - other, axis=-1) / 2
    found: Floats = 2 * RADIUS * np.arcsin(np.minimum(half, 1))
    return found


def bearing(one: Floats, other: Floats) -> Floats:
    """Degrees clockwise from north, of the great circle from one place to the other, half way between them.

    At its middle a great circle leads to one end in exactly the opposite of the direction to the other. Seen from its
    ends it does not: meridians meet at the poles.
    """
    middle, along = one + other, other - one
    east = np.stack([-middle[..., 1], middle[..., 0], np.zeros(middle.shape[:-1])], axis=-1)
    north = np.cross(middle, east)
    # Both are as long as each other, but for the length of the middle.
    eastward = (along * east).sum(axis=-1) * np.linalg.norm(middle, axis=-1)
    found: Floats = np.degrees(np.arctan2(eastward, (along * north).sum(axis=-1))) % 360
    return found


def sides(one: Floats, other: Floats) -> list[str]:
    """The wind in which the other place lies, seen from the one."""
    return [WINDS[wind] for wind in _winds(bearing(one, other))]


def _winds(degrees: Floats) -> Any:
    """The numbers of the nearest winds. Between two it is the later one, and so is it on the way back."""
    return (np.floor((degrees + 22.5) / 45).astype(int) % 8).tolist()

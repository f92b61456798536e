"""Areas from polygons: which share a border, and on which side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reasoner.diagnostic import Diagnostic, did_you_mean, error
from reasoner.evidence.cells import constant
from reasoner.geography.sphere import Floats, Pairs, points
from reasoner.syntax.load import shown, text_of

KINDS = ("Polygon", "MultiPolygon")


def read(path: Path, called: str, problems: list[Diagnostic]) -> dict[str, Any]:
    """The areas of a GeoJSON file by their names, which stand in the property `called`."""
    from shapely.errors import ShapelyError
    from shapely.geometry import shape
    from shapely.validation import make_valid

    text, name = text_of(path, problems), shown(path)
    if text is None:
        return {}

    def wrong(message: str, remedy: str) -> None:
        problems.append(error("R542", f"{name}: {message}", help=remedy))

    try:
        features = json.loads(text.content)["features"]
        properties = [feature["properties"] or {} for feature in features]
        geometries = [feature["geometry"] or {"type": "without coordinates"} for feature in features]
    except (ValueError, KeyError, TypeError, RecursionError):
        wrong("is no GeoJSON of features", 'areas are a {"type": "FeatureCollection"} with polygons')
        return {}
    known = dict.fromkeys(key for its in properties for key in its)
    if called not in known:
        remedy = did_you_mean(called, known) or f"its properties are {', '.join(known)}"
        problems.append(error("R433", f"{name} has no property `{called}`", help=remedy))
        return {}
    areas: dict[str, Any] = {}
    for number, (its, geometry) in enumerate(zip(properties, geometries, strict=True), 1):
        area = constant(str(its.get(called) or ""))
        if area is None:
            wrong(f"feature {number} has no name in `{called}`", "name another property with --called")
        elif geometry.get("type") not in KINDS:
            wrong(f"feature {number}, {area}, is {geometry.get('type')}", "an area is a Polygon or a MultiPolygon")
        elif area in areas:
            wrong(f"two areas are called {area}", "name a property that tells them apart with --called")
        else:
            try:
                areas[area] = make_valid(shape(geometry))
            except (ShapelyError, ValueError, TypeError, KeyError, IndexError) as reason:
                wrong(
                    f"feature {number}, {area}, cannot be read: {reason}", "a ring is a list of [longitude, latitude]"
                )
    return areas


def borders(areas: Sequence[Any]) -> Pairs:
    """The pairs of areas that share a border and not only a corner, the smaller number first."""
    from shapely import STRtree, intersection

    if not areas:
        return np.empty((0, 2), np.int64)
    tree, shapes = STRtree(areas), np.array(areas, object)
    pairs = tree.query(shapes, predicate="intersects").T
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    shared = intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    lines = np.array([one.length > 0 for one in shared], np.bool_)
    found: Pairs = np.unique(pairs[lines], axis=0).astype(np.int64).reshape(-1, 2)
    return found


def middles(areas: Mapping[str, Any]) -> Floats:
    """The middle of each area, as a point of the sphere: that of its parts, by their size."""
    found = []
    for area in areas.values():
        parts = [part for part in getattr(area, "geoms", (area,)) if part.area]
        centres = points([part.centroid.y for part in parts], [part.centroid.x for part in parts])
        found.append(np.average(centres, axis=0, weights=[part.area for part in parts]))
    return np.array(found, float).reshape(-1, 3)

"""Places in zones: which of the places that are known already lie within a polygon of a map."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reasoner.diagnostic import Problems, error
from reasoner.evidence.cells import Bad
from reasoner.evidence.mapping import TableMapping

if TYPE_CHECKING:
    from reasoner.evidence.aliases import At

LIMITS = (180, 90)  # degrees, in the order of GeoJSON


class Zones:
    """Known places, to be found by the zones that they lie in. A place on a border lies in the zones on both sides.

    Edges are straight lines on a plate of longitudes and latitudes, as RFC 7946 has them.
    """

    def __init__(self, mapping: TableMapping, located: Mapping[str, Sequence[At]]) -> None:
        if not located:
            remedy = "name the facts that have their points: --facts gazetteer.dl"
            raise Problems([error("R436", "no place is known that could lie in a polygon", mapping.shape, help=remedy)])
        try:
            import shapely
        except ImportError:
            remedy = "install it: pip install 'reasoner[geography]'"
            raise Problems([error("R541", "polygons need shapely, which is not installed", help=remedy)]) from None
        points = [(place, (x, y)) for place, its in located.items() for y, x in its]
        self._shapely: Any = shapely
        self._places = [place for place, _ in points]
        self._tree = shapely.STRtree(shapely.points([at for _, at in points]))

    def within(self, column: str, parts: Mapping[str, str]) -> Sequence[Hashable] | Bad:
        """The places within a shape of GeoJSON; which column it stands in, and the cells."""
        if not parts[column]:
            return Bad("empty", column)
        areas = _areas(parts[column])
        if isinstance(areas, str):
            return Bad(areas, column)
        made = [self._shapely.Polygon(shell, holes) for shell, *holes in areas]
        # What lies inside of a border that crosses itself would be a guess. Polygons of one zone may overlap.
        if not all(self._shapely.is_valid(one) for one in made):
            return Bad("bad_border", column)
        found = self._tree.query(made, predicate="covers")[1].tolist()
        return list(dict.fromkeys(self._places[n] for n in sorted(set(found)))) or Bad("no_place_within", column)


Ring = list[tuple[float, float]]


def _areas(written: str) -> list[list[Ring]] | str:
    """The polygons of a shape, each as its outer ring and its holes; or why it has none."""
    try:
        shape = json.loads(written)
    except (ValueError, RecursionError):
        return "no_area"
    kind, given = (shape.get("type"), shape.get("coordinates")) if isinstance(shape, dict) else (None, None)
    several = given if kind == "MultiPolygon" else [given] if kind == "Polygon" else None
    if not isinstance(several, list) or not several:
        return "no_area"
    areas = []
    for rings in several:
        if not isinstance(rings, list) or not rings:
            return "no_area"
        area: list[Ring] = []
        for ring in rings:
            points = _ring(ring)
            if isinstance(points, str):
                return points
            area.append(points)
        areas.append(area)
    return areas


def _ring(given: Any) -> Ring | str:
    """The corners of a ring; or what is wrong with them."""
    if not isinstance(given, list) or not given:
        return "no_area"
    points: Ring = []
    for at in given:
        if not isinstance(at, list) or len(at) < 2 or not all(type(one) in (int, float) for one in at[:2]):
            return "bad_number"
        if not all(-limit <= one <= limit for one, limit in zip(at, LIMITS, strict=False)):
            return "out_of_range"
        points.append((float(at[0]), float(at[1])))
    return points if len(points) >= 4 and points[0] == points[-1] else "open_ring"

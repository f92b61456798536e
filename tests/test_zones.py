"""Maps become facts: which places lie in a zone, and what each map says that is new."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoner.diagnostic import Problems
from reasoner.doors.cli import cli
from reasoner.evidence import mapping
from reasoner.evidence.aliases import Aliases
from reasoner.evidence.claim_table import ClaimTable
from reasoner.evidence.claims import TableFile
from reasoner.evidence.tables import Imported, Importer
from reasoner.evidence.zones import Zones
from reasoner.knowledge_base import KnowledgeBase
from reasoner.loading import vocabulary_of
from reasoner.syntax.load import load as load_files
from reasoner.syntax.tree import Program
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row
from reasoner.text import Text
from reasoner.when import Days, show_day
from tests.rows import ROOT, mapped

# ---------------------------------------------------------------- which places lie in a zone

Point = tuple[int, int]
GRID = [(x, y) for x in range(-1, 7) for y in range(-1, 7)]
FRONTS = mapping.load("fronts", [])
AREAS = mapping.load("areas", [])


@cache
def grid() -> Zones:
    """A place at every point of a grid, called by its coordinates."""
    assert FRONTS is not None
    return Zones(FRONTS, {str(at): ((at[1], at[0]),) for at in GRID})


def turn(a: Point, b: Point, c: Point) -> int:
    """Whether c lies left of the way from a to b (1), right of it (-1), or on the line (0)."""
    side = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (side > 0) - (side < 0)


def on(a: Point, b: Point, c: Point) -> bool:
    """Whether c lies on the edge from a to b."""
    between = all(min(p, q) <= r <= max(p, q) for p, q, r in zip(a, b, c, strict=True))
    return turn(a, b, c) == 0 and between


def simple(ring: Sequence[Point]) -> bool:
    """Whether a closed ring nowhere crosses or touches itself."""
    edges = list(pairwise(ring))
    if any(a == b for a, b in edges):  # a corner that is written twice
        return simple([p for p, q in edges if p != q] + [ring[-1]]) if len(set(ring)) > 1 else False
    for (n, (a, b)), (m, (c, d)) in combinations(enumerate(edges), 2):
        shared = {b} if m == n + 1 else {a} if n == 0 and m == len(edges) - 1 else set()
        if any(on(*edge, p) and p not in shared for edge, ends in (((a, b), (c, d)), ((c, d), (a, b))) for p in ends):
            return False
        if turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0:
            return False
    return len(edges) > 2


def inside(ring: Sequence[Point], at: Point) -> bool:
    """Whether a point lies on a ring, or a ray from it to the right crosses it an odd number of times."""
    if any(on(a, b, at) for a, b in pairwise(ring)):
        return True
    crossed = 0
    for (ax, ay), (bx, by) in pairwise(ring):
        if (ay > at[1]) != (by > at[1]):
            # Exact: where the edge is at the height of the point, compared with where the point is.
            high, low = ((ax, ay), (bx, by)) if ay > by else ((bx, by), (ax, ay))
            crossed += turn(low, high, at) > 0
    return crossed % 2 == 1


CORNERS = st.tuples(st.integers(0, 5), st.integers(0, 5))
RINGS = st.lists(CORNERS, min_size=3, max_size=6).map(lambda ring: [*ring, ring[0]])


@given(st.lists(RINGS, min_size=1, max_size=2))
def test_places_within_are_counted_by_rays(rings: list[list[Point]]) -> None:
    """A zone has the places that rays find in one of its polygons, those on borders too; or a border meets itself."""
    found = grid().within("geometry", {"geometry": json.dumps(multipolygon(rings))})
    if not all(map(simple, rings)):
        assert getattr(found, "reason", None) == "bad_border"
    else:
        assert found == [str(at) for at in GRID if any(inside(ring, at) for ring in rings)]


def multipolygon(rings: Iterable[Sequence[Point]]) -> dict[str, Any]:
    """A shape of one polygon for each ring."""
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """A ring around these."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def test_holes_are_outside() -> None:
    """A place in a hole is not in the zone; one on the border of the hole is. Heights are not looked at."""
    shape = {"type": "Polygon", "coordinates": [[[*at, 800.0] for at in box(0, 0, 4, 4)], box(1, 1, 3, 3)]}
    found = grid().within("geometry", {"geometry": json.dumps(shape)})
    assert set(map(str, GRID)) - set(map(str, found)) == {  # type: ignore[arg-type]
        str(at) for at in GRID if at == (2, 2) or not (0 <= at[0] <= 4 and 0 <= at[1] <= 4)
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just([[0, 0], [1, 1], [0, 1]]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "properties", "actor"]), inner)
    ),
    max_leaves=8,
)
KINDS = st.sampled_from(["Polygon", "MultiPolygon", "Point"])


@given(st.lists(JSON | st.builds(lambda k, c: zone("A", "2016-06-01", {"type": k, "coordinates": c}), KINDS, JSON)))
def test_whatever_the_features_counts_add_up(features: list[Any]) -> None:
    """Whatever the features hold, each is accepted or among the rejects, as it stood."""
    found, refused = maps(features)
    assert found.report.rows == len(features) == found.report.accepted + len(refused)


# ---------------------------------------------------------------- what each map says that is new

ACTORS, PLACES = "abc", ("p", "q", "r")
FIRST = 736_000
Shown = dict[str, frozenset[str]]  # the holders of each place on one map


FAR = {"type": "Polygon", "coordinates": [box(50, 50, 51, 51)]}


def day(number: int) -> str:
    """The date of a map."""
    return show_day(FIRST + 2 * number)


def zone(actor: Any, date: Any, geometry: Any) -> dict[str, Any]:
    """A feature."""
    return {"type": "Feature", "properties": {"actor": actor, "date": date}, "geometry": geometry}


def maps(features: list[Any], written: str | None = None) -> tuple[Imported, list[list[str]]]:
    """The facts of a map by the mapping `fronts`, changed or not, and the rows of its rejects."""
    text = (ROOT / "facts/mappings/fronts.toml").read_text(encoding="utf-8") if written is None else written
    located = {place: ((0.0, float(n)),) for n, place in enumerate(PLACES)}
    refused = io.StringIO(newline="")
    with TemporaryDirectory() as name:
        path = Path(name) / "map.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        aliases = Aliases(doctrine()[1], (), (), located)
        found = Importer(mapped(text, path.parent), doctrine()[1], aliases).read(path, refused)
    return found, list(csv.reader(io.StringIO(refused.getvalue(), newline="")))[1:]


@cache
def doctrine() -> tuple[Program, Vocabulary]:
    """The rules that say who holds what."""
    program = load_files([ROOT / "rules" / f"{name}.dl" for name in ("vocabulary", "control", "hostility")], [])
    return program, Vocabulary(program)


def drawn_features(shown: Sequence[Shown], order: Random) -> list[dict[str, Any]]:
    """Each actor has a zone of squares around its places. One of nobody's far off is on every map."""
    features = list(_features(shown))
    order.shuffle(features)
    return features


def _features(shown: Sequence[Shown]) -> Iterator[dict[str, Any]]:
    for number, its in enumerate(shown):
        for actor in ACTORS:
            squares = [box(n - 0.2, -1, n + 0.2, 1) for n, p in enumerate(PLACES) if actor in its.get(p, ())]
            if squares:
                yield zone(actor, day(number), {"type": "MultiPolygon", "coordinates": [[one] for one in squares]})
        yield zone("far", day(number), FAR)


def concluded(tables: Iterable[ClaimTable], found: Imported) -> dict[str, dict[Row, Days]]:
    """Who holds what, and what is contested, by the doctrine."""
    file = TableFile(Text("map", ""), found.sources, tables=tuple(tables))
    base = KnowledgeBase(Program((*doctrine()[0].files, file)))
    model = base.model(["holds", "contested"])
    return {name: {row: its.certain for row, its in model.rows(name).items()} for name in ("holds", "contested")}


MAPS = st.lists(
    st.dictionaries(st.sampled_from(PLACES), st.frozensets(st.sampled_from(ACTORS), min_size=1)), min_size=1, max_size=6
)
ALL = (ROOT / "facts/mappings/fronts.toml").read_text(encoding="utf-8").replace('changes = "place"\n', "")
LEFT = ALL.replace('predicate = "control"', 'predicate = "control"\nchanges = "place"\nleft = "withdraw"')


def facts(found: Imported, predicate: str) -> set[tuple[str, str, str]]:
    """What is said of actors and places, with the day."""
    tables = [one for one in found.tables if one.predicate == predicate]
    return {(*map(str, t.row(n)), str(t.when(n, "event"))) for t in tables for n in range(t.size)}  # type: ignore[misc]


@settings(max_examples=12, deadline=None)
@given(MAPS, st.randoms())
def test_changes_conclude_what_all_reports_do(shown: list[Shown], order: Random) -> None:
    """By the doctrine, the changes between maps give the same holders and disputes on every day as all reports do."""
    features = drawn_features(shown, order)
    every, some = maps(features, ALL)[0], maps(features)[0]
    assert every.report.unchanged == every.report.left == 0
    assert some.report.facts.get("control", 0) + some.report.unchanged == every.report.facts.get("control", 0)
    assert concluded(every.tables, every) == concluded(some.tables, some)


@given(MAPS, st.randoms())
def test_changes_are_no_more_than_needed(shown: list[Shown], order: Random) -> None:
    """A place is spoken of on a map if it has other holders than when it was last shown, and of all of them then."""
    wanted, gone, silent = set(), set(), 0
    for place in PLACES:
        last: frozenset[str] = frozenset()
        kept: frozenset[str] = frozenset()  # where it is not said that they left
        for number, its in enumerate(shown):
            now = its.get(place, frozenset())
            if now and now != kept:
                wanted |= {(actor, place, day(number)) for actor in now}
            if last and not now:
                gone |= {(actor, place, day(number)) for actor in last}
                silent += 1
            last, kept = now, now or kept
    found, _ = maps(drawn_features(shown, order))
    assert (facts(found, "control"), found.report.left) == (wanted, silent)
    told, _ = maps(drawn_features(shown, order), LEFT)
    assert facts(told, "withdraw") == gone
    assert told.report.left == 0
    again = {(a, p, day(n)) for n, its in enumerate(shown) for p, actors in its.items() for a in actors
             if n == 0 or shown[n - 1].get(p) != actors}  # fmt: skip
    assert facts(told, "control") == again


@settings(max_examples=8, deadline=None)
@given(MAPS, st.randoms())
def test_who_left_holds_no_more(shown: list[Shown], order: Random) -> None:
    """With `left`, a place is held on each day by those alone who have it on the last map up to that day."""
    found, _ = maps(drawn_features(shown, order), LEFT)
    holds = concluded(found.tables, found)["holds"]
    for number, its in enumerate(shown):
        for at in (FIRST + 2 * number, FIRST + 2 * number + 1):
            now = {row for row, days in holds.items() if at in days}
            assert now == {(actor, place) for place, actors in its.items() for actor in actors}


SQUARE = {place: {"type": "Polygon", "coordinates": [box(n - 0.2, -1, n + 0.2, 1)]} for n, place in enumerate(PLACES)}


UNKNOWN = [zone("Unknown", day(number), SQUARE["p"]) for number in (1, 2)]  # p is there, and nobody knows whose


@pytest.mark.parametrize(
    ("wrong", "gone", "silent"),
    [
        ([zone("a", day(1), SQUARE["q"])], {day(1)}, 0),  # nothing is wrong
        (UNKNOWN, set(), 0),
        (UNKNOWN[:1], {day(2)}, 0),
        ([zone("a", day(1), {"type": "Polygon", "coordinates": []})], {day(2)}, 0),  # nobody knows what it has
        ([zone("a", "2015-13-01", SQUARE["q"])], set(), 1),  # nor of which day it is
        ([7], set(), 1),
    ],
)
def test_a_map_that_is_not_whole_shows_nobody_gone(wrong: list[Any], gone: set[str], silent: int) -> None:
    """Where a zone was refused, a place that it may have had has not left; the next map that is whole shows it."""
    features = [zone("a", day(0), SQUARE["p"]), *(zone("b", day(number), SQUARE["r"]) for number in (1, 2)), *wrong]
    found, _ = maps(features, LEFT)
    assert {one for one in facts(found, "withdraw") if one[1] == "p"} == {("a", "p", date) for date in gone}
    assert found.report.left == silent


def test_names_written_otherwise_are_no_change() -> None:
    """Two spellings of a holder are one holder; the source of a departure is the map that shows it."""
    features = [zone("Unknown", day(2), SQUARE["q"]), zone("The Army", day(0), SQUARE["p"]),
                zone("the army", day(1), SQUARE["p"]), zone("b", day(2), SQUARE["q"])]  # fmt: skip
    found, _ = maps(features, LEFT)
    assert facts(found, "control") == {("the_army", "p", day(0)), ("b", "q", day(2))}
    (gone,) = (table for table in found.tables if table.predicate == "withdraw")
    assert (gone.row(0), str(gone.when(0, "event"))) == (("the_army", "p"), day(2))
    citation = gone.citation(0)
    assert (citation.source, citation.locator) == (f"front_map_{day(2).replace('-', '_')}", "row4")


# ---------------------------------------------------------------- areas, messages, the document


def test_areas_have_their_places() -> None:
    """Places are part of the areas that they lie in; an area without one has its name all the same."""
    features = [
        {"type": "Feature", "properties": {"id": code, "name": name}, "geometry": shape}
        for code, name, shape in (("SY1", "One", SQUARE["p"]), ("SY2", "Two", FAR))
    ]
    found, refused = maps(features, (ROOT / "facts/mappings/areas.toml").read_text(encoding="utf-8"))
    told = {(t.predicate, *map(str, t.row(n))) for t in found.tables for n in range(t.size)}
    assert told >= {("part_of", "p", "sy1"), ("alias", "sy1", '"One"'), ("alias", "sy2", '"Two"')}
    assert [one for one in told if one[0] == "part_of"] == [("part_of", "p", "sy1")]
    assert not refused


PART = '[[fact]]\npredicate = "control"\n{}\narguments = {{ actor = "actor", place = {{ within = "geometry" }} }}\n'
DATED = '[date]\nstart = "date"\n'
WRONG = [
    (PART.format("").replace('"geometry"', '"shape"'), "R432", 'write { within = "geometry" }'),
    (PART.format("").replace('"geometry"', '"geometry", column = "a"'), "R432", "as in"),
    (DATED + PART.format('changes = "plase"'), "R432", "did you mean `place`?"),
    (DATED + PART.format('left = "withdraw"'), "R432", 'changes = "place"'),
    (DATED + PART.format('changes = "place"\noptional = true'), "R432", "leave it out"),
    (DATED + PART.format('changes = "place"\nleft = "withdrew"'), "R435", "did you mean `withdraw`?"),
    (DATED + PART.format('changes = "place"\nleft = "clash"'), "R435", 'left = "withdraw"'),
    (DATED + PART.format('changes = "place"').replace('"control"', '"controls"'), "R201", "did you mean `control`?"),
    (DATED + PART.format('changes = "place"').replace("actor =", "who ="), "R204", "give each argument"),
    (DATED + PART.format('changes = "place"') + PART.format(""), "R435", "a mapping of their own"),
    ('source.date = "date"\n' + PART.format('changes = "place"'), "R435", "write [date]"),
]


@pytest.mark.parametrize(("written", "code", "remedy"), WRONG)
def test_wrong_mappings_of_maps_are_told(written: str, code: str, remedy: str) -> None:
    """What cannot be asked of zones and of changes is told with its place, and what to write instead."""
    with pytest.raises(Problems) as told:
        maps([], written)
    assert any(one.code == code and remedy in one.help for one in told.value.diagnostics)
    assert all(one.labels for one in told.value.diagnostics)


@pytest.mark.parametrize(("name", "written"), [("t.csv", "actor,geometry\n"), ("t.json", '[{"actor": "a"}]')])
def test_only_maps_have_shapes(tmp_path: Path, name: str, written: str) -> None:
    """A table that has no shapes is told so."""
    assert FRONTS is not None
    (tmp_path / name).write_text(written, encoding="utf-8")
    known = Aliases(vocabulary_of(), (), (), {"p": ((0.0, 0.0),)})
    with pytest.raises(Problems) as told:
        Importer(FRONTS, vocabulary_of(), known).read(tmp_path / name, io.StringIO())
    assert [one.code for one in told.value.diagnostics] == ["R434"]


def test_places_and_library_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no place is known, or shapely is not installed, it is told what to do."""
    assert FRONTS is not None
    with pytest.raises(Problems, match="R436"):
        Importer(FRONTS, vocabulary_of())
    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(Problems, match="R541"):
        Zones(FRONTS, {"p": ((0.0, 0.0),)})


def test_the_example_of_the_document_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The maps of facts/mappings/README.md, imported and asked as it says, print what it shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    document = ROOT / "facts/mappings/README.md"
    text = document.read_text(encoding="utf-8")
    files = re.findall(r"`(\S+)`:\n\n```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for name, content in files:
        Path(name).write_text(content, encoding="utf-8")
    assert len(files) == 2
    (block,) = (b for b in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL) if "zones" in b)
    shown = "".join(
        f"$ reasoner {command}\n{CliRunner(catch_exceptions=False).invoke(cli, shlex.split(command)).stdout}"
        for command in re.findall(r"^\$ reasoner (.*)$", block, re.MULTILINE)
    )
    if os.environ.get("REWRITE"):
        document.write_text(text.replace(block, shown), encoding="utf-8")
    else:
        assert block == shown

"""What is exported is what is answered, in every format, read back by somebody else."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from shapely.geometry import shape

import reasoner
from reasoner.doors.cli import cli
from reasoner.knowledge_base import KnowledgeBase
from reasoner.query.answers import Answers
from reasoner.query.atlas import Spot, spots
from reasoner.render.exports.formats import FORMATS
from reasoner.render.exports.geojson import _geometry
from reasoner.render.exports.table import Export, of_answers, text_of
from reasoner.render.text import TextRenderer
from reasoner.strategies import wars
from reasoner.term import Quoted
from reasoner.when import FUTURE, PAST, Days, day_or_none, show_day

ROOT = Path(__file__).parent.parent
BASTOGNE = ROOT / "facts" / "cases" / "bastogne_1944.dl"
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
GEXF = "{http://gexf.net/1.3}"
BODIES = (
    "holds(A, P)",
    "besieges(A, P, S)",
    "encircled(P)",
    "supply(bastogne, any, S)",
    "adjacent(P, Q, S), holds(A, Q)",
)
NASTY = """\
fixed located(place: Place, latitude, longitude) "{place} lies at {latitude}, {longitude}".
event said(place: Place, what) "{place}: {what}".
state lasts(place: Place, row, other) "{place} lasts".
source s publisher "A \\"B\\" & Co" date 2016-05-15.
located(a, -16.5, 179.5). located(b, -17, -179.5). located(c, 95, 10).
said(a, "=1+1, \\"q\\" <b> & \x1b[31m \\n two; lines") s1 "-2 <i>, \\"x\\" \x07 \\n y" assuming road.
said(b, "\U0001f600 é") 12 "@x".
lasts(c, 1, "1.5", [2016-05-01..2016-05-03]..2016-05-10).
lasts(c, 2.5, x, ..2016-05-04).
assume road "=a road; \\"drawn\\"".
"""
RESERVED = frozenset({"row", "atom", "citations"})  # names of ours that a question below has too
RINGED = {"bastogne", "assenois", "remoifosse"}  # encircled on some day, possibly
Rows = list[dict[str, str | None]]


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """Facts without the doctrine, with texts that formats write otherwise."""
    path = tmp_path_factory.mktemp("nasty") / "nasty.dl"
    path.write_text(NASTY, encoding="utf-8")
    return reasoner.load(facts=path, default_rules=False)


@cache
def doctrine(*facts: Path) -> KnowledgeBase:
    """The doctrine, with facts or without."""
    return reasoner.load(ROOT / "rules", facts, default_rules=False)


def renderer(base: KnowledgeBase) -> TextRenderer:
    """Texts with the names of a base."""
    return base.renderer


def exported(base: KnowledgeBase, answers: Answers) -> Export:
    """The answers as they are exported."""
    return of_answers(answers, renderer(base), spots(base.store, base.names))


# ---------------------------------------------------------------- readers, none of them ours


def _csv(data: bytes) -> Rows:
    rows = csv.DictReader(io.StringIO(data.decode(), newline=""))
    return [{name: cell or None for name, cell in row.items()} for row in rows]


def _json_lines(data: bytes) -> Rows:
    return [_texts(json.loads(line)) for line in data.decode().split("\n") if line]


def _geojson(data: bytes) -> Rows:
    features = json.loads(data)["features"]
    return [_texts({"row": f["id"], **f["properties"]}) for f in features if not str(f["id"]).startswith("route/")]


def _graphml(data: bytes) -> Rows:
    root = ElementTree.fromstring(data)
    keys = {key.attrib["id"]: key.attrib["attr.name"] for key in root.iter(f"{GRAPHML}key")}
    edges = list(root.iter(f"{GRAPHML}edge"))
    return [{"row": e.attrib["id"], **{keys[d.attrib["key"]]: d.text or "" for d in e}} for e in edges]


def _gexf(data: bytes) -> Rows:
    root = ElementTree.fromstring(data)
    titles = {one.attrib["id"]: one.attrib["title"] for one in root.iter(f"{GEXF}attribute")}
    rows: Rows = []
    for edge in root.iter(f"{GEXF}edge"):
        values = {titles[v.attrib["for"]]: v.attrib["value"] for v in edge.iter(f"{GEXF}attvalue")}
        rows.append({"row": edge.attrib["id"], **values})
    return rows


def _parquet(data: bytes) -> Rows:
    return [_texts(row) for row in parquet.read_table(pa.BufferReader(data)).to_pylist()]


def _sqlite(data: bytes) -> Rows:
    base = sqlite3.connect(":memory:")
    base.deserialize(data)
    base.row_factory = sqlite3.Row
    assert base.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert not base.execute("PRAGMA foreign_key_check").fetchall()
    name = next(n for (n,) in base.execute("SELECT name FROM sqlite_master") if n in ("answers", "situation"))
    rows: Rows = []
    for row in base.execute(f"SELECT * FROM {name}"):
        apart: dict[str, Any] = {
            "citations": [
                {"source": c["source"], "locator": c["locator"], "quote": c["quote"]}
                for c in base.execute('SELECT * FROM citations WHERE "row" = ?', (row["row"],))
            ],
            "assumptions": [
                a for (a,) in base.execute('SELECT assumption FROM assumptions WHERE "row" = ?', (row["row"],))
            ],
        }
        found = dict(row)
        if "sure" in found:
            found["sure"] = bool(found["sure"])
        rows.append(_texts(found | apart))
    return rows


READERS = {
    "csv": _csv, "jsonl": _json_lines, "geojson": _geojson, "graphml": _graphml, "gexf": _gexf, "parquet": _parquet,
    "sqlite": _sqlite,
}  # fmt: skip


def _texts(row: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: text_of(cell) for name, cell in row.items()}


# ---------------------------------------------------------------- laws


def days(start: str | None, end: str | None) -> tuple[int, int]:
    """A closed-open span as it was written."""
    first, after = (date.fromisoformat(one).toordinal() if one else None for one in (start, end))
    return first or PAST, after or FUTURE


def spoken(text: str) -> str:
    """A text as XML can have it."""
    return "".join(c if c in "\t\n" or ord(c) >= 32 else c.encode("unicode_escape").decode() for c in text)


def agree(rows: Rows, answers: Answers, form: str) -> None:
    """The rows say what the answers say: which, when, on whose word, assuming what."""
    say = spoken if form in ("graphml", "gexf") else str
    found: dict[str, Rows] = defaultdict(list)
    for row in rows:
        found[str(row["answer"])].append(row)
    assert sorted(found) == sorted(str(one.id) for one in answers)
    for one in answers:
        its = found[str(one.id)]
        sure = [row for row in its if row["sure"] == "true"]
        certain = Days.of(days(row.get("certain_start"), row.get("certain_end")) for row in sure)
        possible = Days.of(days(row.get("possible_start"), row.get("possible_end")) for row in its)
        assert (certain, possible) == (one.truth.certain, one.truth.possible)
        for row in its:
            assert (row["atom"], row["origin"]) == (say(one.atom), one.origin)
            for name, value in one.bindings:
                told = row.get(name + "_" * (name.lower() in RESERVED)) or ""
                if isinstance(value, int | float):
                    assert float(told) == value
                    continue
                assert told == say(value.text if isinstance(value, Quoted) else str(value))
            assert json.loads(row["assumptions"] or "") == list(one.assumptions)
            said = {(c.evidence.source, c.evidence.locator, c.evidence.quote) for c in one.claims if c.evidence}
            cited = [(c["source"], c["locator"], c["quote"]) for c in json.loads(row["citations"] or "")]
            assert (len(cited), set(cited)) == (len(said), said)
            windows = [(w["first"], w["last"]) for w in json.loads(row["windows"] or "")]
            assert windows == [(day_or_none(first), day_or_none(last)) for first, last in one.truth.windows]


@pytest.mark.parametrize("body", BODIES)
def test_a_siege_is_exported_as_it_is_answered(body: str) -> None:
    """Each format says what the answers say: certain and possible days, words, assumptions."""
    answers = doctrine(BASTOGNE).query(body)
    export = exported(doctrine(BASTOGNE), answers)
    assert answers.answers
    for form, write in FORMATS.items():
        agree(READERS[form](write(export)), answers, form)


@settings(max_examples=3, deadline=None)
@given(wars(2, 2, actors=2, most_changes=4), st.sampled_from(BODIES))
def test_a_war_is_exported_as_it_is_answered(war: str, body: str) -> None:
    """The same of drawn wars, in all formats alike; no answer is no row."""
    base = doctrine().append(war)
    answers = base.query(body)
    export = exported(base, answers)
    for form, write in FORMATS.items():
        agree(READERS[form](write(export)), answers, form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("body", ["said(Atom, What)", "lasts(P, Row, Citations)", "lasts(c, 1, X)"])
def test_texts_stay_what_they_are(form: str, body: str, nasty: KnowledgeBase) -> None:
    """Quotation marks, formulas, line ends and other scripts come through; what XML cannot say is written out."""
    answers = nasty.query(body)
    assert answers.answers
    agree(READERS[form](FORMATS[form](exported(nasty, answers))), answers, form)


@settings(max_examples=2, deadline=None)
@given(wars(2, 2, actors=2, most_changes=4))
def test_spells_say_what_each_day_says(war: str) -> None:
    """Over time a place stands in its spell as on each of its days, as the model has it; spells are apart."""
    spells_agree(doctrine().append(war), 3)


def test_spells_of_a_siege() -> None:
    """The same of Bastogne, where not all days are known."""
    spells_agree(doctrine(BASTOGNE), 2, date(1944, 12, 17).toordinal(), date(1944, 12, 30).toordinal())


def spells_agree(base: KnowledgeBase, step: int, first: int | None = None, last: int | None = None) -> None:
    """Spells against the model, and against the situation on some days."""
    spells = [dict(row) for row in base.situation(over_time=True).table.records()]
    model, dated = base.model(), base.store.dated() or (1, 1)
    for day in range(first or dated[0], last or dated[1] + 2, step):
        at, holders = date.fromordinal(day), defaultdict(set)
        for (actor, place), truth in model.rows("holds").items():
            if day in truth.certain:
                holders[place].add(actor)
        on = {row["place"]: row for row in base.situation(show_day(day)).table.records()}
        for (place,) in base.store.facts["place"]:
            its = [s for s in spells if s["place"] == place and (s["start"] or at) <= at < (s["end"] or date.max)]
            assert len(its) <= 1
            told = set(str(its[0]["holder"] or "").split("; ")) - {""} if its else set()
            assert told == holders[place]
            told_on = {name: cell for name, cell in on[place].items() if name not in OF_A_ROW}
            assert not its or {name: cell for name, cell in its[0].items() if name not in OF_A_ROW} == told_on


OF_A_ROW = frozenset({"row", "start", "end", "citations", "assumptions"})


def test_geojson_keeps_its_standard() -> None:
    """RFC 7946: longitude first, within the world, no crs, one id each; geometries that another reader accepts."""
    whole = json.loads(FORMATS["geojson"](ukraine().situation()))
    assert whole["type"] == "FeatureCollection"
    assert "crs" not in whole
    names = [feature["id"] for feature in whole["features"]]
    assert len(names) == len(set(names))
    kinds = set()
    for feature in whole["features"]:
        assert feature.keys() == {"type", "id", "geometry", "properties"}
        if feature["geometry"]:
            geometry = shape(feature["geometry"])
            assert geometry.is_valid
            kinds.add(geometry.geom_type)
            west, south, east, north = geometry.bounds
            assert 20 < west <= east < 42
            assert 43 < south <= north < 54
    assert kinds == {"Point", "LineString"}
    held = {f["properties"]["marker-color"] for f in whole["features"] if f["properties"].get("holder") == "a"}
    assert len(held) == 1


@cache
def ukraine() -> KnowledgeBase:
    """Three places with coordinates, one without, and a road that somebody drew."""
    return doctrine().append("""
        source map publisher "Map" date 2022-03-01.
        assume drawn "roads are drawn".
        located(kyiv, 50.45, 30.52) p1. located(lviv, 49.84, 24.03) p2. located(odesa, 46.48, 30.73) p3.
        kind(moon, town). adjacent(kyiv, lviv, w).
        route(west_road, kyiv, lviv, road) p4 assuming drawn. route(far_road, kyiv, moon, road).
        control(a, kyiv). control(b, lviv). control(a, odesa). base(b, lviv).
        route_status(west_road, closed, 2022-03-01).
    """)


def test_lines_are_cut_at_the_antimeridian(nasty: KnowledgeBase) -> None:
    """A line between places on both sides of it does not go round the world; what no map has counts for nothing."""
    found = spots(nasty.store, nasty.names)
    assert found["c"].latitude is None
    for ends in (("a", "b"), ("b", "a")):
        line = _geometry([found[name] for name in ends])
        assert line
        assert line["type"] == "MultiLineString"
        assert shape(line).length == pytest.approx((1 + 0.5**2) ** 0.5)
    assert _geometry([Spot("x", "x")]) is None


def test_routes_carry_status_and_assumptions() -> None:
    """A route has its last reported status, and what it assumes; one whose end lies nowhere is in the tables alone."""
    found = ukraine().situation()
    links = {record["link"]: record for record in found.links.records()}
    assert (links["west_road"]["status"], links["west_road"]["assumptions"]) == ("closed", ["roads are drawn"])
    assert links["kyiv_w_lviv"]["side"] == "w"
    drawn = {f["id"] for f in json.loads(FORMATS["geojson"](found))["features"]}
    assert "route/west_road" in drawn
    assert "route/far_road" not in drawn
    base = sqlite3.connect(":memory:")
    base.deserialize(FORMATS["sqlite"](found))
    query = 'SELECT assumption FROM link_assumptions JOIN links ON links.id = link_assumptions."row" WHERE link = ?'
    assert base.execute(query, ("west_road",)).fetchall() == [("roads are drawn",)]
    assert base.execute("SELECT count(*) FROM places WHERE latitude BETWEEN 46 AND 51").fetchone() == (3,)


@pytest.mark.parametrize("over_time", [False, True])
def test_graphs_are_whole(over_time: bool) -> None:
    """Each edge joins two nodes, each value has its key, each name stands once; over time every node has its spells."""
    found = doctrine(BASTOGNE).situation(None if over_time else "1944-12-22", over_time)
    root = ElementTree.fromstring(FORMATS["gexf"](found))
    nodes = [one.attrib["id"] for one in root.iter(f"{GEXF}node")]
    edges = [one.attrib for one in root.iter(f"{GEXF}edge")]
    assert len(nodes) == len(set(nodes)) == len(found.spots)
    assert len(edges) == len({one["id"] for one in edges}) == len(found.links.rows)
    assert all({one["source"], one["target"]} <= set(nodes) for one in edges)
    keys = {one.attrib["id"] for one in root.iter(f"{GEXF}attribute")}
    assert {one.attrib["for"] for one in root.iter(f"{GEXF}attvalue")} <= keys
    spells = [one.attrib for one in root.iter(f"{GEXF}spell")]
    assert len(spells) == (len(found.table.rows) if over_time else 0)
    ends = [row["end"] for row in found.table.records() if over_time]
    last_days = {str(end - timedelta(1)) for end in ends if isinstance(end, date)}
    assert {one["end"] for one in spells if "end" in one} == last_days
    if not over_time:
        root = ElementTree.fromstring(FORMATS["graphml"](found))
        keys = {one.attrib["id"] for one in root.iter(f"{GRAPHML}key")}
        assert {one.attrib["key"] for one in root.iter(f"{GRAPHML}data")} <= keys
        assert [one.attrib["id"] for one in root.iter(f"{GRAPHML}node")] == nodes


# ---------------------------------------------------------------- the command


def run(*arguments: str) -> Result:
    """The command, with the facts of Bastogne."""
    with_facts = ["export", *arguments, "--facts", str(BASTOGNE)]
    return CliRunner().invoke(cli, with_facts)


def test_the_end_of_the_name_is_the_format(tmp_path: Path) -> None:
    """A file is written whole; what was there before is gone, and nothing lies beside it."""
    out = tmp_path / "x.CSV"
    out.write_text("before")
    assert (run(str(out), "encircled(P)").exit_code, len(out.read_bytes()) > 100) == (0, True)
    assert out.read_text().startswith("row,answer,atom,")
    assert list(tmp_path.iterdir()) == [out]


def test_to_stdout(tmp_path: Path) -> None:
    """With - the data go to stdout and nothing else does."""
    done = run("-", "encircled(P)", "--format", "jsonl")
    assert (done.exit_code, {json.loads(line)["P"] for line in done.stdout.splitlines()}) == (0, RINGED)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("x.doc",), "is none of .csv, .jsonl"),
        (("-",), "give --format"),
        (("x.graphml", "--over-time"), "export over time as .gexf"),
        (("x.csv", "encircled(P)", "--over-time"), "have their days anyway"),
        (("x.csv", "--over-time", "--at", "1944-12-22"), "give one of them"),
        (("no/such/folder/x.csv", "encircled(P)"), "No such file"),
    ],
)
def test_what_cannot_be_written_is_told(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    """Exit code 2, and what to do instead; no file is made."""
    place = [str(tmp_path / one) if one.startswith(("x.", "no/")) else one for one in arguments]
    done = run(*place)
    assert (done.exit_code == 2 and says in done.stderr) or says in str(done.exception)
    assert not list(tmp_path.iterdir())

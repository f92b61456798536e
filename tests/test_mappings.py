"""What cannot be in a mapping, a table or a fact file is told with its place; the ready mappings keep the doctrine."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from reasoner import load
from reasoner.diagnostic import Diagnostic, Problems
from reasoner.evidence import fact_file, mapping
from reasoner.evidence.aliases import Aliases
from reasoner.evidence.tables import Importer
from reasoner.loading import vocabulary_of
from tests.rows import GOOD, RULES, imported, opened, table

# ---------------------------------------------------------------- what is told of mappings and files

BASE = "[[fact]]\npredicate = 'base'\narguments = { actor = 'actor', place = 'place' }"
CLASH = "[[fact]]\npredicate = 'clash'\narguments = { actor = 'actor', place = 'place', side = 'side' }"
WRONG = [
    (f"formt = 'csv'\n{BASE}", "R432", "did you mean `format`?"),
    (f"[date]\nstrat = 'x'\n{BASE}", "R432", "did you mean `start`?"),
    (BASE.replace("predicate", "predicat"), "R432", "did you mean `predicate`?"),
    (BASE.replace("'place' }", "{ column = 'place', valus = 'x' } }"), "R432", "did you mean `values`?"),
    ("[date", "R432", "as in the ready mappings"),
    (f"format = 'xls'\n{BASE}", "R432", "write one of csv, tsv, jsonl, json, geojson, parquet"),
    ("fact = [{ predicate = 'bases', arguments = {} }]", "R201", "did you mean `base`?"),
    (CLASH.replace("'clash'", "'clashes'"), "R201", "did you mean `clash`?"),
    (BASE.replace("actor = 'actor', ", ""), "R204", "give each argument"),
    (CLASH, "R403", "start column"),
    (f"date.start = 'fro'\n{CLASH}", "R433", "did you mean `from`?"),
]


@pytest.mark.parametrize(("written", "code", "remedy"), WRONG)
def test_wrong_mappings_are_told(tmp_path: Path, written: str, code: str, remedy: str) -> None:
    """What cannot be in a mapping is told with its place, and what to write instead."""
    with pytest.raises(Problems) as told:
        imported(table([GOOD], tmp_path / "t.csv"), written)
    first = next(one for one in told.value.diagnostics if one.code == code and remedy in one.help)
    assert code == "R433" or first.labels[0].span.text.name.endswith("mapping.toml")


@pytest.mark.parametrize("name", mapping.ready())
def test_ready_mappings_fit_the_doctrine(name: str) -> None:
    """Each mapping that comes with the package makes facts that the default rules declare."""
    problems: list[Diagnostic] = []
    found = mapping.load(name, problems)
    assert found is not None
    assert not problems
    known = Aliases(vocabulary_of(), (), (), {"somewhere": ((0.0, 0.0),)})
    assert Importer(found, vocabulary_of(), known).makings


@pytest.mark.parametrize("name", ["acled", "ucdp_ged"])
def test_events_have_no_direction(name: str) -> None:
    """The order of two columns makes nobody an attacker: these tables state clashes, and where places lie."""
    found = mapping.load(name, [])
    assert found is not None
    assert {one.predicate for one in found.templates} <= {"clash", "located", "part_of"}
    for one in found.templates:
        if one.predicate == "located":  # a centroid is no point
            assert any(column.endswith("_prec") or column == "geo_precision" for column, _, _ in one.where)


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"no parquet at all", None])
def test_damaged_fact_files_are_told(tmp_path: Path, damage: bytes | None) -> None:
    """A fact file that is cut off or is another table is refused with a message, not a traceback."""
    path = tmp_path / "t.parquet"
    if damage is None:
        parquet.write_table(pa.table({"a": [1]}), path)
    else:
        path.write_bytes(damage)
    with pytest.raises(Problems) as told:
        opened(tmp_path, path)
    assert [one.code for one in told.value.diagnostics] == ["R543"]


@pytest.mark.parametrize(("old", "new", "code"), [
    ("event clash(", "event fight(", "R201"),
    ("fixed located(place: Place, latitude, longitude)", "fixed located(place: Place, at)", "R202"),
    ("event clash(", "fixed clash(", "R404"),
    ("type Side = n | s.", "type Side = e | w.", "R212"),
])  # fmt: skip
def test_laws_of_facts_hold_of_tables(tmp_path: Path, old: str, new: str, code: str) -> None:
    """Facts of a table break the laws that facts of a text would, once the rules are others."""
    found, _ = imported(table([GOOD], tmp_path / "t.csv"))
    fact_file.write(tmp_path / "t.parquet", found.sources, found.tables)
    (tmp_path / "rules.dl").write_text(RULES.replace(old, new), encoding="utf-8")
    with pytest.raises(Problems) as told:
        load(tmp_path / "rules.dl", tmp_path / "t.parquet", default_rules=False)
    assert code in {one.code for one in told.value.diagnostics}


def test_other_files_are_told(tmp_path: Path) -> None:
    """A mapping that nobody knows, a file that is no table, and a table that is not there or breaks off are told."""
    problems: list[Diagnostic] = []
    assert mapping.load("ucdp_get", problems) is None
    assert (problems[0].code, problems[0].help) == ("R431", "did you mean `ucdp_ged`?")
    for name, content, code in (
        ("t.xls", b"x", "R542"),
        ("t.csv", b"", "R542"),
        ("t.parquet", b"PAR1", "R542"),
        ("t.json", b"{", "R542"),
        ("t.csv", b"actor,actor\n", "R542"),
        ("t.csv", f'{",".join(GOOD)}\n{",".join(GOOD.values())}\n1,"2\n3,4\n'.encode(), "R542"),
        ("t.csv", "actor\n".encode("utf-16"), "R514"),
        ("nowhere.csv", None, "R511"),
    ):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(Problems) as told:
            imported(path)
        assert [one.code for one in told.value.diagnostics] == [code]


def test_without_pyarrow_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where pyarrow is not installed, a fact file in columns says so; texts are read without it."""
    (tmp_path / "t.parquet").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Problems) as told:
        opened(tmp_path, tmp_path / "t.parquet")
    assert [one.code for one in told.value.diagnostics] == ["R541"]


ACLED = """event_id_cnty,event_date,time_precision,event_type,actor1,actor2,admin1,location,latitude,longitude,\
geo_precision,source,notes
SYR1,2016-06-15,1,Battles,Zulu Army,Alpha Front,Aleppo,Manbij,36.5,37.9,1,SOHR; Reuters,they fought
SYR2,2016-06-15,2,Battles,Zulu Army,Alpha Front,Aleppo,Manbij,36.5,37.9,3,SOHR,in that week
SYR3,2016-06-15,3,Battles,Zulu Army,Alpha Front,Aleppo,Manbij,36.5,37.9,2,SOHR,in that month
SYR4,2016-06-15,1,Protests,Crowd,,Aleppo,Manbij,36.5,37.9,1,SOHR,a protest
"""


def test_precision_is_kept(tmp_path: Path) -> None:
    """A week or a month of ACLED is some day of it, a region is no town, and each source of a row is cited."""
    found = mapping.load("acled", [])
    assert found is not None
    (tmp_path / "acled.csv").write_text(ACLED, encoding="utf-8")
    made = Importer(found, vocabulary_of()).read(tmp_path / "acled.csv", io.StringIO())
    assert (made.report.accepted, dict(made.report.rejected)) == (3, {"where": 1})
    clash = next(table for table in made.tables if table.predicate == "clash")
    facts = {(clash.row(n)[2], str(clash.when(n, "event")), clash.citation(n).source) for n in range(clash.size)}
    assert facts == {
        ("manbij", "2016-06-15", "acled_sohr"),
        ("manbij", "2016-06-15", "acled_reuters"),
        ("aleppo", "[2016-06-09..2016-06-21]", "acled_sohr"),
        ("manbij", "2016-06", "acled_sohr"),
    }
    assert {source.via for source in made.sources if source.name.startswith("acled")} >= {"sohr", "reuters"}
    assert [table.size for table in made.tables if table.predicate == "located"] == [1]


def test_what_is_optional_may_be_empty(tmp_path: Path) -> None:
    """A unit without a district is part of its governorate alone, and no unit is located by its centroid."""
    found = mapping.load("admin", [])
    assert found is not None
    units = [
        {"id": "sy-a-b", "governorateId": "sy-a", "name": {"en": "B"}, "aliases": [{"value": "Bee"}, {"value": "Beh"}]},
        {"id": "sy-a-b-c", "governorateId": "sy-a", "districtId": "sy-a-b", "name": {"en": "C"}},
        {"id": "sy-a-x", "governorateId": "sy-a"},
    ]
    (tmp_path / "units.json").write_text(json.dumps(units), encoding="utf-8")
    made = Importer(found, vocabulary_of()).read(tmp_path / "units.json", io.StringIO())
    facts = {(t.predicate, *map(str, t.row(n))) for t in made.tables for n in range(t.size)}
    assert {fact for fact in facts if fact[0] != "alias"} == {
        ("part_of", "sy_a_b", "sy_a"), ("part_of", "sy_a_b_c", "sy_a"), ("part_of", "sy_a_b_c", "sy_a_b"),
    }  # fmt: skip
    assert {name for kind, of, name in facts if kind == "alias" and of == "sy_a_b"} >= {'"B"', '"Bee"', '"Beh"'}
    assert dict(made.report.rejected) == {"empty": 1}

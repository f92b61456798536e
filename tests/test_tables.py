"""Tables become the same facts that a text would state, no row of them is lost, and no date is made more exact."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from reasoner import load
from reasoner.diagnostic import Diagnostic
from reasoner.evidence import fact_file
from reasoner.evidence.cells import REASONS, constant
from reasoner.evidence.store import either
from reasoner.knowledge_base import KnowledgeBase
from reasoner.syntax.parse import parse
from reasoner.term import Quoted, Row
from reasoner.text import Text
from reasoner.when import Date, Truth, parse_date, show_day
from tests.rows import COLUMNS, GOOD, MAPPING, ROOT, RULES, imported, opened, table


def reasons(rows: Sequence[Mapping[str, str]]) -> Counter[str]:
    """Why rows of rejects were refused."""
    return Counter(row["reason"] for row in rows)


# ---------------------------------------------------------------- the same facts

ACTORS = {"Army": ("army",), "IS": ("isil",), "Both": ("isil", "army")}
PLACES = {"Foo Town": ("foo_town", 36.5, 38.25), "Bär-City": ("bar_city", -1.0, 2.5), "x1": ("x1", 0.0, 0.0)}


@st.composite
def drawn(draw: st.DrawFn) -> dict[str, str]:
    """A row that can be used, with dates of any precision."""
    place = draw(st.sampled_from(sorted(PLACES)))
    start = draw(st.dates(min_value=JUNE, max_value=AUGUST))
    end = draw(st.dates(min_value=start, max_value=AUGUST))
    what = draw(st.sampled_from(["clash", "base"]))
    last = "" if what == "base" and draw(st.booleans()) else end.isoformat()
    return GOOD | {
        "what": what,
        "actor": draw(st.sampled_from(sorted(ACTORS))),
        "place": place,
        "side": draw(st.sampled_from("ns")),
        "from": start.isoformat(),
        "to": draw(st.just(last) | st.just(start.isoformat())) if last else "",
        "precision": draw(st.sampled_from(["1", "2", "3", "3.0"])),
        "lat": str(PLACES[place][1]),
        "lon": str(PLACES[place][2]),
        "said": draw(st.sampled_from(["2016-09-01", "2016-10-15"])),
        "words": draw(st.sampled_from(["it fought", 'two\nlines, "quoted"', ""])),
    }


JUNE, AUGUST = date(2016, 6, 1), date(2016, 8, 31)


def spelled(row: Mapping[str, str]) -> list[str]:
    """The facts of a row as an analyst would write them, by hand and not by the importer."""
    month = row["precision"].startswith("3")
    first, last = (parse_date(row[key][:7] if month else row[key]) if row[key] else None for key in ("from", "to"))
    assert first is not None
    name, latitude, longitude = PLACES[row["place"]]
    said = row["said"].replace("-", "_")
    text = str(Quoted(row["words"])) if row["words"] else ""

    def days(one: Date, other: Date) -> str:
        return f"[{show_day(one.first)}..{show_day(other.last)}]"

    found = [f'source paper_{said} publisher "The Paper" date {row["said"]} via paper.']
    for actor in ACTORS[row["actor"]]:
        if row["what"] == "clash":
            assert last is not None
            found.append(f"clash({actor}, {name}, {row['side']}, {days(first, last)}) {text}.")
        else:
            end = days(last, last) if last else ""
            found.append(f"base({actor}, {name}, {days(first, first)}..{end}) {text}.")
    return [*found, f"located({name}, {latitude}, {longitude}) from paper."]


def told(base: KnowledgeBase) -> dict[str, dict[Row, Truth]]:
    """When each fact and each conclusion holds."""
    facts = {name: dict(rows) for name, rows in base.store.facts.items() if name != "alias"}
    model = base.model(["near", "quiet", "last"])
    whole = facts | {name: dict(model.rows(name)) for name in ("near", "quiet", "last")}
    return {name: {row: either(its, its) for row, its in rows.items()} for name, rows in whole.items() if rows}


def cited(base: KnowledgeBase) -> set[tuple[object, ...]]:
    """Who says what of that which has a date."""
    return {
        (one.predicate, one.row, either(one.truth, one.truth), one.evidence.voices, one.evidence.quote)
        for claims in base.store.claims.values()
        for one in claims
        if one.evidence and one.predicate in ("clash", "base")
    }


@settings(max_examples=15, deadline=None)
@given(st.lists(drawn(), min_size=1, max_size=8), st.sampled_from(["columnar", "naive"]))
def test_table_is_its_text(rows: list[dict[str, str]], engine: str) -> None:
    """A table and the facts that an analyst would write of its rows hold, conclude and cite the same, by any engine."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        found, refused = imported(table(rows, folder / "t.csv"))
        assert not refused
        fact_file.write(folder / "t.parquet", found.sources, found.tables)
        fact_file.write_text(folder / "back.dl", found.sources, found.tables)
        text = 'source paper publisher "The Paper".\n' + "\n".join(line for row in rows for line in spelled(row))
        (folder / "t.dl").write_text(text, encoding="utf-8")
        columns, texts, back = (opened(folder, folder / one, engine) for one in ("t.parquet", "t.dl", "back.dl"))
        others = opened(folder, folder / "t.dl", "naive" if engine == "columnar" else "columnar")
        assert told(columns) == told(texts) == told(back) == told(others)
        assert cited(columns) == cited(texts) == cited(back)
        assert columns.store.last_evidence() == texts.store.last_evidence()
        assert columns.store.last_evidence(["isil"]) == texts.store.last_evidence(["isil"])
        assert columns.store.dated() == texts.store.dated()
        clash = next((one for one in texts.claims if one.predicate == "clash"), None)
        kept = [{"known_by": "2016-09-15"}, {"suppose": f"not {clash}" if clash else "located(nowhere, 1.0, 1.0)"}]
        if "paper_2016_09_01" in {source.name for source in found.sources}:
            kept.append({"without": "paper_2016_09_01"})
        for some in kept:
            both = (
                load(folder / "rules.dl", folder / path, default_rules=False, engine=engine, **some)
                for path in ("t.parquet", "t.dl")
            )
            assert told(next(both)) == told(next(both))


@settings(max_examples=10, deadline=None)
@given(st.lists(drawn(), min_size=1, max_size=6), st.lists(drawn(), min_size=1, max_size=6))
def test_text_and_table_are_one(some: list[dict[str, str]], more: list[dict[str, str]]) -> None:
    """What a text and a table both state is one fact with the citations of both, as if two texts stated it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        found, _ = imported(table(some, folder / "t.csv"))
        fact_file.write(folder / "t.parquet", found.sources, found.tables)
        head = 'source paper publisher "The Paper".\n'
        for path, rows in (("some.dl", some), ("more.dl", more)):
            (folder / path).write_text(head + "\n".join(x for row in rows for x in spelled(row)), encoding="utf-8")
        (folder / "rules.dl").write_text(RULES, encoding="utf-8")
        mixed, texts = (
            load(folder / "rules.dl", [folder / one, folder / "more.dl"], default_rules=False)
            for one in ("t.parquet", "some.dl")
        )
        assert told(mixed) == told(texts)
        assert cited(mixed) == cited(texts)


# ---------------------------------------------------------------- nothing is lost

BAD = {
    "bad_date": {"from": "2016-02-30"},
    "end_before_start": {"to": "2016-05-01"},
    "empty": {"actor": " "},
    "bad_precision": {"precision": "9"},
    "bad_number": {"lat": "north"},
    "out_of_range": {"lon": "180.5"},
    "not_listed": {"side": "upwards"},
    "no_constant": {"place": "Київ"},
    "not_mapped": {"actor": "Nobody"},
    "after_source": {"said": "2016-05-31"},
    "where": {"what": "parade", "side": "?"},
    "blank": dict.fromkeys(COLUMNS, ""),
}


def test_every_kind_of_bad_row_is_told(tmp_path: Path) -> None:
    """One row of every kind of bad cell: each stands among the rejects with its reason, its line and itself."""
    rows = [GOOD, *(GOOD | wrong for wrong in BAD.values() if wrong.get("what") != "parade"), GOOD | {"words": "a\nb"}]
    path = table(rows, tmp_path / "t.csv")
    data = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n")
    data += b"clash,Army\n" + b"clash,Arm\xff,Foo,n,2016-06-01,2016-06-01,1,1,1,2016-06-30,x\n"
    data += ",".join((GOOD | BAD["bad_date"]).values()).encode() + b"\n" + ",".join(GOOD.values()).encode() + b"\n"
    path.write_bytes(data)
    found, refused = imported(path)
    wanted = Counter([*(BAD.keys() - {"where"}), "columns", "encoding", "bad_date"])
    assert reasons(refused) == wanted == Counter(dict(found.report.rejected))
    assert set(wanted) <= set(REASONS)
    assert found.report.rows == len(rows) + 4 == found.report.accepted + sum(wanted.values())
    lines = data.decode(errors="replace").split("\n")
    for row in refused:
        assert lines[int(row["line"]) - 1] == row["row"]
        assert row["value"].strip() in row["row"]
    assert found.report.repeated == 1
    assert {t.predicate: t.size for t in found.tables} == {"clash": 2, "located": 1, "alias": 2}


def test_a_row_of_no_fact_is_told(tmp_path: Path) -> None:
    """A row that no template takes is refused, and says by which column."""
    only = MAPPING[: MAPPING.rindex("[[fact]]")]
    _, refused = imported(table([GOOD | BAD["where"]], tmp_path / "t.csv"), only)
    assert [(row["reason"], row["column"], row["value"]) for row in refused] == [("where", "what", "parade")]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8) | st.sampled_from(
    ["", "1", "2016-06-01", "2016-13-01", "n", "clash", "base", "Both", "91", "nan", "1e9", "-0", '"', ",", "\n"]
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.fixed_dictionaries({name: st.just(GOOD[name]) | CELLS for name in COLUMNS}), max_size=12))
def test_counts_add_up(rows: list[dict[str, str]]) -> None:
    """Whatever the cells hold, each row is accepted or among the rejects, and all facts load."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        found, refused = imported(table(rows, folder / "t.csv"))
        assert found.report.rows == len(rows)
        assert found.report.accepted + len(refused) == len(rows)
        assert reasons(refused) == Counter(dict(found.report.rejected))
        fact_file.write(folder / "t.parquet", found.sources, found.tables)
        assert len(opened(folder, folder / "t.parquet").claims) == sum(found.report.facts.values())


@pytest.mark.parametrize("kind", ["tsv", "jsonl", "json", "parquet", "geojson"])
def test_kinds_of_tables_agree(tmp_path: Path, kind: str) -> None:
    """The same rows give the same facts and rejects, whatever the kind of the table."""
    rows = [GOOD, GOOD | BAD["bad_number"], GOOD | {"actor": "Both", "words": ""}, GOOD | BAD["bad_date"]]
    path = tmp_path / f"t.{kind}"
    if kind == "tsv":
        path.write_text("\n".join("\t".join(cells) for cells in (COLUMNS, *(row.values() for row in rows))) + "\n")
    elif kind == "jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    elif kind == "json":
        path.write_text(json.dumps(rows))
    elif kind == "parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path)
    else:
        points = [[float(row["lon"]), float(row["lat"]) if row["lat"] != "north" else "north"] for row in rows]
        shapes = [{"type": "Point", "coordinates": point} for point in points]
        named = [{"type": "Feature", "properties": row, "geometry": s} for row, s in zip(rows, shapes, strict=True)]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": named}))
    written = MAPPING.replace('"lat"', '"latitude"').replace('"lon"', '"longitude"') if kind == "geojson" else MAPPING
    by_csv, refused = imported(table(rows, tmp_path / "t.csv"))
    found, others = imported(path, written)
    assert found.report == by_csv.report
    assert [row["reason"] for row in refused] == [row["reason"] for row in others]
    assert [[t.row(n) for n in range(t.size)] for t in found.tables] == [
        [t.row(n) for n in range(t.size)] for t in by_csv.tables
    ]


def test_broken_json_lines_are_told(tmp_path: Path) -> None:
    """A line that is no JSON object is refused, and the lines after it are read."""
    path = tmp_path / "t.jsonl"
    good = json.dumps(GOOD).encode()
    path.write_bytes(b"\n".join([good, b"{", b"[1]", b"", b'{"a": "\xff"}', good]))
    found, refused = imported(path)
    assert [(row["line"], row["reason"]) for row in refused] == [
        ("2", "not_json"), ("3", "not_json"), ("4", "blank"), ("5", "encoding"),
    ]  # fmt: skip
    assert found.report.accepted == 2


def test_homonyms_are_two_places(tmp_path: Path) -> None:
    """Places of one name that lie far apart are two constants with one alias; a rounded coordinate makes no place."""
    written = MAPPING.replace('place = "place"', 'place = { column = "place", key = ["lat", "lon"] }')
    rows = [GOOD | {"lat": lat, "lon": "30"} for lat in ("48.5", "48.50001", "50.2")]
    found, _ = imported(table(rows, tmp_path / "t.csv"), written)
    (located,) = (t for t in found.tables if t.predicate == "located")
    names = {located.row(n)[0] for n in range(located.size)}
    assert names == {"foo_town_48_50n_30_00e", "foo_town_50_20n_30_00e"}
    (alias,) = (t for t in found.tables if t.predicate == "alias")
    assert {row for n in range(alias.size) if (row := alias.row(n))[0] in names} == {
        (name, Quoted("Foo Town")) for name in names
    }


@given(st.text(max_size=20))
def test_constants_are_names(name: str) -> None:
    """A name becomes a constant that can be written in a text, or nothing; a constant stays as it is."""
    found = constant(name)
    if found is not None:
        problems: list[Diagnostic] = []
        parse(Text("t", f"p({found})."), problems)
        assert not problems
        assert constant(found) == found.rstrip("_") or constant(found) == found


def test_facts_of_tables_can_be_amended(tmp_path: Path) -> None:
    """What is appended to, retracted from or corrected in a table is as if it had been written so."""
    rows = [GOOD, GOOD | {"actor": "IS", "said": "2016-07-01"}]
    found, _ = imported(table(rows, tmp_path / "t.csv"))
    fact_file.write(tmp_path / "t.parquet", found.sources, found.tables)
    base = opened(tmp_path, tmp_path / "t.parquet")
    assert len(base.query("near(A, foo_town)")) == 2
    assert [str(a.atom) for a in base.retract("clash(isil, foo_town, n)").query("near(A, foo_town)")] == [
        "near(army, foo_town)"
    ]
    assert len(base.retract("paper_2016_07_01").query("near(A, foo_town)")) == 1
    more = base.append('source b publisher "B" date 2016-07-02.\nclash(rebels, foo_town, s, 2016-06-03).')
    assert len(more.query("near(A, foo_town)")) == 3
    assert told(more.retract("clash(rebels, foo_town, s)")) == told(base)


def test_command_counts_and_asks(tmp_path: Path) -> None:
    """`import` prints counts that sum, writes rejects, and its facts answer a question that cites the row."""
    rows = "date,place,lat,lon,from,to\n2022-03-01,Mariupol,47.1,37.6,,Contested\n"
    rows += "2022-05-17,Mariupol,47.1,37.6,Contested,Russia\n2022-05-18,Mariupol,x,37.6,Russia,Russia\n"
    (tmp_path / "t.csv").write_text(rows)
    run = ["import", "t.csv", "--mapping", "control_changes", "--out", "t.parquet", "--rejects", "r.csv", "--json"]
    told_ = json.loads(reasoner(tmp_path, *run))
    assert (told_["rows"], told_["accepted"], told_["rejected"]) == (3, 2, {"bad_number": 1})
    assert "Mariupol,x" in (tmp_path / "r.csv").read_text()
    asked = json.loads(
        reasoner(tmp_path, "ask", "who holds Mariupol?", "--facts", "t.parquet", "--at", "2022-05-20", "--json")
    )
    (answer,) = asked["answers"]
    assert answer["atom"] == "holds(russia, mariupol)"
    assert {one["locator"] for one in answer["citations"]} == {"row2", "row3"}


def reasoner(folder: Path, *arguments: str) -> str:
    """What the command prints, run in a folder."""
    command = [sys.executable, "-m", "reasoner", *arguments]
    home = {"HOME": str(folder), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, cwd=folder, env=home, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout

"""No bad cell is lost: it stands among the rejects so that it can be mended, and whatever bytes come, counts add up."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoner.evidence import fact_file
from reasoner.evidence.aliases import Aliases
from reasoner.evidence.cells import REASONS
from reasoner.evidence.tables import Imported, Importer
from reasoner.loading import vocabulary_of
from reasoner.syntax.vocabulary import Vocabulary
from tests.rows import COLUMNS, GOOD, MAPPING, ROOT, imported, mapped, opened, words

TABLES = Path(__file__).parent / "tables"


def refused(table: Path) -> tuple[Imported, str]:
    """What is made of a table by the mapping that lies beside it, and its rejects as they are written."""
    to = io.StringIO(newline="")
    vocabulary: Vocabulary = words()
    written, known = TABLES / "reports.toml", None
    if table.suffix == ".geojson":
        vocabulary, written = vocabulary_of(), ROOT / "facts/mappings/fronts.toml"
        known = Aliases(vocabulary, (), (), {"tabqa": ((35.84, 38.55),)})
    with TemporaryDirectory() as name:
        found = Importer(mapped(written.read_text(encoding="utf-8"), Path(name)), vocabulary, known).read(table, to)
    return found, to.getvalue()


NAMES = ("reports.csv", "reports.tsv", "reports.jsonl", "zones.geojson")


@pytest.mark.parametrize("name", NAMES)
def test_bad_rows_are_told(name: str) -> None:
    """Each row that cannot be used stands among the rejects: its line, reason, column and cell, and as it stood.

    The rejects lie beside the tables; `REWRITE=1` writes today's, to be read before they are committed.
    """
    found, written = refused(TABLES / name)
    beside = TABLES / f"{name}.rejects"
    if os.environ.get("REWRITE"):
        beside.write_text(written, encoding="utf-8", newline="")
    assert written == beside.read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert Counter(row["reason"] for row in rows) == Counter(dict(found.report.rejected))
    assert found.report.accepted + len(rows) == found.report.rows
    table = (TABLES / name).read_text(encoding="utf-8")
    for row in rows:
        if row["reason"] == "blank":
            continue
        assert row["row"] in table
        if name != "zones.geojson":
            assert table.split("\n")[int(row["line"]) - 1] == row["row"].split("\n")[0]


def test_every_reason_is_shown() -> None:
    """Each reason for refusing a row occurs in the tables of bad rows."""
    tables = (csv.DictReader(io.StringIO(refused(TABLES / name)[1], newline="")) for name in NAMES)
    assert {row["reason"] for table in tables for row in table} == REASONS.keys()


# ---------------------------------------------------------------- mended and imported again

WRONG = [
    {}, {}, {"actor": ""}, {"actor": "Nobody"}, {"place": "Київ"}, {"from": "2016-02-30"}, {"to": "2016-05-01"},
    {"precision": "9"}, {"lat": "north"}, {"lon": "200"}, {"what": "clash", "side": "up"}, {"said": "2016-05-01"},
    dict.fromkeys(COLUMNS, ""),
]  # fmt: skip
ROWS = st.fixed_dictionaries(
    {name: st.just(GOOD[name]) for name in COLUMNS}
    | {
        "what": st.sampled_from(["clash", "base"]),
        "actor": st.sampled_from(["Army", "IS", "Both"]),
        "place": st.sampled_from(["Foo Town", 'the "Gate", east', "two\nlines", "Bär-City"]),
        "to": st.sampled_from(["2016-06-01", "2016-06-03"]),
        "said": st.sampled_from(["2016-07-01", "2016-07-02"]),
        "words": st.sampled_from(["", "it fought", 'it "fought"\tthere; \\ and, "', "a\nb"]),
    }
)


def separated(between: str) -> tuple[Callable[[Sequence[Mapping[str, str]]], str], Callable[[str], dict[str, str]]]:
    """How rows are written between commas or tabs, and how a row that was refused is read."""

    def write(rows: Sequence[Mapping[str, str]]) -> str:
        to = io.StringIO(newline="")
        writer = csv.DictWriter(to, COLUMNS, delimiter=between, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return to.getvalue()

    def read(row: str) -> dict[str, str]:
        (cells,) = csv.reader(io.StringIO(row, newline=""), delimiter=between)
        return dict(zip(COLUMNS, cells, strict=True))

    return write, read


def collected(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as features."""
    features = [{"type": "Feature", "properties": row, "geometry": None} for row in rows]
    return json.dumps({"type": "FeatureCollection", "features": features})


FORMATS: dict[str, tuple[Callable[[Sequence[Mapping[str, str]]], str], Callable[[str], dict[str, str]]]] = {
    "csv": separated(","),
    "tsv": separated("\t"),
    "jsonl": (lambda rows: "".join(f"{json.dumps(row)}\n" for row in rows), json.loads),
    "json": (json.dumps, json.loads),
    "geojson": (collected, lambda row: json.loads(row)["properties"]),
}


def stated(*every: Imported) -> set[tuple[object, ...]]:
    """What imports state, each fact with its dates and its source; with the words of it, unless any row's will do."""
    return {
        (
            t.predicate,
            t.row(n),
            tuple(t.dates[:, n].tolist()),
            t.citation(n).source,
            t.quotes[n].as_py() if t.predicate in ("clash", "base") else None,
        )
        for found in every
        for t in found.tables
        for n in range(t.size)
    }


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.lists(st.tuples(ROWS, st.sampled_from(WRONG)), min_size=1, max_size=6))
def test_mended_rows_make_up_for_the_loss(kind: str, rows: list[tuple[dict[str, str], dict[str, str]]]) -> None:
    """The rejects, their bad cells mended, add to the first import what a table says that was right from the start."""
    write, read = FORMATS[kind]
    right = [row for row, _ in rows]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"first.{kind}").write_text(write([row | wrong for row, wrong in rows]), encoding="utf-8", newline="")
        (folder / f"right.{kind}").write_text(write(right), encoding="utf-8", newline="")
        (first, rejects), (whole, none) = (imported(folder / f"{one}.{kind}") for one in ("first", "right"))
        bad = [row for row in rows if row[1]]
        mending = [
            read(one["row"]) | {key: meant[key] for key in wrong}
            for one, (meant, wrong) in zip(rejects, bad, strict=True)
        ]
        (folder / f"mended.{kind}").write_text(write(mending), encoding="utf-8", newline="")
        mended, left = imported(folder / f"mended.{kind}")
        assert not left
        assert not none
        assert stated(first, mended) == stated(whole)


def test_mended_rows_are_facts_beside_the_others(tmp_path: Path) -> None:
    """The facts of the first import and those of the mended rows load together, and answer as those of one table."""
    write, _ = FORMATS["csv"]
    rows = [GOOD, GOOD | {"actor": "IS", "said": "2016-07-02"}]
    (tmp_path / "facts").mkdir()
    for name, its in (("facts/first", rows[:1]), ("facts/mended", rows[1:]), ("whole", rows)):
        (tmp_path / "t.csv").write_text(write(its), encoding="utf-8")
        found, _ = imported(tmp_path / "t.csv")
        fact_file.write(tmp_path / f"{name}.parquet", found.sources, found.tables)
    several, one = (opened(tmp_path, tmp_path / name) for name in ("facts", "whole.parquet"))
    told = [[(a.atom, a.truth, a.origin) for a in base.query("near(A, P)")] for base in (several, one)]
    assert told[0] == told[1]
    assert len(told[0]) == 2


# ---------------------------------------------------------------- whatever bytes come

BYTES = st.binary(max_size=6) | st.sampled_from(
    [b"\xff", b"\xed\xa0\xbd", b"\0", b"\r", b"\n", b"\r\n", b'"', b",", b"\x1f"]
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), BYTES, max_size=3), max_size=8), st.sampled_from(",\t"))
def test_bytes_in_cells_add_up(rows: list[dict[str, bytes]], between: str) -> None:
    """Whatever bytes stand in the cells of a table, each row is accepted or among the rejects, and the facts load."""
    whole = [{name: cell.encode() for name, cell in GOOD.items()} | row for row in rows]
    quoted = [[b'"' + cell.replace(b'"', b'""') + b'"' for cell in row.values()] for row in whole]
    with TemporaryDirectory() as name:
        path = Path(name) / ("t.csv" if between == "," else "t.tsv")
        lines = [between.join(COLUMNS).encode(), *(between.encode().join(row) for row in quoted)]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        found, rejects = imported(path)
        assert found.report.rows == len(rows) == found.report.accepted + len(rejects)
        fact_file.write(path.with_suffix(".parquet"), found.sources, found.tables)
        assert len(opened(path.parent, path.with_suffix(".parquet")).claims) == sum(found.report.facts.values())


LINES = st.binary(max_size=12).filter(lambda line: b"\n" not in line) | st.sampled_from(
    [json.dumps(GOOD).encode(), b'{"actor": "\\ud800"}', b'{"\\ud800": 1}', b"[" * 5000, b"9" * 5000, b"NaN"]
)


@given(st.lists(LINES, max_size=8))
def test_bytes_in_lines_of_json_add_up(lines: list[bytes]) -> None:
    """Whatever bytes stand in the lines of a file of JSON, each line is accepted or among the rejects."""
    with TemporaryDirectory() as name:
        path = Path(name) / "t.jsonl"
        path.write_bytes(b"".join(line + b"\n" for line in (b"{}", *lines)))
        found, rejects = imported(path, MAPPING)
        assert found.report.rows == len(lines) + 1 == found.report.accepted + len(rejects)

"""One alias table: names are folded alike everywhere, resolved by what is written, and likeness only suggests."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reasoner import load
from reasoner.doors.cli import cli
from reasoner.evidence import mapping
from reasoner.evidence.aliases import APART, Aliases, called, near
from reasoner.evidence.cells import constant
from reasoner.evidence.claim_table import ClaimTable
from reasoner.evidence.resolving import Resolution
from reasoner.evidence.spelling import fold
from reasoner.evidence.tables import Imported, Importer
from reasoner.loading import vocabulary_of
from reasoner.term import Quoted
from tests.rows import GOOD, MAPPING, ROOT, RULES, mapped, table, words

# ---------------------------------------------------------------- folding

ONE = [
    ("Al-Bab", "al Bab", "AL BAB", "el-Bab", "the Bab", "Bab"),
    ("Deir Az Zor", "Deir ez-Zor", "deir_ez_zor", "Deir ez-Zôr", "Deir al-Zor", "Deir Zor"),
    ("Aş Şūrah", "As-Surah", "es Surah", "Surah"),
    ("Ath Thawrah", "al-Thawrah", "Thawrah"),
    ("Ash Shaddadah", "esh-Shaddadah", "Al Shaddadah"),
    ("‘Ayn al ‘Arab", "Ayn al-Arab", "`Ayn al `Arab", "ʿAyn al-ʿArab", "AYN AL ARAB"),
    ("Mar'yinka", "Mar’yinka", "Maryinka"),
]
OTHERS = [
    ("Menbej", "Manbij"),  # vowels
    ("Ethria", "Ithriyah"),
    ("Raqqa", "Raqa"),  # doubled letters
    ("Raqqa", "Raqqah"),  # the last h
    ("Tall Rifat", "Tall Abyad"),
    ("As Bab", "Bab"),  # an article takes after the letter behind it
    ("At Raqqa", "Raqqa"),
    ("Al", "El"),  # nothing behind it
]


@pytest.mark.parametrize("names", ONE, ids=lambda names: str(names[0]))
def test_spellings_of_one_name_have_one_key(names: tuple[str, ...]) -> None:
    """Case, accents, apostrophes, hyphens and articles, before a name and in it, make no other name."""
    assert len({called(name) for name in names}) == 1


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_what_may_be_two_names_has_two_keys(one: str, other: str) -> None:
    """Letters are never folded together: which transliterations are one name, somebody has to write."""
    assert called(one) != called(other)


LETTERS = st.text("aelnrsdtzhb AELSZ-'‘ıøæé_.", max_size=16)


@given(LETTERS | st.text(max_size=12))
def test_folding_a_key_changes_nothing(text: str) -> None:
    """What is folded stays as it is when it is folded again."""
    assert fold(" ".join(fold(text))) == fold(text)
    assert called(called(text)) == called(text)


@given(st.from_regex(r"[A-Za-zéîşāû]{2,8}([ -][a-zA-Zàš]{2,8}){0,3}", fullmatch=True))
def test_a_constant_is_called_like_its_name(name: str) -> None:
    """The constant that an import makes of a name is found by the name, however it is written."""
    assume((made := constant(name)) is not None and not made.endswith("_"))
    assert called(str(made)) == called(name)


def test_questions_and_imports_have_one_fold(tmp_path: Path) -> None:
    """A question finds by its key what an import resolves by it; what is written just so is meant first."""
    facts = tmp_path / "facts.dl"
    facts.write_text('located(bab, 36.37, 37.51).\nalias(bab, "al-Bāb").\ncontrol(isil, bab, 2016-06-01).\n')
    base = load((), facts)
    for name in ("Bab", "el Bab", "al-Bab", "AL-BÂB"):
        assert [one.atom for one in base.ask(f"who is reported to hold {name}?")] == ["control(isil, bab)"]
        assert base.names.table[called(name)] == ["bab"]
    kept = load((), [ROOT / "facts" / "gazetteer.dl", ROOT / "facts" / "raqqa_2016.dl"])
    assert next(iter(kept.ask("who holds Deir Az Zor?"))).atom == "holds(isil, deir_ez_zor_province)"
    assert kept.names.find(fold("Deir ez-Zor"), "Place", "Deir ez-Zor").constant == "deir_ez_zor_city"  # type: ignore[union-attr]


# ---------------------------------------------------------------- resolving

TOWNS = {"manbij": (36.52, 37.95), "deir_zor": (35.33, 40.14), "karama": (35.86, 39.27)}
SPELLED = {
    "manbij": ("Manbij", "menbej", "MENBEJ", "Mambij"),
    "deir_zor": ("Deir Az Zor", "Deir ez-Zor", "dayr az-zawr"),
    "karama": ("Al Karāmah", "karamah", "al-Karama"),
}
HAND = """
alias(manbij, "Menbej"). alias(manbij, "Mambij"). alias(deir_zor, "Deir ez-Zor"). alias(deir_zor, "Dayr az-Zawr").
alias(karama, "Karamah").
"""
POINTS = "".join(f"located({town}, {at[0]}, {at[1]}).\n" for town, at in TOWNS.items())


def aliases(facts: str) -> Aliases:
    """The alias table of some facts."""
    with tempfile.TemporaryDirectory() as folder:
        rules, written = Path(folder, "rules.dl"), Path(folder, "facts.dl")
        rules.write_text(RULES, encoding="utf-8")
        written.write_text(facts, encoding="utf-8")
        return Aliases.of(load(rules, written, default_rules=False).claims)


def resolved(rows: list[Mapping[str, str]], facts: str | None, written: str = MAPPING) -> Imported:
    """The facts of some rows, their names read by those of others."""
    with tempfile.TemporaryDirectory() as folder:
        path = table(rows, Path(folder, "t.csv"))
        importer = Importer(mapped(written, Path(folder)), words(), aliases(facts) if facts is not None else None)
        return importer.read(path, io.StringIO())


def stated(found: Imported) -> set[object]:
    """What is stated of places, on which word, and where in it."""

    def each(one: ClaimTable) -> Iterator[object]:
        for n in range(one.size):
            yield one.predicate, one.row(n), str(one.fact(n).when), one.words[one.word[n]].source, one.quotes[n].as_py()

    return {fact for one in found.tables if one.predicate != "alias" for fact in each(one)}


def row(place: str, at: tuple[float, float], **others: str) -> dict[str, str]:
    """A row of the table, at that place."""
    return {**GOOD, "place": place, "lat": str(at[0]), "lon": str(at[1]), **others}


spelled = st.sampled_from([(town, name) for town, names in SPELLED.items() for name in names])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(spelled, st.sampled_from(["Army", "IS", "Nobody"])), min_size=1, max_size=6), st.booleans())
def test_resolving_is_replacing_names_by_hand(drawn: list[tuple[tuple[str, str], str]], located: bool) -> None:
    """With an alias table a table states what it would if somebody had written the constants into it."""
    rows = [row(name, TOWNS[town], actor=actor) for (town, name), actor in drawn]
    by_hand = [row(town, TOWNS[town], actor=actor) for (town, _), actor in drawn]
    found, expected = resolved(rows, HAND + POINTS * located), resolved(by_hand, None)
    assert stated(found) == stated(expected)
    assert found.report.accepted == expected.report.accepted
    assert not found.resolution.ambiguous


grid = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda at: (30 + at[0] * 0.06, 40 + at[1] * 0.06))
KEYED = MAPPING.replace('place = "place"', 'place = { column = "place", key = ["lat", "lon"] }')


@example([("a", "B", None), ("c", "A", None)], [("A", (30.0, 40.0)), ("B", (30.0, 40.24))], True)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["A", "B"]), st.none() | grid), max_size=4),
    st.lists(st.tuples(st.sampled_from(["A", "al-A", "B", "c"]), grid), min_size=1, max_size=5),
    st.booleans(),
)
def test_what_lies_apart_is_never_merged(
    known: list[tuple[str, str, tuple[float, float] | None]], rows: list[tuple[str, tuple[float, float]]], keyed: bool
) -> None:
    """No row is lost, and none becomes an entity of the facts that lies too far away, or that others would be too."""
    facts = "".join(f'alias({one}, "{name}").\n' + (f"located({one}, {at[0]}, {at[1]}).\n" if at else "")
                    for one, name, at in known)  # fmt: skip
    table_of, written = aliases(facts), KEYED if keyed else MAPPING
    given_rows = [row(name, at) for name, at in rows]
    found, bare = resolved(given_rows, facts, written), resolved(given_rows, None, written)
    assert (found.report.rows, found.report.accepted) == (bare.report.rows, bare.report.accepted)
    (points,) = (one for one in found.tables if one.predicate == "located")
    for place, latitude, longitude in (points.row(n) for n in range(points.size)):
        if its := table_of.located.get(str(place)):
            assert any(near((float(str(latitude)), float(str(longitude))), at) for at in its)
    if not keyed:
        return
    for one in {points.row(n)[0] for n in range(points.size)} - table_of.located.keys():
        spread = [points.row(n)[1:] for n in range(points.size) if points.row(n)[0] == one]
        assert all(max(map(float, axis)) - min(map(float, axis)) < 2 * APART for axis in zip(*spread, strict=True))  # type: ignore[arg-type]


KEYLESS = MAPPING[: MAPPING.index('[[fact]]\npredicate = "located"')]
HOMONYMS = """
located(raqqa_city, 35.95, 39.01). alias(raqqa_city, "Raqqa"). alias(raqqa_city, "Raqqa city").
base(isil, raqqa_province, 2014). alias(raqqa_province, "Raqqa").
located(suran, 36.57, 37.21). located(suran_hama, 35.29, 36.74). alias(suran_hama, "Suran").
"""


@pytest.mark.parametrize(("name", "at", "becomes", "told"), [
    ("Raqqa", (35.952, 39.007), "raqqa_city", {"entities": {"raqqa": "raqqa_city"}}),
    ("Raqqa", (33.0, 36.0), "raqqa", {"ambiguous": {"raqqa": ("raqqa_city", "raqqa_province")}}),
    ("Ar-Raqqa City", (35.952, 39.007), "raqqa_city", {"entities": {"ar_raqqa_city": "raqqa_city"}}),
    ("Suran", (35.3, 36.75), "suran_hama", {"entities": {"suran": "suran_hama"}}),
    ("Suran", (36.5, 37.2), "suran", {}),
    ("Suran", (33.0, 36.0), "suran_33_00n_36_00e", {"apart": {"suran": "suran_33_00n_36_00e"}}),
    ("Sauran", (36.5, 37.2), "sauran", {}),
])  # fmt: skip
def test_homonyms_are_kept_apart_by_coordinates(
    name: str, at: tuple[float, float], becomes: str, told: dict[str, Mapping[str, object]]
) -> None:
    """Of several entities of one name the one near the row is meant; where none is, the name stays one of its own."""
    found = resolved([row(name, at)], HOMONYMS)
    assert {fact[1][0] for fact in stated(found) if fact[0] == "located"} == {becomes}  # type: ignore[index]
    assert found.resolution == Resolution(**told)  # type: ignore[arg-type]


def test_without_coordinates_a_shared_name_is_not_decided() -> None:
    """A name that several entities share stays as it is, and is told; one entity of the right type is the one meant."""
    found = resolved([row("raqqa", (0, 0))], HOMONYMS, KEYLESS)
    assert found.resolution.ambiguous == {"raqqa": ("raqqa_city", "raqqa_province")}
    typed = 'alias(army_of_turkey, "Turkey"). base(army_of_turkey, turkiye, 2014). alias(turkiye, "Turkey").'
    both = resolved([row("Turkey", (0, 0), actor="Turkey")], typed, KEYLESS)
    assert {fact[1][:2] for fact in stated(both)} == {("army_of_turkey", "turkiye")}  # type: ignore[index]


def test_all_spellings_of_a_name_decide_together() -> None:
    """What the mapping takes off the end of a name still says which of several entities it is."""
    dropping = KEYLESS.replace('place = "place"', 'place = { column = "place", drop = ["city"] }')
    found = resolved([row("Raqqa city", (0, 0)), row("Raqqa", (0, 0))], HOMONYMS, dropping)
    assert {fact[1][1] for fact in stated(found)} == {"raqqa_city"}  # type: ignore[index]


def test_what_has_no_type_follows_what_has() -> None:
    """An argument without a type is read as the same name in an argument with one; a listed type says what it holds."""
    naming = (
        KEYLESS
        + """
[[fact]]
predicate = "alias"
[fact.arguments]
entity = { column = "place", drop = ["town"] }
name = { column = "words", as = "text" }
"""
    )
    facts = """
located(manbij, 36.5, 37.9). alias(manbij, "Menbej"). base(red, manbij, 2014). alias(red, "Menbej").
clash(red, manbij, n, 2014). alias(s, "n").
"""
    found = resolved([row("Menbej", (36.5, 37.9))], facts, naming)
    called_so = {t.row(n) for t in found.tables if t.predicate == "alias" for n in range(t.size)}
    assert ("manbij", Quoted("it fought")) in called_so
    assert {fact[1] for fact in stated(found)} == {("army", "manbij", "n")}  # type: ignore[index]
    assert not found.resolution.ambiguous


def test_a_mapping_decides_before_the_alias_table() -> None:
    """What the mapping says that a cell stands for is not resolved again."""
    found = resolved(
        [row("Foo", (0, 0), actor="IS")], 'alias(daesh, "IS"). alias(daesh, "isil"). base(daesh, x, 2014).'
    )
    assert {fact[1][0] for fact in stated(found) if fact[0] == "clash"} == {"isil"}  # type: ignore[index]


def test_likeness_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import never asks how much names are alike: it is the same where nothing can say so."""
    rows = [row(name, TOWNS[town]) for town, names in SPELLED.items() for name in (*names, f"{names[0]}a")]
    before = stated(resolved(rows, HAND + POINTS))
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    assert stated(resolved(rows, HAND + POINTS)) == before
    assert ("located", ("manbija", 36.52, 37.95)) in {fact[:2] for fact in before}  # type: ignore[index]


def test_lists_in_json_are_lists(tmp_path: Path) -> None:
    """The alternate names of GeoNames are names one by one, in its table and in its records."""
    found = mapping.load("geonames", [])
    assert found is not None
    one = {"geonameid": 1, "name": "Manbij", "latitude": 36.5, "longitude": 37.9, "alternatenames": ["Menbej", "منبج"]}
    (tmp_path / "g.json").write_text(json.dumps([one]), encoding="utf-8")
    made = Importer(found, vocabulary_of()).read(tmp_path / "g.json", io.StringIO())
    names = {str(t.row(n)[1]) for t in made.tables if t.predicate == "alias" for n in range(t.size)}
    assert names == {'"Manbij"', '"Menbej"', '"منبج"'}


def test_an_import_tells_what_it_took_names_for(tmp_path: Path) -> None:
    """What names were read as, and which are ambiguous, is told for people and as JSON."""
    gazetteer = tmp_path / "g.dl"
    gazetteer.write_text(HOMONYMS.replace("2014)", "2014-01-01)"), encoding="utf-8")
    rows = table([row("Raqqa", (33.0, 36.0)), row("Suran", (35.3, 36.75)), row("suran", (10, 10))], tmp_path / "t.csv")
    plain = MAPPING.replace('predicate = "clash"', 'predicate = "attack"').replace('side = "side"', "")
    (tmp_path / "m.toml").write_text(plain, encoding="utf-8")
    asked = ["import", str(rows), "--mapping", str(tmp_path / "m.toml"), "--facts", str(gazetteer)]
    outcome = CliRunner().invoke(cli, asked)
    assert "ambiguous" in outcome.stdout
    assert "raqqa: raqqa_city or raqqa_province" in outcome.stdout
    data = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).stdout)
    assert data["names"]["ambiguous"]["raqqa"] == ["raqqa_city", "raqqa_province"]


def test_the_document_shows_what_is_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of facts/mappings/README.md, imported and asked as it says, print what it shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    document = ROOT / "facts/mappings/README.md"
    text = document.read_text(encoding="utf-8")
    chapter = text[text.index("## One name for one thing") : text.index("## Zones on maps")]
    for name, content in re.findall(r"`(\S+\.(?:dl|csv))`[^`]*```\w+\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL):
        Path(name).write_text(content, encoding="utf-8")
    for block in re.findall(r"^```console\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL):
        shown = "".join(
            f"$ reasoner {command}\n{CliRunner().invoke(cli, shlex.split(command)).stdout}"
            for command in re.findall(r"^\$ reasoner (.*)$", block, re.MULTILINE)
        )
        if os.environ.get("REWRITE"):
            document.write_text(document.read_text(encoding="utf-8").replace(block, shown), encoding="utf-8")
        else:
            assert block == shown

"""What is open about names: what may be one thing is listed, what facts tell apart is not, and nothing is decided."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from reasoner import load
from reasoner.doors.cli import cli
from reasoner.query.nearness import nearness, word_by_word
from reasoner.query.unresolved import ALIKE, BESIDE, Unresolved, unresolved
from tests.rows import ROOT

RULES = """
type Actor.
type Place.
type Side = n | s.
event clash(actor: Actor, other: Actor, place: Place)  "{actor} clashes with {other} at {place}".
event aims(actor: Actor, target)  "{actor} aims at {target}".
fixed adjacent(place: Place, neighbour: Place, side: Side)  "{neighbour} lies next to {place} in the {side}".
fixed part_of(part: Place, whole: Place)  "{part} is part of {whole}".
fixed kind(place: Place, kind: Kind)  "{place} is a {kind}".
fixed located(place: Place, latitude, longitude)  "{place} lies at {latitude}, {longitude}".
fixed alias(entity, name)  "{entity} is also called {name}".
"""
SOURCES = """
source other publisher "Another" date 2016-06-30.
source paper publisher "The Paper" date 2016-06-30.
"""
TOWN = "located({0}, 36.528, 37.955). clash(isil, kurdish_led_forces, {0}, 2016-06-0{1}).\n"


def listed(facts: str) -> list[Unresolved]:
    """What is not settled about some facts."""
    with tempfile.TemporaryDirectory() as folder:
        rules, path = Path(folder, "rules.dl"), Path(folder, "facts.dl")
        rules.write_text(RULES, encoding="utf-8")
        path.write_text(SOURCES + facts, encoding="utf-8")
        return list(unresolved(load(rules, path, default_rules=False).claims))


def pairs(facts: str) -> set[tuple[str, str]]:
    """Which constants may be one."""
    return {(one.constant, other.constant) for one in listed(facts) for other in one.candidates}


BOTH = TOWN.format("manbij", 1) + TOWN.format("manbij", 2) + TOWN.format("menbej", 3)


def test_what_looks_alike_is_listed_with_the_line_that_settles_it() -> None:
    """Two spellings of one town are listed, under that of which less is told, with the alias to write."""
    (one,) = listed(BOTH)
    (other,) = one.candidates
    assert (one.constant, one.facts, other.constant, other.facts, other.km) == ("menbej", 1, "manbij", 2, 0)
    assert ALIKE <= other.score < 100
    assert other.line == 'alias(manbij, "menbej").'


@pytest.mark.parametrize("told", [
    "located(menbej, 36.9, 37.955) from other.",  # apart
    "located(menbej, 36.55, 37.955).",  # near, and yet in the eyes of one source another point
    "adjacent(manbij, menbej, n).",
    'alias(manbij, "Manbij") from analyst. alias(menbej, "Menbej") from analyst.',
])  # fmt: skip
def test_that_two_are_two_can_be_said(told: str) -> None:
    """Coordinates, a fact about both and the names that the analyst gives them each keep two constants off the list."""
    facts = BOTH.replace("located(menbej, 36.528, 37.955).", told) if told.startswith("located") else BOTH + told
    assert pairs(BOTH) == {("menbej", "manbij")}
    assert not pairs(facts)


@pytest.mark.parametrize("told", [
    "located(menbej, 36.55, 37.955) from other.",  # sources differ by so much
    "located(menbej, 36.53, 37.95).",  # and one source rounds
    'alias(menbej, "Menbej") from analyst.',
])  # fmt: skip
def test_what_does_not_say_that_two_are_two(told: str) -> None:
    """Points that may be one, and a name that the analyst gives to one of the two, leave them on the list."""
    assert pairs(BOTH.replace("located(menbej, 36.528, 37.955).", told)) == {("menbej", "manbij")}


def test_what_is_drawn_tells_nothing_apart() -> None:
    """A fact about both that rests on an assumption does not make two of them."""
    drawn = 'assume synthetic "drawn from coordinates".\nadjacent(manbij, menbej, n) assuming synthetic.\n'
    assert pairs(BOTH + drawn) == {("menbej", "manbij")}


def test_an_alias_moves_no_facts() -> None:
    """A constant with facts of its own that another is called by is listed still: an alias does not merge the two."""
    (one,) = listed(BOTH + 'alias(manbij, "Menbej").')
    assert (one.constant, one.facts) == ("menbej", 1)
    assert [(other.constant, other.score, other.line) for other in one.candidates] == [("manbij", 100, None)]


def test_what_has_no_type_is_told_once() -> None:
    """Two names of which only aliases are known may be of any type, and are one line; without facts they are none."""
    facts = BOTH.replace("menbej", "azaz").replace("located(azaz, 36.528", "located(azaz, 35.1")
    named = 'alias(isil, "ISIL"). alias(athriya, "Athriya"). alias(ithriyah, "Ithriyah").'
    assert not listed(facts + named)
    (one,) = listed(facts + named + "aims(isil, ithriyah, 2016-06-01).")
    assert (one.constant, one.candidates[0].constant, one.hanging) == ("athriya", "ithriyah", 1)


def test_places_in_two_places_or_none_are_listed() -> None:
    """One constant at points far apart is two places; one without a point is told where most have one, but no area."""
    facts = BOTH.replace("menbej", "azaz").replace("36.528, 37.955). clash(isil, kurdish_led_forces, azaz",
                                                   "35.5, 37.0). clash(isil, kurdish_led_forces, azaz")  # fmt: skip
    assert not listed(facts)
    (one,) = listed(facts + "located(azaz, 33.0, 37.0).")
    assert (one.constant, round(one.spread or 0)) == ("azaz", 278)
    nowhere = "clash(isil, kurdish_led_forces, tabqa, 2016-06-04)."
    assert [(one.constant, one.located) for one in listed(facts + nowhere)] == [("tabqa", False)]
    assert not listed(facts + nowhere + "part_of(azaz, tabqa).")
    assert not listed(facts + nowhere + "kind(tabqa, province). kind(azaz, town).")


def test_the_bundled_facts_hold_no_doubtful_names() -> None:
    """Of the names of the article and the gazetteer none is open."""
    facts = [f"--facts={ROOT / 'facts' / name}" for name in ("gazetteer.dl", "raqqa_2016.dl")]
    outcome = CliRunner().invoke(cli, ["names", *facts, "--json"])
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout) == {"names": [], "diagnostics": []}


def test_the_command_tells_what_is_open(tmp_path: Path) -> None:
    """What is open is printed with the line that settles it, and is no answer that all is well."""
    facts = tmp_path / "facts.dl"
    facts.write_text(BOTH, encoding="utf-8")
    outcome = CliRunner().invoke(cli, ["names", "--facts", str(facts)])
    assert outcome.exit_code == 1
    assert 'alias(manbij, "menbej").' in outcome.stdout
    assert "1 name to settle" in outcome.stderr


# ---------------------------------------------------------------- nearness

NEAR = [
    ("ethria", "ithriyah"), ("menbej", "manbij"), ("raqqa", "raqqah"), ("kobani", "kobane"), ("jarabulus", "jarablus"),
    ("kharkiv", "kharkov"), ("tall abyad", "tell abiad"),
]  # fmt: skip
MAYBE = [("deir zor", "dayr zawr"), ("deir zor", "deir ezzor"), ("lypsti", "lyptsi"), ("turkey", "torske")]
FAR = [
    ("tall rifat", "tall abyad"), ("government of iraq", "government of iran"), ("kafr naha", "kafr nabl"),
    ("hama", "homs"), ("ahrar sham", "ahrar sharqiya"), ("oleksandrivka", "olenivka"),
]  # fmt: skip


def test_transliterations_are_near_and_other_names_are_not() -> None:
    """Spellings of one name are suggested wherever places lie, doubtful ones only side by side, other names never."""
    near_, maybe, far = ([word_by_word(*both) for both in pairs] for pairs in (NEAR, MAYBE, FAR))
    assert min(near_) >= ALIKE > max(maybe)
    assert min(maybe) >= BESIDE > max(far)


@given(st.text("aehiqkruwyz ", max_size=12), st.text("aehiqkruwyz ", max_size=12))
def test_nearness_is_symmetric(one: str, other: str) -> None:
    """Either name is as near to the other, between 0 and 100, and nothing is nearer to a name than itself."""
    score = float(nearness([one], [other])[0, 0])
    assert score == float(nearness([other], [one])[0, 0])
    assert 0 <= score <= float(nearness([one], [one])[0, 0]) == 100

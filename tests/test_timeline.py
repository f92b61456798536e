"""What `timeline` and `show` draw is what holds: of everything that is declared, on the right days, in any width."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import reasoner
from reasoner import knowledge_base
from reasoner.doors.cli import cli
from reasoner.knowledge_base import KnowledgeBase
from reasoner.query.atlas import spots
from reasoner.query.story import REPEATED_BY, TOLD_BY, Story, about
from reasoner.render.place import as_data
from reasoner.render.timeline import Bar, Drawing, bars
from reasoner.render.timeline import as_data as as_timeline
from reasoner.strategies import wars
from reasoner.when import ALWAYS, Days, Truth, parse_date

ROOT = Path(__file__).parent.parent
BASTOGNE = ROOT / "facts" / "cases" / "bastogne_1944.dl"
RIVALS = """\
state rivals(actor: Actor, other: Actor, place: Place)  "{actor} and {other} are rivals for {place}".
rivals(A, B, P) :- threatens(A, P), threatens(B, P), A != B  "{A} and {B} both threaten {P}".
"""


@cache
def doctrine() -> KnowledgeBase:
    """The doctrine without facts."""
    return reasoner.load(ROOT / "rules", default_rules=False)


@cache
def bastogne() -> KnowledgeBase:
    """A siege of which not all days are known."""
    return reasoner.load(ROOT / "rules", BASTOGNE, default_rules=False)


@cache
def besieged() -> Story:
    """The story of Bastogne."""
    return bastogne().story("Bastogne")


def day(written: str) -> int:
    """A day as a number."""
    return parse_date(written).first


def run(*arguments: str) -> Result:
    """A command, with its defaults: the bundled facts."""
    return CliRunner(env={"COLUMNS": "100"}).invoke(cli, arguments)


# ---------------------------------------------------------------- what is told


@settings(max_examples=2, deadline=None)
@given(wars(2, 2, actors=2, most_changes=4))
def test_a_story_tells_all_that_holds(war: str) -> None:
    """Every row of every declared state about a place is told, on its days, or what it repeats is; and nothing else."""
    base = doctrine().append(war)
    model = base.model()
    for place in spots(base.store, base.names):
        told = {(one.predicate, one.row): one.truth for one in base.story(place).strands}
        for declaration, at in about(base.vocabulary, {"Place"}):
            rows = model.rows(declaration.predicate).items() if declaration.kind == "state" else ()
            for row, truth in rows:
                if row[at] != place or truth.certain == ALWAYS:
                    continue
                instead = {name for name, _ in told} & set(TOLD_BY.get(declaration.predicate, ()))
                others = REPEATED_BY.get(declaration.predicate, ())
                repeated = any(told.get((name, row)) == truth for name in others)
                assert told.get((declaration.predicate, row)) == truth or instead or repeated
        for (predicate, row), truth in told.items():
            assert model.truth(predicate, row) == truth


def test_rules_of_ones_own_are_told(tmp_path: Path) -> None:
    """A state that a new rule file declares has its row at once."""
    (tmp_path / "rivals.dl").write_text(RIVALS, encoding="utf-8")
    done = run("timeline", "Raqqa", "--rules", str(tmp_path / "rivals.dl"), "--json")
    labels = {row["label"] for row in json.loads(done.stdout)["rows"] if row["predicate"] == "rivals"}
    assert "Syrian army and Kurdish-led forces are rivals for it" in labels


def test_states_of_ones_own_are_exported(tmp_path: Path) -> None:
    """A new state of a place alone is a column, and its changes begin spells."""
    rule = "lit(raqqa_city) :- holds(isil, raqqa_city) during 2015-02..2015-03."
    (tmp_path / "lit.dl").write_text(f'state lit(place: Place) "{{place}} is lit".\n{rule}', encoding="utf-8")
    done = run("export", "-", "--format", "jsonl", "--over-time", "--rules", str(tmp_path / "lit.dl"))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    (spell,) = (row for row in rows if row["lit"] == "yes")
    assert (spell["start"], spell["end"], spell["holder"]) == ("2015-02-01", "2015-04-01", "isil")


def test_what_is_drawn_has_its_words() -> None:
    """Each strand cites what it rests on, and events have the words that say so."""
    story = reasoner.load(ROOT / "rules", ROOT / "facts", default_rules=False).story("Raqqa")
    assert all(one.claims for one in story.strands)
    assert all(one.claims or one.predicate == "relieved" for one in story.events)
    assert ("holds", ("isil", "raqqa_city")) in {(one.predicate, one.row) for one in story.strands}


# ---------------------------------------------------------------- how it is drawn

runs = st.lists(st.tuples(st.integers(1, 80), st.integers(1, 30)), max_size=3)


@given(runs, runs, st.integers(1, 60), st.integers(1, 60), st.integers(20, 160))
def test_a_bar_shows_each_day(sure: object, more: object, start: int, length: int, across: int) -> None:
    """A character is solid if and only if something certain falls on its days, faint where something possible does."""
    certain, extra = (Days.of((a, a + n) for a, n in its) for its in (sure, more))  # type: ignore[attr-defined]
    truth = Truth(certain, certain | extra)
    drawing = Drawing(doctrine().renderer, (start, start + length), 100, True)
    line = "".join(text for text, _ in drawing._bar(Bar("holds", "", {"": truth}, ()), across, {}))
    for at, drawn in enumerate(line):
        falling = {day for day in range(start, start + length) if at < (day + 1 - start) * across / length}
        falling = {day for day in falling if (day - start) * across / length < at + 1}
        solid, faint = (any(day in days for day in falling) for days in (truth.certain, truth.possible))
        assert drawn == ("#" if solid else "." if faint else " ")


@pytest.mark.parametrize("width", [30, 60, 100, 240])
def test_a_timeline_fits(width: int) -> None:
    """No bar, scale or date is wider than the terminal, and every status has a letter of its own."""
    days = (day("1944-12-10"), day("1945-02-01"))
    drawing = Drawing(bastogne().renderer, days, width, True)
    lines = ["".join(text for text, _ in line).rstrip() for line in drawing.lines(besieged())]
    drawn = lines[1 : next(n for n, line in enumerate(lines) if line.startswith("events"))]
    assert max(map(len, drawn)) <= width
    assert any("|1945-01" in line or "|12-" in line for line in drawn[:1]) or width < 60
    (legend,) = (line for line in lines if "small letters" in line)
    assert {"C closed", "O open", "? unknown"} <= set(legend.partition(";")[0].split("  "))


def test_statuses_share_a_bar() -> None:
    """The statuses of one way are one bar, on whose days they are what the model says; certain ones never overlap."""
    model = bastogne().model()
    for bar in bars(besieged(), bastogne().vocabulary, bastogne().names):
        if "" not in bar.runs:
            for one in bar.strands:
                assert model.truth(one.predicate, one.row) == bar.runs[str(one.row[-1])]


def test_the_siege_of_bastogne_is_drawn() -> None:
    """Off a terminal in ASCII: certain, possible, statuses as letters, the exact days, and whose word it is."""
    drawing = Drawing(bastogne().renderer, (day("1944-12-16"), day("1945-01-21")), 100, True)
    text = "\n".join("".join(piece for piece, _ in line) for line in drawing.lines(besieged()))
    assert text.isascii()
    assert "encircled" in text
    assert "certain 1944-12-21 to 1944-12-25; possible 1944-12-20 to 1944-12-25" in " ".join(text.split())
    assert "1944-12-26  Bastogne is relieved  derived" in text
    assert "[1] " in text


def test_a_timeline_is_data_too() -> None:
    """As JSON a timeline has a row for each strand, closed-open, with its words."""
    data: Any = as_timeline(besieged(), (day("1944-12-16"), day("1945-01-21")), bastogne().renderer)
    (ring,) = (row for row in data["rows"] if row["predicate"] == "encircled")
    assert (ring["certain"], ring["label"]) == ([{"start": "1944-12-21", "end": "1944-12-26"}], "encircled")
    assert (data["start"], data["end"]) == ("1944-12-16", "1945-01-21")
    assert ring["citations"]


# ---------------------------------------------------------------- a place on a day


@pytest.mark.parametrize("at", ["1944-12-10", "1944-12-27"])
def test_a_place_is_shown_as_it_stands(at: str) -> None:
    """`show` says what may hold on the day and nothing else; its sides are those that the model has."""
    model, on = bastogne().model(), day(at)
    data: Any = as_data(bastogne().portrait("Bastogne", at), bastogne().renderer)
    told = {one["atom"] for one in data["states"]}
    for predicate in ("holds", "contested", "besieged", "besieges", "encircled", "cut_off", "supply", "corridor"):
        for row, truth in model.rows(predicate).items():
            if "bastogne" in row:
                assert (f"{predicate}({', '.join(map(str, row))})" in told) == (on in truth.possible), (predicate, row)
    sides = {one["side"]: one["mark"] for one in data["sides"]}
    pressed = {row[2] for row, truth in model.rows("pressure").items() if row[1] == "bastogne" and on in truth.possible}
    assert {side for side, mark in sides.items() if mark == "pressed"} == pressed
    around = {(one["place"], holder) for one in data["neighbours"] for holder in one["holders"]}
    held = {(row[1], row[0]) for row, truth in model.rows("holds").items() if on in truth.certain}
    assert {(place, holder) for place, holder in held if place in {q for q, _ in around}} == around


def test_colour_is_never_all_that_tells() -> None:
    """Off a terminal nothing drives one, and what is coloured is written as well."""
    done = run("show", "Raqqa")
    assert (done.exit_code, "\x1b" in done.stdout) == (0, False)
    assert "held by ISIL" in done.stdout
    assert "north      pressed  Ain Issa" in done.stdout
    assert "since 2014-08-31, possibly 2014-08-01  [1]" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("timeline", "Raqa"), "did you mean `Raqqa`"),
        (("show", "Raqqa", "--at", "2016-13"), "R401"),
        (("timeline", "Raqqa", "--at", "1999-01-01"), "R426"),
    ],
)
def test_names_and_days_that_cannot_be(arguments: tuple[str, ...], says: str) -> None:
    """A name that nobody has is told with the nearest; so is a day that no calendar has, or before all evidence."""
    assert says in str(run(*arguments).exception)


def test_days_without_news() -> None:
    """Of days on which nothing is known that is said."""
    for start, said in (("1944-12-10", "relieved"), ("1900-01-01", "nothing is known of it in that time")):
        drawing = Drawing(bastogne().renderer, (day(start), day(start) + 30), 100, True)
        text = "".join(piece for line in drawing.lines(besieged()) for piece, _ in line)
        assert said in text


@pytest.mark.parametrize("verb", ["timeline", "show"])
def test_what_grows_too_much_is_named(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a map on which something would take too long, it is named as not looked for, and all else is told."""
    whole = json.loads(run(verb, "Raqqa", "--json").stdout)
    monkeypatch.setattr(knowledge_base, "ROWS_OF_A_PLACE", 40)
    part = json.loads(run(verb, "Raqqa", "--json").stdout)
    assert whole["left_out"] == []
    assert part["left_out"]
    states = "rows" if verb == "timeline" else "states"
    told = [one for one in whole[states] if one["predicate"] not in part["left_out"]]
    assert [one for one in part[states] if one in told] == told
    assert f"not looked for on so large a map: {part['left_out'][0].replace('_', ' ')}" in run(verb, "Raqqa").stdout

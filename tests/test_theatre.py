"""What a map is drawn from says of each day what the model says of it."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import reasoner
from reasoner.knowledge_base import KnowledgeBase
from reasoner.query.theatre import SIDE
from reasoner.render.theatre import as_data
from reasoner.when import FUTURE, PAST, Day, parse_date, show_day

ROOT = Path(__file__).parent.parent
CASES = ("raqqa_2016.dl", "cases/manbij_2016.dl", "cases/bastogne_1944.dl", "cases/wadi_deif_2012.dl")
STATES = ("holds", "besieges", "corridor", "front", "contested", "besieged", "encircled", "cut_off")


@cache
def war(name: str) -> KnowledgeBase:
    """The default rules on one of the bundled wars."""
    facts = [ROOT / "facts" / name, *([ROOT / "facts/gazetteer.dl"] if name.startswith("raqqa") else [])]
    return reasoner.load(ROOT / "rules", facts, default_rules=False)


def days_of(base: KnowledgeBase) -> list[Day]:
    """The days on which something changes, and the days before them."""
    return sorted({near for day in base.theatre.days for near in (day - 1, day)})


def holds(when: list[int | None], day: Day) -> bool:
    """Whether a day lies in a flat list of first days and days after."""
    edges = [PAST if not n % 2 and e is None else FUTURE if e is None else e for n, e in enumerate(when)]
    return any(start <= day < end for start, end in zip(edges[::2], edges[1::2], strict=True))


def said(data: Any, day: Day, certain: bool) -> set[tuple[str, tuple[str, ...]]]:
    """What the JSON says of a day, as atoms."""

    def on(when: list[Any]) -> bool:
        return holds(when[0 if certain else 1], day)

    actors, places = [one["id"] for one in data["actors"]], [one["id"] for one in data["places"]]
    found = set()
    for place in data["places"]:
        name = place["id"]
        found |= {("holds", (actors[a], name)) for a, *when in place["holders"] if on(when)}
        found |= {(flag, (name,)) for flag, when in place["flags"].items() if on(when)}
        sieges = (one for one in place["sieges"] if one[-1] == "derived")
        found |= {("besieges", (actors[a], name, side)) for a, side, *when, _ in sieges if on(when)}
    for way in data["ways"]:
        if way["mode"] != SIDE:
            start = places[way["from"]]
            found |= {("corridor", (start, way["id"], status)) for status, *when in way["statuses"] if on(when)}
    for p, q, *when in data["fronts"]:
        found |= {("front", (places[a], places[b])) for a, b in ((p, q), (q, p)) if on(when)}
    return found


def follows(base: KnowledgeBase, day: Day, certain: bool) -> set[tuple[str, tuple[str, ...]]]:
    """The same as the model has it. A way of which no corridor ever follows is what was reported of it."""
    model = base.model()
    rows = [(name, row, truth) for name in STATES for row, truth in model.rows(name).items()]
    known = {row[:2] for row in model.rows("corridor")}
    for route, *ends, _ in base.store.facts.get("route", {}):
        for end in ends:
            if (end, route) not in known:
                reports = model.rows("reported").items()
                rows += [("corridor", (end, route, row[1]), truth) for row, truth in reports if row[0] == route]
    return {(name, row) for name, row, truth in rows if day in (truth.certain if certain else truth.possible)}


@pytest.mark.parametrize("certain", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_a_theatre_says_what_the_model_says(name: str, certain: bool) -> None:
    """Holders, states, derived sieges, corridors and fronts, read from the JSON, are those of the model, each day."""
    base = war(name)
    data = as_data(base.theatre, base.renderer)
    states = {flag for one in base.theatre.places for flag in one.flags}
    assert states <= {*STATES}, "a state of a place alone that this test does not compare"
    for day in days_of(base):
        assert said(data, day, certain) == follows(base, day, certain), show_day(day)


@pytest.mark.parametrize("name", CASES)
def test_nothing_changes_between_the_days_of_a_slider(name: str) -> None:
    """From one of the days to the day before the next, a theatre says the same."""
    base = war(name)
    data = as_data(base.theatre, base.renderer)
    for day, after in pairwise(base.theatre.days):
        for certain in (True, False):
            assert said(data, day, certain) == said(data, after - 1, certain), show_day(day)


@pytest.mark.parametrize("on", ["2016-06-03", "2016-06-04"])
def test_the_sieges_drawn_are_those_that_are_told(on: str) -> None:
    """On a day a map has, derived or reported, just what the answers to "who besieges Raqqa?" say."""
    base = war("raqqa_2016.dl")
    (place,) = (one for one in base.theatre.places if one.spot.id == "raqqa_city")
    drawn: dict[tuple[str, ...], set[str]] = {}
    for one in place.sieges:
        if parse_date(on).first in one.truth.possible:
            drawn.setdefault((one.actor, "raqqa_city", one.side), set()).add(one.origin)
    told = {
        one.row: {"derived", "reported"} if one.origin == "both" else {one.origin}
        for one in base.ask("who besieges Raqqa?", on)
    }
    assert drawn == told

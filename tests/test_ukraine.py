"""The war of 2022 from a table: what is known of its course, and every town in one page.

`REWRITE=1 pytest tests/test_ukraine.py` puts what the rules derive into `towns.md`, to be read before it is committed.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from reasoner import load
from reasoner.engine.model import Model
from reasoner.knowledge_base import KnowledgeBase
from reasoner.when import FUTURE, Day, Days, parse_date, show_day

CASE = Path(__file__).parent.parent / "facts" / "cases" / "ukraine_2022"
TOLD = ("holds", "contested", "pressure", "besieged", "encircled", "encircled_in", "relieved", "cut_off", "pocket")
ENDS = "2022-06-01"  # the table ends the day before


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    """The table, the background and the synthetic geography, under the default doctrine."""
    return load(facts=CASE)


@pytest.fixture(scope="module")
def model(base: KnowledgeBase) -> Model:
    """What follows of holders, pressure and rings."""
    return base.model(TOLD)


def days(model: Model, predicate: str, *row: str) -> Days:
    """The days on which something certainly holds."""
    return model.truth(predicate, row).certain


def span(first: str, last: str) -> Days:
    """The days from the first to the last."""
    return Days((((day(first)), day(last) + 1),))


def day(written: str) -> Day:
    """A date as a day."""
    date = parse_date(written)
    assert date is not None
    return date.first


# ---------------------------------------------------------------- what history knows


def test_mariupol_is_russian_from_17_may(model: Model) -> None:
    """From 2022-05-17 on, and not before, Russia holds Mariupol alone; but for 21 April, when the map had it fallen."""
    ours, theirs = days(model, "holds", "ukraine", "mariupol"), days(model, "holds", "russia", "mariupol")
    alone = theirs & ~ours
    assert alone == span("2022-04-21", "2022-04-21") | Days(((day("2022-05-17"), FUTURE),))


@pytest.mark.parametrize(
    ("place", "taken"), [("kherson", "2022-03-02"), ("melitopol", "2022-03-01"), ("izium", "2022-04-01")]
)
def test_towns_that_fell(model: Model, place: str, taken: str) -> None:
    """From the day on which the map had it, to the end, Russia alone holds the town."""
    alone = days(model, "holds", "russia", place) & ~days(model, "holds", "ukraine", place)
    assert Days(((day(taken), day(ENDS)),)) & ~alone == Days()


@pytest.mark.parametrize("place", ["kyiv", "kharkiv", "sumy", "mykolaiv", "odessa", "dnipro"])
def test_cities_that_were_never_encircled(model: Model, place: str) -> None:
    """However they were pressed, a road always led to them; and none of them was lost."""
    assert not days(model, "encircled", place)
    assert day("2022-05-31") in days(model, "holds", "ukraine", place)


def test_mariupol_is_encircled(model: Model) -> None:
    """From the day on which all towns around it are known to be Russian until it falls; nobody relieves it."""
    ring = span("2022-03-12", "2022-04-20") | span("2022-04-22", "2022-05-16")
    assert days(model, "encircled", "mariupol") == ring
    assert days(model, "encircled_in", "ukraine", "mariupol") == ring
    assert not days(model, "encircled_in", "russia", "mariupol")
    assert not model.truth("relieved", ("mariupol",)).possible


def test_the_north_is_free_after_the_withdrawal(model: Model) -> None:
    """Where fighting had gone on around Kyiv and Chernihiv in March, Ukraine holds alone after 7 April."""
    for place in ("bucha", "irpin", "hostomel", "borodianka", "ivankiv", "chernihiv", "sumy", "slavutych"):
        after = Days(((day("2022-04-07"), day(ENDS)),))
        assert after & ~days(model, "holds", "ukraine", place) == Days()
        assert not after & days(model, "holds", "russia", place)


def test_kyiv_is_pressed_from_the_north_west(model: Model) -> None:
    """In March, and no longer in the middle of April."""
    pressed = Days()
    for (_, place, side), truth in model.rows("pressure").items():
        if place == "irpin" and side in ("n", "nw", "w"):
            pressed |= truth.certain
    assert day("2022-03-05") in pressed
    assert day("2022-04-15") not in pressed


def test_what_rests_on_synthetic_roads_says_so(base: KnowledgeBase) -> None:
    """Each town that is encircled is so by roads that nobody read from a map."""
    for answer in base.query("encircled(P)"):
        assert any("no map was read" in one for one in answer.assumptions), answer.atom


def test_the_geography_is_that_of_the_command(tmp_path: Path) -> None:
    """The synthetic roads in the repository are those that `reasoner geography` draws from the places beside them."""
    from click.testing import CliRunner

    from reasoner.doors.cli import cli
    from reasoner.syntax.load import load as load_files
    from reasoner.syntax.tree import Assumption, Fact, Source

    drawn = tmp_path / "geography.dl"
    done = CliRunner().invoke(cli, ["geography", "--facts", str(CASE), "--out", str(drawn)], catch_exceptions=False)
    assert done.exit_code == 0
    kept, made = (load_files([path], []) for path in (CASE / "geography.dl", drawn))
    for kind in (Source, Assumption, Fact):
        assert kept.of(kind) == made.of(kind)


# ---------------------------------------------------------------- every town


def spells(found: Days) -> str:
    """`03-01 to 03-07, since 05-17`, of 2022."""
    runs = []
    for first, end in found:
        start, last = show_day(first)[5:], show_day(end - 1)[5:] if end < FUTURE else None
        runs.append(f"since {start}" if last is None else start if last == start else f"{start} to {last}")
    return ", ".join(runs)


def over(model: Model, predicate: str, at: int = 0) -> dict[str, Days]:
    """On which days any row of a predicate certainly holds of each place, which is its argument `at`."""
    found: dict[str, Days] = defaultdict(Days)
    for row, truth in model.rows(predicate).items():
        if truth.certain:
            found[str(row[at])] |= truth.certain
    return found


def towns(model: Model) -> Iterator[str]:
    """The page on every town: those of which there is something to tell, and the names of the others."""
    contested, pressed, besieged, encircled = (
        over(model, name, at) for name, at in (("contested", 0), ("pressure", 1), ("besieged", 0), ("encircled", 0))
    )
    cut_off = over(model, "cut_off")
    held: dict[str, list[tuple[Days, str]]] = defaultdict(list)
    for (actor, place), truth in model.rows("holds").items():
        held[str(place)].append((truth.certain, str(actor)))
    pockets: dict[str, set[str]] = defaultdict(set)
    for place, core in model.rows("pocket"):
        pockets[str(core)].add(str(place))
    quiet: dict[str, list[str]] = defaultdict(list)
    several = sum(len(its) > 1 for its in held.values())
    yield f"Of {len(held)} towns {several} had more than one holder, at once or in turn; {len(contested)} were"
    yield f"contested, {len(pressed)} pressed, {len(besieged)} besieged, {len(encircled)} encircled on some day."
    yield ""
    yield "| town | held by | contested | pressed | besieged | encircled |"
    yield "|---|---|---|---|---|---|"
    for place in sorted(held):
        its = sorted(held[place], key=lambda one: (one[0].intervals, one[1]))
        if len(its) == 1 and not (pressed[place] or encircled[place]):
            quiet[its[0][1]].append(place)
            continue
        holders = "; ".join(f"{actor} {spells(when)}" for when, actor in its)
        ring = spells(encircled[place]) + (", not cut off" if encircled[place] & ~cut_off[place] else "")
        columns = (holders, spells(contested[place]), spells(pressed[place]), spells(besieged[place]), ring)
        yield f"| {' | '.join((place, *columns))} |".replace("  ", " ")
    yield ""
    yield from told(pockets)
    for actor, places in sorted(quiet.items()):
        yield f"- **{actor}** held, whenever the table speaks of them, {len(places)} towns on which nobody pressed:"
        yield f"  {', '.join(places)}."


def told(pockets: dict[str, set[str]]) -> Iterable[str]:
    """The pockets that hold more than one town."""
    for _, places in sorted(pockets.items()):
        if len(places) > 1:
            yield f"- One pocket, on some day: {', '.join(sorted(places))}."


def test_every_town_is_told(model: Model) -> None:
    """`towns.md` tells of every town what the rules derive."""
    path = CASE / "towns.md"
    head, _, _ = path.read_text(encoding="utf-8").partition("Of ")
    page = head + "\n".join(towns(model)) + "\n"
    if os.environ.get("REWRITE"):
        path.write_text(page, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page

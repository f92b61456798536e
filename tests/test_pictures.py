"""Pictures: whatever facts say, they are harmless and the same each time; bars lie on their days; files are whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import reasoner
from reasoner.diagnostic import Problems
from reasoner.doors.cli import cli
from reasoner.query.story import Event, Story, Strand
from reasoner.render import timeline as told
from reasoner.render.pictures import proof as proofs
from reasoner.render.pictures import theatre as maps
from reasoner.render.pictures import timeline as timelines
from reasoner.render.pictures import tree
from reasoner.render.pictures.lettering import folded, width
from reasoner.render.pictures.picture import Picture
from reasoner.render.text import shown
from reasoner.when import FUTURE, PAST, Date, Days, Truth, happens
from tests.drawings import (
    ROOT,
    START,
    SVG,
    Box,
    Reader,
    apart,
    box,
    classed,
    parsed,
    raqqa,
    renderer,
    stated,
    texts,
    words,
)
from tests.seed import NAMED

NASTY = """\
type Place. type Actor.
state holds(actor: Actor, place: Place) "{place} is held by {actor} <b>".
event strike(actor: Actor, place: Place, kind) "{actor} strikes {place}".
fixed alias(entity, name). fixed located(place: Place, latitude, longitude).
source s publisher "<script>alert(1)</script>" title "<script>document.title</script>" url "javascript:alert(2)"
    date 2016-05-15.
alias(town, "<img src=x onerror=alert(3)>\x1b[0m"). alias(red, "]]> & \\"Red\\" <style>*{}</style>").
located(town, 36.0, 38.0). located(other, 36.5, 38.5).
strike(red, town, "air") s1 "a \x1b[31mred ' \\"quote\\" </text><script>alert(4)</script>".
holds(A, P) :- strike(A, P, _)  "because </title> of {A}".
"""


def run(*arguments: str) -> Result:
    """A command on the article."""
    return CliRunner().invoke(cli, [*arguments, *NAMED])


# ---------------------------------------------------------------- harmless, and the same each time


def test_what_facts_say_is_written_and_never_run(tmp_path: Path) -> None:
    """Markup in names, publishers, titles, quotes and phrases stays text, in SVG and HTML; no bad address is linked."""
    (tmp_path / "nasty.dl").write_text(NASTY, encoding="utf-8")
    base = reasoner.load(tmp_path / "nasty.dl", default_rules=False)
    known: Any = base.renderer
    found = [one.proof for one in base.why("holds(A, P)") if one.proof]
    story = base.story("town")
    drawn = [
        proofs.draw(found, known),
        timelines.draw(story, told.span(story, None, None), known),
        maps.draw(base.theatre, START, known, "town"),
    ]
    quoted = "".join(shown('a \x1b[31mred \' "quote" </text><script>alert(4)</script>').split())
    assert [quoted in words(parsed(one)) for one in drawn] == [True, True, False]
    assert all("<imgsrc=xonerror=alert(3)>" in words(parsed(one)) for one in drawn)
    page = Reader.of(tree.proof(found, known))
    assert {"script", "img", "style", "b"} & page.tags == set()
    assert page.links == []
    assert quoted in page.text
    assert "<script>document.title</script>" in page.text
    assert {"script", "img", "style"} & Reader.of(drawn[0].html("<script>x</script>")).tags == {"style"}


@given(st.text(max_size=80))
def test_any_text_can_be_drawn(text: str) -> None:
    """Whatever stands in a quote, the picture is well-formed and has it, control characters made visible."""
    leaf = stated(0, text)
    assert "".join(shown(text).split()) in words(parsed(proofs.draw([leaf], renderer())))
    assert "".join(shown(text).split()) in Reader.of(tree.proof([leaf], renderer())).text


def test_a_page_of_its_own_fetches_nothing() -> None:
    """Its policy allows the one stylesheet that is on it, by its hash, and nothing else."""
    page = maps.draw(raqqa().theatre, START, renderer()).html("A map")
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{hashed}'")
    assert "prefers-color-scheme: dark" in style
    assert "url" not in style
    assert not {"script", "link", "img"} & Reader.of(page).tags


DRAWING = """
import sys, hashlib, reasoner
from tests.drawings import raqqa, renderer
from tests.test_pictures import proofs, timelines, maps, told
base = raqqa(); story = base.story("Raqqa")
found = [one.proof for one in base.why("besieges(A, raqqa_city, S)")]
drawn = timelines.draw(story, told.span(story, None, None), renderer()), proofs.draw(found, renderer()), \\
    maps.draw(base.theatre, base.theatre.last_evidence, renderer())
print([hashlib.sha256(one.svg.encode()).hexdigest() for one in drawn])
"""


def test_the_same_is_drawn_each_time() -> None:
    """Pictures of the same facts have the same bytes, whatever order hashes have."""
    done = [
        subprocess.run(
            [sys.executable, "-c", DRAWING], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert done[0] == done[1]


# ---------------------------------------------------------------- letters


@given(st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=60), st.integers(20, 200))
def test_lines_are_no_wider_than_their_room(text: str, room: int) -> None:
    """A folded text has all its letters in order, and each line fits, unless a single letter does not."""
    lines = folded(text, room, 12)
    assert "".join(lines).replace(" ", "") == "".join(shown(text).split())
    assert all(width(line, 12) <= room or len(line) == 1 for line in lines)


# ---------------------------------------------------------------- timelines


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    """Certain days inside possible ones, some since ever or still."""
    edge = st.integers(START - 20, START + 120)
    runs = draw(st.lists(st.tuples(edge, edge), max_size=3))
    ends = draw(st.sampled_from(((), ((PAST, START + 5),), ((START + 60, FUTURE),))))
    certain = Days.of([*((min(run), max(run)) for run in runs), *ends])
    wider = draw(st.lists(st.tuples(edge, edge), max_size=2))
    return Truth(certain, certain | Days.of((min(run), max(run) + 1) for run in wider))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A story of a town: who holds it, whether it is besieged, how it is supplied, and strikes."""
    rows = [("holds", ("red", "town")), ("holds", ("blue", "town")), ("besieged", ("town",))]
    rows += [("supply", ("town", "any", status)) for status in ("open", "threatened", "closed", "unknown")]
    strands = tuple(Strand(predicate, row, draw(truths())) for predicate, row in rows)
    first = st.integers(START - 20, START + 110)
    dates = [Date(day, day + draw(st.sampled_from((0, 0, 9)))) for day in draw(st.lists(first, max_size=4))]
    events = tuple(Event("strike", ("red", "town", "air"), happens(one), (one,)) for one in dates)
    return Story("town", "Town", strands, events, (START, START + 100), START + 90)


def runs(rects: list[Element], field: Box, days: int) -> Days:
    """The days that rectangles lie on, read from where they begin and end."""
    a_day = (field[2] - field[0]) / days
    edges = [[(edge - field[0]) / a_day for edge in box(one)[::2]] for one in rects]
    assert all(abs(edge - round(edge)) < 0.02 for pair in edges for edge in pair)
    return Days.of((START + round(a), START + round(b)) for a, b in edges)


@given(stories(), st.integers(40, 110))
def test_bars_lie_on_their_days(story: Story, days: int) -> None:
    """Read back from the picture, the solid parts of a bar are its certain days, all parts its possible ones."""
    span = (START, START + days)
    root = parsed(timelines.draw(story, span, renderer()))
    bars, _, events = told.drawn(story, span, renderer())
    rows = classed(root, "row")
    assert len(rows) == len(bars)
    if not bars and not events:
        return
    field = box(classed(root, "field")[0])
    for bar, row in zip(bars, rows, strict=True):
        certain = Days.of(run for truth in bar.runs.values() for run in truth.certain) & Days((span,))
        possible = Days.of(run for truth in bar.runs.values() for run in truth.possible) & Days((span,))
        assert runs(classed(row, "bar", "certain"), field, days) == certain
        assert runs(classed(row, "bar"), field, days) == possible
        assert not runs(classed(row, "bar", "possible"), field, days) & certain
    written = texts(root)
    assert all(apart(one, other) for one, other in combinations(written, 2))
    assert all(apart(one, box(bar)) for one in written for bar in (*classed(root, "bar"), *classed(root, "tick")))
    drawn = Days.of((one.dates[0].first, one.dates[0].last + 1) for one in events) & Days((span,))
    ticks = [classed(event, "tick")[0] for event in classed(root, "event")]
    a_day = (field[2] - field[0]) / days
    for tick in ticks:
        left, _, right, _ = box(tick)
        assert int((left + right) / 2 / a_day - field[0] / a_day) + START in drawn
    assert len(ticks) == len({one.dates for one in events})


def test_what_is_short_is_still_seen() -> None:
    """A day among two years is wide enough to be seen, and inside the field."""
    story = raqqa().story("Raqqa")
    root = parsed(timelines.draw(story, told.span(story, None, None), renderer()))
    left, _, right, _ = box(classed(root, "field")[0])
    for one in (*classed(root, "bar"), *classed(root, "tick")):
        assert box(one)[2] - box(one)[0] >= timelines.LEAST - 0.01
        assert left - 0.01 <= box(one)[0] < box(one)[2] <= right + 0.01
    titles = [one.findtext("title") or "" for one in classed(root, "event")]
    assert any("besieged by government troops from the west" in title for title in titles)
    assert "assuming control(isil, raqqa_city): inferred" in " ".join(one.text or "" for one in classed(root, "ink"))


# ---------------------------------------------------------------- files


def test_png_is_as_large_as_it_says() -> None:
    """A PNG has two pixels to a unit, one where that is too many, and letters in it."""
    drawn = [proofs.draw([stated(0, quote)], renderer()) for quote in ("iiii", "iili")]
    made = [one.png() for one in drawn]
    assert made[0] != made[1]
    assert all(size(one) == (2 * drawn[0].width, 2 * drawn[0].height) for one in made)
    wide = Picture('<svg xmlns="http://www.w3.org/2000/svg" width="20000" height="2000"/>', 20_000, 2_000)
    assert size(wide.png()) == (20_000, 2_000)


def size(png: bytes) -> tuple[int, int]:
    """The width and height in the header of a PNG."""
    assert png[:16] == b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_what_is_no_png_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too large a picture, and a machine without the library: a message that says what to do instead."""
    with pytest.raises(Problems, match="R544"):
        Picture("<svg/>", 20_000, 20_000).png()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(Problems, match=r'R541.*\n.*pip install "reasoner\[pictures\]"'):
        Picture("<svg/>", 20, 20).png()


def test_commands_draw_into_files(tmp_path: Path) -> None:
    """`map`, `timeline` and `why` write the format that the name of the file ends in, or that is named, and say so."""
    for command, ends in ((("map", "Raqqa"), "svg"), (("timeline", "Raqqa"), "html"), (("map",), "png")):
        path = tmp_path / f"picture.{ends}"
        done = run(*command, "-o", str(path), "--json")
        assert done.exit_code == 0
        assert {"out": str(path), "format": ends, "diagnostics": []}.items() <= json.loads(done.stdout).items()
        begins = {"svg": b"<svg xmlns", "html": b"<!doctype html>", "png": b"\x89PNG"}[ends]
        assert path.read_bytes().startswith(begins)
        assert not list(tmp_path.glob("*.part"))
    piped = run("why", "besieged(raqqa_city)", "-o", "-", "--format", "svg")
    assert ElementTree.fromstring(piped.stdout).tag == f"{SVG}svg"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("map",), "-o map.svg"),
        (("map", "-o", "map.gif"), "none of .svg, .png, .html"),
        (("timeline", "Raqqa", "-o", "-"), "none of .svg, .png, .html"),
        (("map", "isil", "-o", "never.svg"), "R110"),
        (("map", "-o", "never.svg", "--at", "1990"), "R426"),
        (("map", "-o", "no/such/folder/never.svg"), "R517"),
        (("map", "-o", "README.md/never.svg"), "R517"),
    ],
)
def test_what_cannot_be_drawn_is_told(command: tuple[str, ...], said: str) -> None:
    """Without a file, a format, a place or a day that is known: a message, and no file."""
    done = run(*command)
    assert done.exit_code in (1, 2)
    assert said in (done.stderr + str(done.exception))
    assert not Path("never.svg").exists()

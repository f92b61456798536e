"""A place on one screen: who holds it, what presses on it, what lies on its sides, and on whose word."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from reasoner.evidence.claim import Claim
from reasoner.query.names import Names, direction
from reasoner.query.portrait import Neighbour, Portrait, Side
from reasoner.render import json as as_json
from reasoner.render.json import Json
from reasoner.render.text import Footnotes, TextRenderer, as_of, since
from reasoner.render.timeline import DANGER, STYLES, Bar, Line, bars, cited, missing
from reasoner.term import show_atom
from reasoner.when import Day, show_day

ROSE = (("nw", "n", "ne"), ("w", "", "e"), ("sw", "s", "se"))
MARKS = {"pressed": ("#", "red"), "closed": ("x", "red"), "open": ("o", "green"), "known": (".", "dim")}
UNHELD = "nobody is known to hold it, so nothing is concluded about a siege"
ROOM = 50  # characters before the days
WIDE = 80  # characters of a line that has room for both


class Drawing:
    """A portrait as text."""

    def __init__(self, renderer: TextRenderer, width: int) -> None:
        self.renderer, self.names, self.width = renderer, renderer.names, width
        self.notes = Footnotes(renderer.sources)

    def lines(self, portrait: Portrait) -> Iterator[Line]:
        """Name and day; what is so, and since when; a compass; disputes; the last evidence; assumptions, sources."""
        story, day = portrait.story, portrait.day
        yield [(story.name, "bold"), (f"  {as_of(day, story.last_evidence)}", "")]
        told = bars(story, self.renderer.vocabulary, self.names)
        if not any(one.predicate == "holds" for one in told):
            yield [(f"  {UNHELD}", "")]
        width = max((len(said(one, day)) for one in told), default=0)
        for one in told:
            style = "red" if one.predicate in DANGER else self._style(one)
            when, cited = since(one.strands[0].truth, day), self.notes.mark(resting(one))
            mark = f"  {cited}" if cited else ""
            if self.width < WIDE:
                yield [("  ", ""), (said(one, day), style)]
                yield [(f"      {when}{mark}", "")]
            else:
                yield [("  ", ""), (f"{said(one, day):<{min(width, ROOM)}}", style), (f"  {when}{mark}", "")]
        if lacking := missing(story):
            yield [(f"  {lacking}", "dim")]
        yield from self._compass(portrait)
        yield from ([(f"disputed: {one}", "")] for one in portrait.disputes)
        for event in story.events:
            yield [("that day: ", ""), (self.renderer.sentence(event.predicate, event.row), ""),
                   (f"  {self.notes.mark(event.claims)}" if event.claims else "", "")]  # fmt: skip
        if story.last_evidence is not None and day != story.last_evidence:
            yield [(f"last evidence: {show_day(story.last_evidence)}", "")]
        for n, text in enumerate(story.assumptions):
            yield [(f"{'assuming' if not n else '        '}  {text}", "")]
        yield from ([(one, "")] for one in self.notes.lines())

    def _style(self, bar: Bar) -> str:
        return STYLES.get(next(iter(bar.runs)), "yellow") if "" not in bar.runs else ""

    def _compass(self, portrait: Portrait) -> Iterator[Line]:
        """A rose of three lines, and beside and below it what lies on each side."""
        marks = {one.side: one for one in portrait.sides}
        lines: list[Line] = []
        for row in ROSE:
            rose: Line = [("  ", "")]
            for side in row:
                drawn, style = MARKS[marks[side].mark] if side in marks else ("+" if not side else " ", "")
                rose.append((f"{drawn} ", style))
            lines.append(rose)
        told = [self._side(one, portrait) for one in portrait.sides]
        if not told:
            return
        for drawn_there, said in zip_longest(lines, told):
            line = [*(drawn_there or [(" " * 8, "")]), ("  ", ""), *(said or [])]
            if any(text.strip() for text, _ in line):
                yield line
        used = {one.mark for one in portrait.sides}
        yield [("  ", ""), ("  ".join(f"{MARKS[one][0]} {one}" for one in MARKS if one in used), "dim")]

    def _side(self, one: Side, portrait: Portrait) -> Line:
        """`west   Tabqa dam (ISIL), Tabqa (nobody known)`."""
        told = ", ".join(
            f"{self.names.show(near.place, 'Place')} ({held(near, self.names)})" for near in beyond(one, portrait)
        )
        return [(f"{direction(one.side):<11}", ""), (f"{marked(one):<9}", MARKS[one.mark][1]), (told, "")]


def said(bar: Bar, day: Day) -> str:
    """The label, and what may be its status: those that are certain, else all that are possible."""
    if "" in bar.runs:
        return bar.label
    sure = [status for status, truth in bar.runs.items() if day in truth.certain]
    may = " or ".join(sure or sorted(bar.runs)).replace("_", " ")
    return f"{bar.label}: {may}"


def resting(bar: Bar) -> tuple[Claim, ...]:
    """The claims that a bar rests on."""
    return tuple(dict.fromkeys(claim for strand in bar.strands for claim in strand.claims))


def marked(side: Side) -> str:
    """What is told of a side: `possibly pressed`."""
    return side.mark if side.certain else f"possibly {side.mark}"


def beyond(side: Side, portrait: Portrait) -> list[Neighbour]:
    """What lies on a side."""
    return [near for near in portrait.neighbours if near.side == side.side]


def held(one: Neighbour, names: Names) -> str:
    """Who holds a neighbour."""
    sure = [names.show(holder, "Actor") for holder in one.holders]
    may = [f"possibly {names.show(holder, 'Actor')}" for holder in one.possible_holders]
    return " and ".join(sure + may) or "holder not known"


def as_data(portrait: Portrait, renderer: TextRenderer) -> Json:
    """The same as JSON."""
    story = portrait.story
    return {
        "place": story.subject, "name": story.name, "day": show_day(portrait.day),
        "last_evidence": None if story.last_evidence is None else show_day(story.last_evidence),
        "states": [
            {
                "predicate": one.predicate, "atom": show_atom(one.predicate, one.row),
                "sentence": renderer.sentence(one.predicate, one.row),
                "certain": as_json.intervals(one.truth.certain), "possible": as_json.intervals(one.truth.possible),
                "assumptions": list(one.assumptions), "citations": cited(one.claims),
            }
            for one in story.strands
        ],
        "sides": [{"side": one.side, "mark": one.mark, "certain": one.certain} for one in portrait.sides],
        "neighbours": [
            {"side": one.side, "place": one.place, "holders": list(one.holders),
             "possible_holders": list(one.possible_holders)}
            for one in portrait.neighbours
        ],
        "events": [
            {"sentence": renderer.sentence(one.predicate, one.row), "citations": cited(one.claims)}
            for one in story.events
        ],
        "disputes": list(portrait.disputes), "left_out": list(story.left_out),
        "assumptions": list(story.assumptions), "diagnostics": [],
    }  # fmt: skip

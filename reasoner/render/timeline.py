"""A story as bars over days: certain solid, possible faint; statuses as letters; events as ticks and as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, zip_longest
from textwrap import wrap

from reasoner.evidence.claim import Claim
from reasoner.query.names import Names
from reasoner.query.story import FIRST, Event, Story, Strand
from reasoner.render import json as as_json
from reasoner.render.json import Json
from reasoner.render.labels import ends_in_a_member, label
from reasoner.render.text import Footnotes, TextRenderer, since
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Quoted, Row, show_atom
from reasoner.when import Day, Days, Interval, Truth, day_or_none, show_day

Piece = tuple[str, str]  # a text and how it is drawn: "", or a style of rich
Line = list[Piece]

LEAST = 40  # characters of a bar that has its dates beside it

COLOURS = ("cyan", "magenta", "blue", "yellow")
DANGER = frozenset({"contested", "besieged", "besieges", "encircled", "cut_off", "pressure"})
STYLES = {"open": "green", "closed": "red", "unknown": "dim"}


@dataclass(frozen=True)
class Bar:
    """One line of a timeline: what it says, and when, for each status that takes the place of another.

    Where there is no status, the only key is "".
    """

    predicate: str
    label: str
    runs: Mapping[str, Truth]
    strands: tuple[Strand, ...]


def bars(story: Story, vocabulary: Vocabulary, names: Names) -> tuple[Bar, ...]:
    """The strands as bars: of one that ends in a status all statuses in one, and those that are alike in one."""
    found: dict[tuple[str, Row], dict[str, Strand]] = {}
    for one in story.strands:
        status = ends_in_a_member(vocabulary, one.predicate, names)
        key = (one.predicate, one.row[:-1] if status else one.row)
        found.setdefault(key, {})[str(one.row[-1]) if status else ""] = one
    # Those of one predicate whose statuses are the same all along, and that differ in one argument, are one.
    alike: dict[tuple[str, object, Row], list[Row]] = {}
    for (predicate, row), its in found.items():
        shared = "" not in its and len(row) == 2
        days = tuple((status, one.truth) for status, one in sorted(its.items()))
        alike.setdefault((predicate, days, () if shared else row), []).append(row)
    made = []
    for (predicate, _, _), rows in alike.items():
        strands = [one for row in rows for one in found[predicate, row].values()]
        runs = {status: one.truth for status, one in sorted(found[predicate, rows[0]].items())}
        made.append(Bar(predicate, _said(story, vocabulary, names, rows, strands[0]), runs, tuple(strands)))
    return tuple(made)


def _said(story: Story, vocabulary: Vocabulary, names: Names, rows: Sequence[Row], one: Strand) -> str:
    """The label of rows that differ in one argument, without their status."""
    declaration, at, row = vocabulary.declarations[one.predicate], one.row.index(story.subject), list(rows[0])
    if len(rows) > 1:
        other = 1 - at
        told = (names.show(str(row[other]), declaration.parameters[other].type) for row in rows)
        row[other] = Quoted(", ".join(told))
    until = len(row) if len(row) < len(one.row) else None
    return label(declaration, (*row, *([] if until is None else [None])), at, names, until)


def span(story: Story, start: Day | None, end: Day | None) -> Interval:
    """The days to draw, closed-open: those asked for, else those that claims are dated."""
    first, last = start if start is not None else story.days[0], end if end is not None else story.days[1]
    return first, max(last, first + 1)


def drawn(story: Story, days: Interval, renderer: TextRenderer) -> tuple[list[Bar], int, list[Event]]:
    """What to draw of some days: bars, how many more there are that are only possible and said of less, and events."""
    within = Days((days,))
    every = [
        one
        for one in bars(story, renderer.vocabulary, renderer.names)
        if any(truth.possible & within for truth in one.runs.values())
    ]
    shown = [one for one in every if one.predicate in FIRST or any(truth.certain for truth in one.runs.values())]
    return shown, len(every) - len(shown), [one for one in story.events if one.truth.possible & within]


def unsaid(more: int) -> str:
    """What is said of bars that are not drawn."""
    return f"and {more} more that are only possible"


def missing(story: Story) -> str:
    """What is said of predicates that were not evaluated; nothing where all were."""
    told = ", ".join(predicate.replace("_", " ") for predicate in story.left_out)
    return f"not looked for on so large a map: {told}" if told else ""


def spanned(story: Story, days: Interval) -> str:
    """The first and the last day that are drawn, and that of the last evidence."""
    last = f"; last evidence {show_day(story.last_evidence)}" if story.last_evidence is not None else ""
    return f"{show_day(days[0])} to {show_day(days[1] - 1)}{last}"


def dates(bar: Bar, days: Interval) -> Iterator[str]:
    """The exact days of the runs that fall on the days drawn."""
    runs = {status: one for status, truth in bar.runs.items() if (one := _falling(truth, days)).possible}
    if "" in runs:
        yield since(runs[""], None)
        return
    for status, truth in runs.items():
        if truth.certain:
            yield f"{status.replace('_', ' ')} {truth.certain}"
    known = Days.of(run for truth in runs.values() for run in truth.certain)
    if unsure := Days.of(run for truth in runs.values() for run in truth.possible) - known:
        yield f"not known for certain {unsure}"


def _falling(truth: Truth, days: Interval) -> Truth:
    certain, possible = (
        Days(tuple(run for run in its if run[0] < days[1] and days[0] < run[1]))
        for its in (truth.certain, truth.possible)
    )
    return Truth(certain, possible, truth.windows)


def told(event: Event, renderer: TextRenderer, notes: Footnotes) -> str:
    """An event in a line: when, what, and on whose word."""
    return "  ".join((dated(event), renderer.sentence(event.predicate, event.row), worded(event, notes)))


def dated(event: Event) -> str:
    """The day of an event, or its first and its last."""
    first, last = event.dates[0], event.dates[-1]
    return str(first) if first == last else f"{first} to {last}, {len(event.dates)} dates"


def worded(event: Event, notes: Footnotes) -> str:
    """On whose word an event is."""
    return notes.mark(event.claims) if event.claims else "derived"


class Drawing:
    """A timeline so many characters wide; `plain` does with ASCII."""

    def __init__(self, renderer: TextRenderer, days: Interval, width: int, plain: bool) -> None:
        self.renderer, self.days, self.width, self.plain = renderer, days, max(width, 30), plain
        self.solid, self.faint, self.tick = ("#", ".", "|") if plain else ("█", "░", "╷")
        self.notes = Footnotes(renderer.sources)

    def lines(self, story: Story) -> Iterator[Line]:
        """Name and span, scale, bars with their dates, events, assumptions, sources."""
        shown, more, events = drawn(story, self.days, self.renderer)
        yield [(story.name, "bold"), (f"  {spanned(story, self.days)}", "")]
        if not shown and not events:
            yield [("nothing is known of it in that time", "")]
            return
        room = min(max([len(one.label) for one in shown] + [6]), self.width // 3)
        dated = [list(dates(one, self.days)) for one in shown]
        beside = max((len(line) for lines in dated for line in lines), default=0)
        across = self.width - room - 2 - (beside + 2)
        if across < LEAST:  # the dates stand below the bars
            beside, across = 0, self.width - room - 2
        yield [(" " * (room + 2), ""), (self._scale(across), "dim")]
        letters = _letters(shown)
        for one, its in zip(shown, dated, strict=True):
            lines = its if beside else ["", *(part for line in its for part in _folded(line, across))]
            gap = " " * (across + 2) if beside else ""
            for n, (said, when) in enumerate(zip_longest(_folded(one.label, room), lines, fillvalue="")):
                bar = [*self._bar(one, across, letters), ("  " if beside else "", "")] if not n else [(gap, "")]
                yield [(f"{said:<{room}}  ", ""), *bar, (when, "dim")]
        if events:
            yield [(f"{'events':<{room}}  ", ""), ("".join(self._ticks(events, across)), "")]
        yield from _legend(letters)
        if more:
            yield [(f"{unsaid(more)}: see --json", "dim")]
        if lacking := missing(story):
            yield [(lacking, "dim")]
        yield from ([(told(one, self.renderer, self.notes), "")] for one in events)
        for n, text in enumerate(story.assumptions):
            yield [(f"{'assuming' if not n else '        '}  {text}", "")]
        yield from ([(one, "")] for one in self.notes.lines())

    # ---------------------------------------------------------------- the scale

    def _scale(self, across: int) -> str:
        """Dates where they begin, as close as they can be read."""
        start, end = self.days
        for dated in marks(start, end):
            places = [((day - start) * across // (end - start), text) for day, text in dated]
            gaps = [after - before for (before, _), (after, _) in pairwise(places)]
            if places and all(gap > len(text) + 1 for gap, (_, text) in zip(gaps, places, strict=False)):
                line = [" "] * across
                for at, text in places:
                    if at + len(text) < across:
                        line[at : at + len(text) + 1] = f"{self.tick}{text}"
                return "".join(line)
        return ""

    def _cells(self, days: Days, across: int) -> set[int]:
        """The characters of a bar that some part of these days falls on."""
        start, end = self.days
        found: set[int] = set()
        for first, after in days & Days((self.days,)):
            last = -(-(after - start) * across // (end - start))  # rounded up
            found.update(range((first - start) * across // (end - start), last))
        return found

    # ---------------------------------------------------------------- bars

    def _bar(self, bar: Bar, across: int, letters: Mapping[str, str]) -> Line:
        """Certain days over possible ones; where several statuses are possible, none is named."""
        line: Line = [(" ", "")] * across
        for n, (status, truth) in enumerate(bar.runs.items()):
            style = STYLES.get(status, COLOURS[n % len(COLOURS)]) if status else _colour(bar)
            for cell in self._cells(truth.possible, across):
                letter = letters.get(status, self.faint)
                line[cell] = (letter, style) if line[cell][0] in (" ", letter) else (self.faint, "")
        for n, (status, truth) in enumerate(bar.runs.items()):
            style = STYLES.get(status, COLOURS[n % len(COLOURS)]) if status else _colour(bar)
            for cell in self._cells(truth.certain, across):
                line[cell] = (letters[status].upper() if status else self.solid, style)
        return line

    # ---------------------------------------------------------------- events

    def _ticks(self, events: Iterable[Event], across: int) -> list[str]:
        line = [" "] * across
        for one in events:
            for cell in self._cells(one.truth.possible, across):
                line[cell] = self.tick if one.truth.certain else line[cell].replace(" ", self.faint)
        return line


def _legend(letters: Mapping[str, str]) -> Iterator[Line]:
    if letters:
        named = "  ".join(f"{letter.upper()} {status.replace('_', ' ')}" for status, letter in letters.items())
        yield [(f"{named}; small letters: possible", "dim")]


def _letters(shown: Iterable[Bar]) -> dict[str, str]:
    """A letter for each status: of its own if there is one left, the short ones first."""
    found: dict[str, str] = {}
    for status in sorted({status for one in shown for status in one.runs if status}, key=lambda s: (len(s), s)):
        free = [c for c in (*status, *"abcdefghijklmnopqrstuvwxyz") if c.isalpha() and c not in found.values()]
        found[status] = "?" if status == "unknown" else (free or ["*"])[0]
    return found


def _colour(bar: Bar) -> str:
    """Red for what threatens a place; else one for each of those that it is about."""
    about = "".join(map(str, bar.strands[0].row)) if bar.strands else ""
    return "red" if bar.predicate in DANGER else COLOURS[sum(map(ord, about)) % len(COLOURS)]


def marks(start: Day, end: Day) -> Iterator[list[tuple[Day, str]]]:
    """Ever rarer dates in a span: days, weeks, months, years."""
    for days in (1, 2, 7, 14):
        if (end - start) // days < 400:
            yield [(day, show_day(day)[5:] if day > start else show_day(day)) for day in range(start, end, days)]
    first, last = date.fromordinal(max(start, 1)), date.fromordinal(min(end, date.max.toordinal()))
    for months in (1, 2, 3, 6, 12, 24, 60, 120, 600):
        found = []
        for month in range(first.year * 12, last.year * 12 + 12, months):
            day = date(month // 12, month % 12 + 1, 1)
            if first <= day < last:
                found.append((day.toordinal(), str(day.year) if months >= 12 else day.isoformat()[:7]))
        yield found


def _folded(text: str, room: int) -> list[str]:
    """The text in lines of so many characters."""
    return wrap(text, room, break_on_hyphens=False) or [""]


def as_data(story: Story, days: Interval, renderer: TextRenderer) -> Json:
    """The same as JSON: rows with their runs and citations, and events."""
    within = Days((days,))
    return {
        "place": story.subject, "name": story.name, "start": day_or_none(days[0]), "end": day_or_none(days[1]),
        "last_evidence": None if story.last_evidence is None else day_or_none(story.last_evidence),
        "rows": [
            {
                "label": bar.label, "predicate": one.predicate, "atom": show_atom(one.predicate, one.row),
                "sentence": renderer.sentence(one.predicate, one.row),
                "certain": as_json.intervals(one.truth.certain), "possible": as_json.intervals(one.truth.possible),
                "assumptions": list(one.assumptions), "citations": cited(one.claims),
            }
            for bar in bars(story, renderer.vocabulary, renderer.names) for one in bar.strands
            if one.truth.possible & within
        ],
        "events": [
            {
                "atom": show_atom(one.predicate, one.row), "sentence": renderer.sentence(one.predicate, one.row),
                "dates": list(map(str, one.dates)), "citations": cited(one.claims),
            }
            for one in story.events if one.truth.possible & within
        ],
        "left_out": list(story.left_out), "assumptions": list(story.assumptions), "diagnostics": [],
    }  # fmt: skip


def cited(claims: Iterable[Claim]) -> list[Json]:
    """The citations of claims, each once."""
    found: list[Json] = []
    for one in map(as_json.citation, claims):
        if one and one not in found:
            found.append(one)
    return found

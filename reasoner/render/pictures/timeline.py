"""A story as bars over days: certain solid, possible hatched; statuses by colour and height; events as ticks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

from reasoner.evidence.claim import Claim
from reasoner.query.story import Event, Story
from reasoner.render import timeline as told
from reasoner.render.exports.colours import colours
from reasoner.render.pictures.lettering import folded, width
from reasoner.render.pictures.picture import Picture
from reasoner.render.pictures.statuses import NOT_KNOWN, UNKNOWN, Look, looks, spoken
from reasoner.render.pictures.svg import (
    LEADING,
    SIZE,
    SMALL,
    TITLE,
    add,
    canvas,
    finish,
    group,
    hatched,
    lines,
    short,
    write,
)
from reasoner.render.text import Footnotes, TextRenderer
from reasoner.render.timeline import Bar
from reasoner.when import Day, Days, Interval

MARGIN = 20
THICK = 13  # of a bar
LEAST = 2  # the narrowest mark
ALONE = "#4d5358"  # what is said of nobody
ACTOR = "Actor"


@dataclass(frozen=True)
class Layout:
    """How wide a picture is, and its room for what the bars are called and for their days.

    Without such room names and days stand above the bars, and nothing more is said: the page around it does.
    """

    width: float
    left: float = 0
    right: float = 0

    @property
    def beside(self) -> bool:
        return self.left > 0


WHOLE, NARROW = Layout(1080, 230, 250), Layout(440)


@dataclass(frozen=True)
class Scale:
    """Days across a picture."""

    days: Interval
    left: float
    right: float

    def __call__(self, day: Day) -> float:
        """Where a day begins."""
        first, after = self.days
        return self.left + (self.right - self.left) * (min(max(day, first), after) - first) / (after - first)

    def marks(self, run: Interval) -> tuple[float, float]:
        """Where a run begins, and how wide it is: not too narrow to be seen."""
        start, end = self(run[0]), self(run[1])
        wide = max(end - start, LEAST)
        return min(start, self.right - wide), wide


def draw(
    story: Story, days: Interval, renderer: TextRenderer, colouring: Mapping[str, str] | None = None,
    layout: Layout = WHOLE,
) -> Picture:  # fmt: skip
    """A story on some days, closed-open. `colouring` has the colours of actors, where a map has them too."""
    spanned = told.spanned(story, days)
    root = canvas(f"{story.name}: a timeline", f"What lasted and what happened: {spanned}.")
    return _Drawing(root, story, days, renderer, colouring, layout).whole(spanned)


class _Drawing:
    def __init__(
        self, root: Element, story: Story, days: Interval, renderer: TextRenderer,
        colouring: Mapping[str, str] | None, layout: Layout,
    ) -> None:  # fmt: skip
        self.root, self.story, self.days, self.renderer, self.layout = root, story, days, renderer, layout
        self.bars, self.more, self.events = told.drawn(story, days, renderer)
        self.notes = Footnotes(renderer.sources)
        last = story.last_evidence
        self.beyond = last is not None and days[0] <= last + 1 < days[1]  # whether there are days after it
        gap = 12 if layout.beside else 0
        self.scale = Scale(days, MARGIN + layout.left + gap, layout.width - MARGIN - layout.right - gap)
        within = Days((days,))
        statuses = (status for one in self.bars for status, truth in one.runs.items() if truth.possible & within)
        self.looks = looks(filter(None, statuses), renderer.vocabulary)
        about = {str(value) for one in self.bars for strand in one.strands for value in strand.row}
        actors = [one for one in about if ACTOR in renderer.names.types.get(one, ())]
        self.colouring = colours(actors) if colouring is None else colouring

    def whole(self, spanned: str) -> Picture:
        """Name and span, scale, bars with their days, events, legend, and on whose word."""
        write(self.root, MARGIN, MARGIN + TITLE, self.story.name, "ink", TITLE, font_weight="bold")
        y = lines(self.root, MARGIN, MARGIN + TITLE + 4, [spanned], "faint")
        if not self.bars and not self.events:
            y = lines(self.root, MARGIN, y + 8, ["nothing is known of it in that time"])
            return finish(self.root, self.layout.width, y + MARGIN)
        top = y + 28
        behind = add(self.root, "g", "scale")  # the lines of the scale, whose height is not known yet
        y = top + 6
        for one in self.bars:
            y = self._bar(one, y) + 7
        if self.events:
            y = self._ticks(y) + 7
        self._dates(behind, top, y)
        y = self._legend(y + 6)
        y = self._below(y) if self.layout.beside else y
        return finish(self.root, self.layout.width, y + MARGIN)

    # ---------------------------------------------------------------- the scale

    def _dates(self, behind: Element, top: float, bottom: float) -> None:
        """The field of the days, and dates as close as they can be read, each with a line through all bars."""
        scale, (first, after) = self.scale, self.days
        add(
            behind, "rect", "line field", x=scale.left, y=top, width=scale.right - scale.left, height=bottom - top
        )  # fmt: skip
        for day, text in next(filter(self._readable, told.marks(first, after)), []):
            x = scale(day)
            if x + width(text, SMALL) <= min(scale.right + 30, self.layout.width - 2):
                add(behind, "path", "line", d=f"M{x:.2f} {top - 4}V{bottom:.2f}")
                write(behind, x, top - 8, text, "faint date", SMALL)
        if self.beyond:
            x = scale((self.story.last_evidence or 0) + 1)
            add(behind, "path", "edge", d=f"M{x:.2f} {top}V{bottom:.2f}", stroke_dasharray="4 3")

    def _readable(self, marks: list[tuple[Day, str]]) -> bool:
        """Whether there is room between dates."""
        room = [(self.scale(day), width(text, SMALL)) for day, text in marks]
        return bool(marks) and all(b - a > wide + 14 for (a, wide), (b, _) in pairwise(room))

    # ---------------------------------------------------------------- bars

    def _bar(self, bar: Bar, y: float) -> float:
        """A bar, beside or below what it is called and its days; where it ends."""
        claims = tuple(dict.fromkeys(claim for one in bar.strands for claim in one.claims))
        dates = list(told.dates(bar, self.days))
        drawn = group(self.root, "row", "\n".join((self._sentence(bar), *dates, *self._words(claims))))
        if self.layout.beside:
            marked = " ".join((*dates[-1:], self.notes.mark(claims))).strip()
            left = folded(bar.label, self.layout.left, SIZE)
            right = [part for one in (*dates[:-1], marked) for part in folded(one, self.layout.right, SMALL)]
            below = lines(drawn, MARGIN + self.layout.left, y, left, "ink label", SIZE, text_anchor="end")
            below = max(below, lines(drawn, self.scale.right + 12, y + 1, right, "faint", SMALL))
            top = y + SIZE * LEADING / 2 - THICK / 2
        else:
            room = self.scale.right - self.scale.left
            below = lines(drawn, MARGIN, y, folded(bar.label, room, SIZE), "ink label", SIZE)
            days = [part for one in dates for part in folded(one, room, SMALL)]
            top = lines(drawn, MARGIN, below, days, "faint", SMALL) + 2
        for classes, run, colour, height in _segments(bar, self._colour(bar), self.looks):
            for part in run & Days((self.days,)):
                at, wide = self.scale.marks(part)
                high = THICK * height
                _segment(drawn, classes, at, top + THICK - high, wide, high, colour)
        self._goes_on(drawn, bar, top)
        return max(below, top + THICK)

    def _goes_on(self, drawn: Element, bar: Bar, top: float) -> None:
        """An arrow where a bar goes on after the days that are drawn."""
        after = self.days[1]
        on = [truth for truth in bar.runs.values() if any(start < after < end for start, end in truth.possible)]
        if on:
            x, y = self.scale.right + 1.5, top + THICK / 2
            sure = any(start < after < end for truth in on for start, end in truth.certain)
            path = f"M{short(x)} {short(y - 4)}L{short(x + 5)} {short(y)}L{short(x)} {short(y + 4)}"
            add(drawn, "path", "edge goes-on", d=f"{path}Z" if sure else path, stroke_width=1)

    def _sentence(self, bar: Bar) -> str:
        return "\n".join(dict.fromkeys(self.renderer.sentence(one.predicate, one.row) for one in bar.strands))

    def _words(self, claims: Sequence[Claim]) -> Iterator[str]:
        for one in dict.fromkeys(claim.evidence for claim in claims if claim.evidence):
            yield self.notes.cite(one)

    def _colour(self, bar: Bar) -> str:
        """That of an actor that it is about, beside the subject."""
        about = [str(value) for value in bar.strands[0].row]
        named = sorted((one for one in about if one in self.colouring), key=lambda one: one == self.story.subject)
        return self.colouring[named[0]] if named else ALONE

    # ---------------------------------------------------------------- events

    def _ticks(self, y: float) -> float:
        """A tick for each day of events, with what happened then; hatched where the day is not known."""
        if self.layout.beside:
            write(self.root, MARGIN + self.layout.left, y + SIZE, "events", "ink label", text_anchor="end")
        else:
            y = lines(self.root, MARGIN, y, ["events"], "ink label", SIZE) + 2
        happened: dict[Interval, list[Event]] = {}
        for one in self.events:
            for date in one.dates:
                happened.setdefault((date.first, date.last + 1), []).append(one)
        for run, events in sorted(happened.items(), key=lambda one: one[0][0] - one[0][1]):  # the longest first
            for start, end in Days((run,)) & Days((self.days,)):
                words = [text for one in events for text in (self._event(one), *self._words(one.claims))]
                drawn = group(self.root, "event", "\n".join(words))
                at, wide = self.scale.marks((start, end))
                if run[1] == run[0] + 1:  # in the middle of its day, so that days side by side are told apart
                    add(drawn, "rect", "tick ink certain", x=at + wide / 2 - 1, y=y, width=LEAST, height=THICK)
                elif all(not Days((run,)) - one.truth.certain for one in events):
                    add(drawn, "rect", "tick ink certain", x=at, y=y, width=wide, height=THICK)
                else:
                    _segment(drawn, "tick possible", at, y, wide, THICK, ALONE)
        return y + THICK

    def _event(self, event: Event) -> str:
        when = " to ".join(dict.fromkeys(map(str, (event.dates[0], event.dates[-1]))))
        return f"{when}  {self.renderer.sentence(event.predicate, event.row)}"

    # ---------------------------------------------------------------- below

    def _legend(self, y: float) -> float:
        """What the marks mean, as far as they are there."""
        x = self.scale.left
        entries: list[tuple[str, Look | None, str]] = [("certain", None, "certain"), ("possible", None, "possible")]
        entries += [("status", look, spoken(status)) for status, look in self.looks.items()]
        if self.events:
            entries.append(("tick", None, "event"))
        if self.beyond:
            entries.append(("last", None, "end of the evidence"))
        for kind, look, text in entries:
            wide = 24 + 5 + width(text, SMALL)
            if x + wide > self.layout.width - MARGIN:
                x, y = self.scale.left, y + 18
            key = add(self.root, "g", "key")
            if kind == "tick":
                add(key, "rect", "ink", x=x + 11, y=y + 2, width=LEAST, height=THICK)
            elif kind == "last":
                add(key, "path", "edge", d=f"M{x + 12:.2f} {y:.2f}v{THICK + 4}", stroke_dasharray="4 3")
            else:
                high = THICK * (look.height if look else 1)
                classes = f"sample {UNKNOWN if look == NOT_KNOWN else kind}"
                _segment(key, classes, x, y + 2 + THICK - high, 22, high, look.colour if look else ALONE)
            write(key, x + 27, y + THICK, text, "faint", SMALL)
            x += wide + 16
        return y + 20

    def _below(self, y: float) -> float:
        """Events in words, what is assumed, and the sources."""
        room = self.layout.width - 2 * MARGIN
        if self.more:
            y = lines(self.root, MARGIN, y, [told.unsaid(self.more)], "faint", SMALL)
        if lacking := told.missing(self.story):
            y = lines(self.root, MARGIN, y, folded(lacking, room, SMALL), "faint", SMALL)
        for texts, classes in (
            ([told.told(one, self.renderer, self.notes) for one in self.events], "ink"),
            ([f"assuming  {one}" for one in self.story.assumptions], "ink"),
            (self.notes.lines(), "faint"),
        ):
            y += 8 if texts else 0
            for text in texts:
                y = lines(self.root, MARGIN, y, folded(text, room, SMALL), classes, SMALL)
        return y


def _segments(
    bar: Bar, colour: str, looks: Mapping[str, Look]
) -> Iterator[tuple[str, Days, str, float]]:  # fmt: skip
    """The parts of a bar: what is only possible, in grey where several statuses are, and over it what is certain.

    Where several statuses are certain, as where two hold a place, the lower bar stands before the higher.
    """
    known = Days.of(run for truth in bar.runs.values() for run in truth.certain)
    shared = _twice(truth.possible for truth in bar.runs.values()) - known
    yield "bar possible", shared, ALONE, 1
    plain = Look(colour, "", 1)
    drawn = [(status, truth, looks.get(status, plain)) for status, truth in bar.runs.items()]
    drawn.sort(key=lambda one: -one[2].height)  # several may be certain: that of another holder is seen above
    for _, truth, look in drawn:
        yield "bar possible", truth.possible - known - shared, look.colour, look.height
    for status, truth, look in drawn:
        yield f"bar certain{' unknown' * (status == UNKNOWN)}", truth.certain, look.colour, look.height


def _twice(several: Iterable[Days]) -> Days:
    """The days that are in two of them."""
    once, twice = Days(), Days()
    for days in several:
        once, twice = once | days, twice | (once & days)
    return twice


def _segment(parent: Element, classes: str, x: float, y: float, wide: float, high: float, colour: str) -> None:
    if colour == ALONE:
        classes += " alone"
    if "possible" in classes:
        hatched(parent, classes, x, y, wide, high, colour)
    elif "unknown" in classes:
        add(parent, "rect", classes, x=x, y=y, width=wide, height=high, fill="none", stroke=colour,
            stroke_dasharray="2 2")  # fmt: skip
    else:
        add(parent, "rect", classes, x=x, y=y, width=wide, height=high, fill=colour)

"""How places, sieges, ways and fronts are drawn, on the map, in its legend and in lists alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import cos, hypot, radians, sin
from xml.etree.ElementTree import Element

from reasoner.render.exports.colours import NOBODY
from reasoner.render.pictures.projection import Point
from reasoner.render.pictures.scene import Look
from reasoner.render.pictures.statuses import NOT_KNOWN, UNKNOWN
from reasoner.render.pictures.statuses import Look as StatusLook
from reasoner.render.pictures.svg import add, short, striped

ANGLES = {"e": 0, "se": 45, "s": 90, "sw": 135, "w": 180, "nw": 225, "n": 270, "ne": 315}
FADED = 0.4
ARC = 32  # degrees to each side


def reach(look: Look, radius: float) -> float:
    """How far from its centre the mark of a place goes."""
    return _outer(look, radius) + look.rings * _gap(radius)


def _step(radius: float) -> float:
    return max(2.5, radius * 0.6)


def _gap(radius: float) -> float:
    """Between rings."""
    return max(2.2, radius * 0.5)


def _outer(look: Look, radius: float) -> float:
    """Where rings begin."""
    return radius + 1 + _layers(look) * _step(radius)


def _layers(look: Look) -> int:
    return max(Counter(one.side for one in look.sieges).values(), default=0)


def place(parent: Element, look: Look, x: float, y: float, radius: float, colours: Mapping[str, str]) -> None:
    """A disc in the colours of its holders, arcs on its besieged sides, rings where it is encircled or cut off."""
    disc(parent, look, x, y, radius, colours)
    stacked: Counter[str] = Counter()
    for one in look.sieges:
        stacked[one.side] += 1
        at = radius + 1 + (stacked[one.side] - 0.25) * _step(radius)
        drawn = arc(parent, x, y, at, one.side, colours.get(one.actor, NOBODY), _step(radius) * 0.62)
        if not one.derived:
            drawn.set("stroke-dasharray", "2.5 2")
        if not one.sure:
            drawn.set("opacity", str(FADED))
    for n in range(1, look.rings + 1):
        at = _outer(look, radius) + n * _gap(radius) - 0.7
        ring = add(parent, "circle", "mark ring", cx=x, cy=y, r=at, stroke_width=1.3)
        if not look.ringed:
            ring.set("stroke-dasharray", "3 2")


def disc(parent: Element, look: Look, x: float, y: float, radius: float, colours: Mapping[str, str]) -> None:
    """Coloured by holder; striped where there are several, faded where they are only possible, hollow where unknown."""
    held = [colours.get(one, NOBODY) for one in look.holders or look.maybe]
    held += [colours.get(one, NOBODY) for one in look.maybe if look.holders]
    add(parent, "circle", "paper", cx=x, cy=y, r=radius)
    faded = {} if look.holders else {"opacity": FADED}
    if len(held) == 1 and look.hatched:  # contested by somebody who does not hold it
        held.append("#ffffff")
    if len(held) > 1:
        stripes = striped(parent, "holder", x, y, radius, held)
        for name, value in faded.items():
            stripes.set(name, str(value))
    elif held:
        add(parent, "circle", "holder", cx=x, cy=y, r=radius, fill=held[0], **faded)
    edge = held[0] if held else NOBODY
    edged = add(parent, "circle", "rim", cx=x, cy=y, r=radius, fill="none", stroke=edge, stroke_width=1.2)
    if held and not look.holders:
        edged.set("stroke-dasharray", "2 2")


def arc(parent: Element, x: float, y: float, radius: float, side: str, colour: str, thick: float) -> Element:
    """Part of a circle on a side of a place; a whole circle where the side is not one of the compass."""
    if side not in ANGLES:
        return add(
            parent, "circle", "siege", cx=x, cy=y, r=radius, fill="none", stroke=colour, stroke_width=thick
        )  # fmt: skip
    ends = [radians(ANGLES[side] + turn) for turn in (-ARC, ARC)]
    (a, b), (c, d) = ((x + radius * cos(end), y + radius * sin(end)) for end in ends)
    path = f"M{short(a)} {short(b)}A{short(radius)} {short(radius)} 0 0 1 {short(c)} {short(d)}"
    return add(parent, "path", "siege", d=path, fill="none", stroke=colour, stroke_width=thick)


def way(
    parent: Element, start: Point, end: Point, status: str, sure: bool, looks: Mapping[str, StatusLook]
) -> Element:  # fmt: skip
    """A line by what it is good for; thin and grey where nothing is said of it."""
    look = looks.get(status, NOT_KNOWN) if status else NOT_KNOWN
    path = f"M{short(start[0])} {short(start[1])}L{short(end[0])} {short(end[1])}"
    if not status:
        return add(parent, "path", "edge way", d=path, stroke_width=0.7, opacity=0.7)
    drawn = add(parent, "path", "way", d=path, stroke=look.colour, stroke_width=2.2, fill="none")
    if look.dashes != "none":
        drawn.set("stroke-dasharray", look.dashes)
    if not sure and status != UNKNOWN:
        drawn.set("opacity", str(FADED))
    return drawn


def stub(start: Point, side: str, length: float) -> Point:
    """The end of a way of which only its side is known."""
    angle = radians(ANGLES[side])
    return start[0] + length * cos(angle), start[1] + length * sin(angle)


def front(parent: Element, start: Point, end: Point, sure: bool) -> Element:
    """A thick broken line across the middle between two places."""
    (a, b), (c, d) = start, end
    apart = hypot(c - a, d - b) or 1
    half = min(max(apart * 0.3, 6), 34)
    x, y, across, down = (a + c) / 2, (b + d) / 2, (b - d) / apart * half, (c - a) / apart * half
    path = f"M{short(x - across)} {short(y - down)}L{short(x + across)} {short(y + down)}"
    drawn = add(parent, "path", "mark front", d=path, stroke_width=3.2, stroke_dasharray="5 2")
    if not sure:
        drawn.set("opacity", str(FADED))
    return drawn

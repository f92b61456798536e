"""What the marks of a map mean, as far as they are on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from reasoner.query.atlas import Spot
from reasoner.render.pictures import marks
from reasoner.render.pictures.lettering import folded
from reasoner.render.pictures.scene import Besieger, Look, Scene, named
from reasoner.render.pictures.statuses import UNKNOWN, looks, spoken
from reasoner.render.pictures.svg import LEADING, SMALL, lines
from reasoner.render.text import TextRenderer

RADIUS, INDENT = 6, 38
NOWHERE = Spot("", "")


def draw(
    parent: Element, x: float, y: float, room: float, seen: Scene, colours: Mapping[str, str], renderer: TextRenderer
) -> float:  # fmt: skip
    """The legend below a top; where it ends."""
    for look, text in _places(seen, colours, renderer):
        high = max(marks.reach(look, RADIUS) * 2, 15)
        marks.place(parent, look, x + 14, y + high / 2, RADIUS, colours)
        y = _said(parent, x, y, high, room, text)
    statuses = looks((one.status for one in seen.passages if one.status), renderer.vocabulary)
    unsaid = [""] if any(not one.status for one in seen.passages) else []
    for status in (*statuses, *unsaid):
        marks.way(parent, (x, y + 8), (x + 30, y + 8), status, True, statuses)
        told = {"": "way of which nothing is said", UNKNOWN: "way of unknown status"}
        y = _said(parent, x, y, 16, room, told.get(status, f"way {spoken(status)}"))
    if any(one.status and not one.sure for one in seen.passages):
        y = lines(parent, x, y, ["faded ways: possibly so"], "faint", SMALL)
    if seen.fronts:
        marks.front(parent, (x + 14, y - 12), (x + 14, y + 28), True)
        y = _said(parent, x, y, 16, room, "front")
    return y


def _said(parent: Element, x: float, y: float, high: float, room: float, text: str) -> float:
    texts = folded(text, room - INDENT, SMALL)
    tall = max(high, len(texts) * SMALL * LEADING)
    lines(parent, x + INDENT, y + (tall - len(texts) * SMALL * LEADING) / 2, texts, "ink", SMALL)
    return y + tall + 3


def _places(seen: Scene, colours: Mapping[str, str], renderer: TextRenderer) -> Iterator[tuple[Look, str]]:
    """A place for each thing that a mark may say, with what it says."""
    holders = {actor for one in seen.places for actor in (*one.holders, *one.maybe)}
    besiegers = {siege.actor: siege for one in seen.places for siege in one.sieges}
    for actor in colours:
        if actor in holders:
            yield _look((actor,)), named(actor, renderer)
        elif actor in besiegers:
            yield _look(sieges=(Besieger(actor, "w", True, True),)), named(actor, renderer)
    some = next(iter(colours), "")
    if striped := next((one for one in seen.places if one.hatched), None):
        yield _look(striped.holders, striped.maybe, flags={"contested": True}), "several hold it, or it is contested"
    if any(one.maybe and not one.holders for one in seen.places):
        yield _look((), (some,)), "possibly held"
    if any(not one.maybe and not one.holders for one in seen.places):
        yield _look(), "holder unknown"
    sieges = [siege for one in seen.places for siege in one.sieges]
    if any(one.derived for one in sieges):
        yield _look(sieges=(Besieger("", "w", True, True),)), "besieged on that side, in the besieger's colour"
    if any(not one.derived for one in sieges):
        yield _look(sieges=(Besieger("", "w", True, False),)), "reported only: it does not follow from the rest"
    if any(not one.sure for one in sieges):
        yield _look(sieges=(Besieger("", "w", False, True),)), "possibly besieged on that side"
    for name, said in (("encircled", "encircled: no ground way out"), ("cut_off", "cut off: no way out at all")):
        if any(one.flags.get(name) for one in seen.places):
            yield _look(flags={name: True}), said
    if any(one.rings and not one.ringed for one in seen.places):
        yield _look(flags={"encircled": False}), "possibly so"


def _look(
    holders: tuple[str, ...] = (), maybe: tuple[str, ...] = (), sieges: tuple[Besieger, ...] = (),
    flags: Mapping[str, bool] | None = None,
) -> Look:  # fmt: skip
    return Look(NOWHERE, holders, maybe, sieges, flags or {})

"""Pictures into files: what the commands that draw share, and the command that draws a map."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Unpack

import click

from reasoner.doors.shared import (
    Given,
    flags,
    format_of,
    open_base,
    print_json,
    say,
    say_if_outside,
    write_out,
)

if TYPE_CHECKING:
    from reasoner.render.pictures.picture import Picture

NAMES = ("svg", "png", "html")


def drawing(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that say where to draw."""
    form = click.option(
        "--format", "form", type=click.Choice(NAMES), help="The format, where OUT is - or ends otherwise."
    )
    out = click.option("-o", "--out", metavar="OUT", help="Draw it into a file: .svg .png .html, or - for stdout.")
    return out(form(command))


def put(picture: Picture, title: str, out: str, form: str | None, as_json: bool, **counts: int) -> None:
    """Writes a picture, and says so."""
    form = format_of(out, form, NAMES)
    data = picture.png() if form == "png" else (picture.html(title) if form == "html" else picture.svg).encode()
    write_out(out, data)
    if as_json and out != "-":
        size = {"width": picture.width, "height": picture.height}
        print_json({"out": out, "format": form, **size, **counts, "diagnostics": []})
    else:
        say(f"{picture.width} by {picture.height}: {out}")


@click.command("map")
@click.argument("place", required=False)
@drawing
@flags
def draw_map(place: str | None, out: str | None, form: str | None, **given: Unpack[Given]) -> None:
    """Draw all places on a day, or PLACE and what lies around it, into the file of -o.

    The end of the file says the format: .svg .png .html. With -o - and --format it goes to stdout. The day is that of
    --at, or of the last evidence. Places are coloured by holder, with arcs on besieged sides, rings where they are
    encircled or cut off, ways by what they are good for, and fronts. What has no coordinates is listed beside the map.
    """
    if out is None:
        raise click.UsageError("a map needs a file to be drawn into: -o map.svg, or .png or .html")
    form = format_of(out, form, NAMES)
    from reasoner.query.options import days_of
    from reasoner.query.story import subject_of
    from reasoner.render.pictures import theatre

    base = open_base(given)
    base.must_be_known(given["at"])
    focus, assumed = subject_of(base.names, place, "Place") if place else (None, ())
    found = base.theatre
    if focus and focus not in {one.spot.id for one in found.places}:
        from reasoner.diagnostic import Problems, error

        raise Problems([error("R110", f"`{place}` is no place", help="name a place, or none to draw them all")])
    day = days_of(given["at"])[1] - 1 if given["at"] else found.last_evidence or 0
    picture = theatre.draw(found, day, base.renderer, focus)
    say_if_outside(base, given["at"])
    for text in assumed:
        say(f"assuming {text}")
    unlocated = sum(one.spot.latitude is None for one in found.places)
    counts = {"places": len(found.places), "unlocated": unlocated}
    put(picture, f"A map of {place}" if place else "A map", out, form, given["as_json"], **counts)
    sys.exit(0 if found.places else 1)

"""Commands that show a place: its timeline, and how it stands on a day."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

import click

from reasoner.doors.drawing import NAMES, drawing, put
from reasoner.doors.shared import Given, flags, format_of, open_base, print_json, say_if_outside

if TYPE_CHECKING:
    from reasoner.render.timeline import Line

PIPED = 100  # characters, where there is no terminal and COLUMNS says nothing


@click.command()
@click.argument("place")
@click.option("--from", "start", metavar="DATE", help="Draw from that day on.")
@click.option("--to", "end", metavar="DATE", help="Draw up to that day.")
@drawing
@flags
def timeline(
    place: str, start: str | None, end: str | None, out: str | None, form: str | None, **given: Unpack[Given]
) -> None:
    """Draw what lasted and what happened at a place, or with anybody, as bars over days.

    Solid is certain, faint is possible; the exact days stand beside the bars. --at draws that day, month or year alone.
    With -o it is a picture: the end of the file says the format, .svg .png .html.
    """
    if out:
        format_of(out, form, NAMES)
    from reasoner.query.options import days_of
    from reasoner.render import timeline as rendered

    base = open_base(given)
    found, renderer = base.story(place), base.renderer
    first, last = start or given["at"], end or given["at"]
    base.must_be_known(last)
    days = rendered.span(found, days_of(first)[0] if first else None, days_of(last)[1] if last else None)
    if out:
        from reasoner.render.exports.colours import colours
        from reasoner.render.pictures import timeline as pictured

        picture = pictured.draw(found, days, renderer, colours(base.theatre.actors()))  # as on a map
        put(picture, f"{found.name}: a timeline", out, form, given["as_json"])
    elif given["as_json"]:
        print_json(rendered.as_data(found, days, renderer))
    else:
        _print(rendered.Drawing(renderer, days, _width(), _plain()).lines(found))
    for one in (start, end, given["at"]):
        say_if_outside(base, one)
    sys.exit(0 if found.strands or found.events else 1)


@click.command()
@click.argument("place")
@flags
def show(place: str, **given: Unpack[Given]) -> None:
    """Show a place on a day: who holds it, what presses on it, its ways out, what lies around, and on whose word.

    The day is that of --at, or of the last evidence.
    """
    from reasoner.render import place as rendered

    base = open_base(given)
    found = base.portrait(place, given["at"])
    if given["as_json"]:
        print_json(rendered.as_data(found, base.renderer))
    else:
        _print(rendered.Drawing(base.renderer, _width()).lines(found))
    say_if_outside(base, given["at"])
    sys.exit(0 if found.story.strands else 1)


def _width() -> int:
    return shutil.get_terminal_size((PIPED, 24)).columns


def _plain() -> bool:
    """Whether to do with ASCII: off a terminal, or where the encoding has no blocks."""
    try:
        "█░╷".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return True
    return not sys.stdout.isatty()


def _print(lines: Iterable[Line]) -> None:
    """Lines, in colours on a terminal that has them."""
    from reasoner.render.text import shown

    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        for line in lines:
            click.echo(shown("".join(text for text, _ in line)).rstrip())
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*((shown(text), style) for text, style in line)))

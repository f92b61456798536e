"""Commands that show a place: its timeline, and how it stands on a day."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Unpack

import click

from reasoner.doors.shared import Given, flags, open_base, print_json, renderer_for, say_if_outside

if TYPE_CHECKING:
    from reasoner.query.portrait import Portrait
    from reasoner.query.story import Story
    from reasoner.render.timeline import Line
    from reasoner.when import Day

PIPED = 100  # characters, where there is no terminal and COLUMNS says nothing


@click.command()
@click.argument("place")
@click.option("--from", "start", metavar="DATE", help="Draw from that day on.")
@click.option("--to", "end", metavar="DATE", help="Draw up to that day.")
@flags
def timeline(place: str, start: str | None, end: str | None, **given: Unpack[Given]) -> None:
    """Draw what lasted and what happened at a place, or with anybody, as bars over days.

    Solid is certain, faint is possible; the exact days stand beside the bars. --at draws that day, month or year alone.
    """
    from reasoner.query.options import days_of
    from reasoner.render import timeline as rendered

    base = open_base(given)
    found, renderer = story_of(base, place), renderer_for(base)
    first, last = start or given["at"], end or given["at"]
    base.must_be_known(last)
    days = rendered.span(found, days_of(first)[0] if first else None, days_of(last)[1] if last else None)
    if given["as_json"]:
        print_json(rendered.as_data(found, days, renderer))
    else:
        _print(rendered.Drawing(renderer, days, _width(), _plain()).lines(found))
    for one in (start, end, given["at"]):
        say_if_outside(base, one)
    sys.exit(0 if found.strands or found.events else 1)


def story_of(base: Any, written: str) -> Story:
    """The story of what a name means. Raises Problems."""
    from dataclasses import replace

    from reasoner.evidence.claim import assumption_texts
    from reasoner.query.story import rules_about, story, subject_of

    subject, assumed = subject_of(base.names, written, "Place")
    prover = base.concluded(rules_about(base.vocabulary, base.names, subject))
    found = story(base.vocabulary, base.store, base.names, prover, subject, assumption_texts(base.program))
    return replace(found, assumptions=(*assumed, *found.assumptions))


@click.command()
@click.argument("place")
@flags
def show(place: str, **given: Unpack[Given]) -> None:
    """Show a place on a day: who holds it, what presses on it, its ways out, what lies around, and on whose word.

    The day is that of --at, or of the last evidence.
    """
    from reasoner.query.options import days_of
    from reasoner.render import place as rendered

    base = open_base(given)
    base.must_be_known(given["at"])
    found = portrait_of(base, place, days_of(given["at"])[1] - 1 if given["at"] else None)
    if given["as_json"]:
        print_json(rendered.as_data(found, renderer_for(base)))
    else:
        _print(rendered.Drawing(renderer_for(base), _width()).lines(found))
    say_if_outside(base, given["at"])
    sys.exit(0 if found.story.strands else 1)


def portrait_of(base: Any, written: str, on: Day | None = None) -> Portrait:
    """How what a name means stands on a day, by default that of its last evidence. Raises Problems."""
    from dataclasses import replace

    from reasoner.evidence.claim import assumption_texts
    from reasoner.query.portrait import portrait, rules_around
    from reasoner.query.story import subject_of

    subject, assumed = subject_of(base.names, written, "Place")
    day = (base.store.last_evidence([subject]) or 0) if on is None else on
    # The first days of what is so are told too, so all days are needed.
    prover = base.concluded(rules_around(base.vocabulary, base.names, subject))
    texts = assumption_texts(base.program)
    found = portrait(base.vocabulary, base.store, base.names, prover, subject, texts, day)
    return replace(found, story=replace(found.story, assumptions=(*assumed, *found.story.assumptions)))


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

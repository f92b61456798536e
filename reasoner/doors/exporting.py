"""The command that writes answers, or the situation, for other tools."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Unpack

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
    from reasoner.render.exports.table import Export
    from reasoner.render.notebook import DrawnAnswers

NAMES = ("csv", "jsonl", "geojson", "graphml", "gexf", "parquet", "sqlite")
TIMELESS = ("graphml",)  # one value for each attribute


@click.command()
@click.argument("out")
@click.argument("query", required=False)
@click.option("--format", "form", type=click.Choice(NAMES), help="The format, where OUT is - or ends otherwise.")
@click.option("--over-time", is_flag=True, help="The situation from each change to the next, instead of on a day.")
@flags
def export(out: str, query: str | None, form: str | None, over_time: bool, **given: Unpack[Given]) -> None:
    """Write the answers to QUERY into the file OUT, for other tools; without one, how all places stand.

    The end of OUT says the format: .csv .jsonl .geojson .graphml .gexf .parquet .sqlite. With - and --format it goes to
    stdout. Of places all are told on the day of --at, or of the last evidence: holder, sieges, supply, routes.
    Spans are closed-open: an end is the first day after. Every row has its citations and what it assumes.
    """
    form = format_of(out, form, NAMES)
    if over_time and query:
        raise click.UsageError("--over-time is for the situation: the answers to a query have their days anyway")
    if over_time and form in TIMELESS:
        raise click.UsageError(f"{form} has no time: export over time as .gexf")
    if over_time and given["at"]:
        raise click.UsageError("--over-time tells all days, --at one: give one of them")
    from reasoner.render.exports.formats import FORMATS

    base = open_base(given)
    found = answers(base, query, given["at"]) if query else base.situation(given["at"], over_time)
    say_if_outside(base, given["at"])
    write_out(out, FORMATS[form](found))
    unlocated = [one for one in found.spots.values() if one.latitude is None]
    told = f"{len(found.table.rows)} rows, {len(found.links.rows)} routes and neighbours"
    if given["as_json"] and out != "-":
        counts = {"rows": len(found.table.rows), "links": len(found.links.rows), "unlocated": len(unlocated)}
        print_json({"out": out, "format": form, **counts, "diagnostics": []})
    else:
        say(f"{told}: {out}" if found.links.rows else f"{len(found.table.rows)} rows: {out}")
        if unlocated:
            say(
                f"{len(unlocated)} of {len(found.spots)} places have no coordinates: say where they are, with `located`"
            )
    sys.exit(0 if found.table.rows else 1)


def answers(base: Any, query: str, at: str | None) -> Export:
    """The answers to a question in either language."""
    from reasoner.knowledge_base import in_english

    found: DrawnAnswers = base.ask(query, at) if in_english(query) else base.query(query, at)
    return found.export

"""The command that lists what is not settled about names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from reasoner.doors.shared import print_json, say

if TYPE_CHECKING:
    from reasoner.query.unresolved import Candidate, Unresolved

HOW = """\
If two are one: write the line into a file, and import the table of the name above it again, with --facts FILE and
  --facts for the facts of the other. An alias alone moves no facts; what is written by hand has to be written anew.
If they are two: say where each lies, located(a, 36.5, 37.9)., or name both: alias(a, "A") from analyst.
No coordinates: located(a, 36.5, 37.9)., or what area it is: kind(a, province).
At points far apart: one name stands for two places; import one table again, with --facts for the facts of the other."""


@click.command()
@click.option("--rules", multiple=True, metavar="PATH", help="Rule file or folder, beside the default ones.")
@click.option("--facts", multiple=True, metavar="PATH", help="Fact file or folder, instead of the default ones.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def names(rules: tuple[str, ...], facts: tuple[str, ...], as_json: bool) -> None:
    """List constants that may be one thing or stand for two, and places without coordinates.

    Nothing is changed. Each comes with what it may be another name of: how near in spelling (100: both are called so),
    how far away, how many facts that has, and the line that settles it.
    """
    from reasoner.loading import load
    from reasoner.query.unresolved import unresolved

    base = load(rules, facts)
    found = unresolved(base.claims)
    if as_json:
        print_json({"names": [asdict(one) for one in found], "diagnostics": []})
    elif found:
        click.echo("\n".join(line for one in found for line in _lines(one)))
        say(HOW)
    say(f"{len(found)} name{'s' * (len(found) != 1)} to settle")
    sys.exit(1 if found else 0)


def _lines(one: Unresolved) -> Iterator[str]:
    what = ""
    if one.spread is not None:
        what = f"  lies at points {one.spread:.0f} km apart"
    elif one.type == "Place" and not one.located:
        what = "  no coordinates"
    yield f"{_counted(one.facts):>12}  {one.constant}{what}"
    width = max((len(c.constant) for c in one.candidates), default=0)
    for candidate in one.candidates:
        line = candidate.line or "called so already"
        yield f"{'':>12}    {candidate.constant:<{width}}  {_near(candidate)}  {line}"


def _near(one: Candidate) -> str:
    km = f"{one.km:.1f} km" if one.km is not None else ""
    return f"{one.score:>3}  {km:>8}  {_counted(one.facts):>11}"


def _counted(facts: int) -> str:
    return f"{facts:,} fact{'s' * (facts != 1)}"

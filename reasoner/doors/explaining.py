"""Commands that explain what is not so, what would be otherwise, and on whose word an answer stands."""

from __future__ import annotations

import sys
from typing import Any, Unpack, cast

import click

from reasoner.doors.shared import Given, flags, open_base, print_json, progress_bar, say_if_outside


@click.command("why-not")
@click.argument("what", metavar="ATOM|QUESTION")
@flags
def why_not(what: str, **given: Unpack[Given]) -> None:
    """Explain why an atom does not hold, and which changes of the facts would make it hold."""
    from reasoner.render import why_not as rendered

    base = open_base(given)
    with progress_bar("trying", least=1) as progress:
        found = base.why_not(what, given["at"], progress)
    if given["as_json"]:
        print_json(rendered.as_json(found))
    else:
        click.echo(rendered.WhyNotRenderer(base.renderer).text(found))
    say_if_outside(base, given["at"])
    sys.exit(1 if found.holds else 0)


@click.command()
@click.argument("wanted", nargs=-1, metavar="[QUESTION|ATOM|PREDICATE]...")
@click.option("--from", "start", metavar="DATE", help="The earlier day, of two days to compare.")
@click.option("--to", "end", metavar="DATE", help="The later day.")
@click.option("--and-known-by", metavar="DATE", help="The other side of --known-by, instead of all that is known.")
@click.option("--why", "proofs", is_flag=True, help="Prove each difference on the side on which it is so.")
@flags
def compare(
    wanted: tuple[str, ...], start: str | None, end: str | None, and_known_by: str | None, proofs: bool,
    **given: Unpack[Given],
) -> None:  # fmt: skip
    """Print only what begins, ends or changes, by --suppose, --without, --known-by, or --from one day --to another."""
    from reasoner.render import compare as rendered

    if start and end:
        before = after = open_base(given)
        found = before.compare(after, *wanted, at=start, against=end)
    elif given["suppose"] or given["without"] or given["known_by"]:
        stated: dict[str, Any] = {"suppose": (), "without": (), "known_by": given["known_by"]}
        before = open_base(cast("Given", given | stated))
        after = open_base(given | {"known_by": and_known_by})
        found = before.compare(after, *wanted, at=given["at"])
    else:
        raise click.UsageError("compare with what? give --suppose, --without, --known-by, or --from and --to")
    if given["as_json"]:
        print_json(rendered.as_json(found, after.renderer))
    else:
        click.echo(rendered.text(found, after.renderer))
        if proofs:
            click.echo("\n".join(rendered.proofs(found, before, after, after.renderer)))
    sys.exit(0 if found.differences else 1)


@click.command()
@click.argument("what", required=False, metavar="[ATOM|QUESTION]")
@flags
def sources(what: str | None, **given: Unpack[Given]) -> None:
    """Say on whose word an answer rests; without one, what rests on each source alone."""
    from reasoner.render import sources as rendered

    base = open_base(given)
    if what is not None:
        predicate, backed = base.sources(what, given["at"])
        told, data = rendered.backed(predicate, backed, base.renderer), rendered.backed_json(predicate, backed)
    else:
        with progress_bar("weighing", least=8) as progress:
            backed = base.rests_alone(given["at"], progress)
        disputes = [found for found in base.check() if found.code == "R421"]
        told, data = rendered.alone(backed, disputes, base.renderer), rendered.alone_json(backed, disputes)
    if given["as_json"]:
        print_json(data)
    else:
        click.echo(told or f"{what} does not hold for certain")
    say_if_outside(base, given["at"])
    sys.exit(0 if backed else 1)

"""The commands of a knowledge base on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reasoner.diagnostic import draw
from reasoner.doors.shared import LONG, print_json, progress_bar, say

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_RULES = click.option("--rules", multiple=True, metavar="PATH", help="Rule file or folder, beside the default ones.")
_NO_DEFAULT = click.option(
    "--no-default-rules", "default_rules", flag_value=False, default=True, help="Keep only what is named."
)


@click.group()
def archive() -> None:
    """Keep a knowledge base on disk: versioned, with all that follows from it.

    \b
    reasoner archive create war --facts facts
    reasoner archive append war article.dl
    reasoner ask "who besieges Raqqa?" --archive war

    Each change is a new version, whole or not at all; of what follows only the affected days are evaluated again.
    """


@archive.command()
@_FOLDER
@_RULES
@click.option("--facts", multiple=True, metavar="PATH", help="Fact file or folder, instead of the default ones.")
@_NO_DEFAULT
@_JSON
def create(folder: Path, rules: tuple[str, ...], facts: tuple[str, ...], default_rules: bool, as_json: bool) -> None:
    """Make an archive of rules and facts."""
    from reasoner.archive.archive import Archive

    with progress_bar("reading", LONG) as progress:
        _tell(Archive.create(folder, rules, facts, default_rules=default_rules, progress=progress), as_json)


@archive.command()
@_FOLDER
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_JSON
def append(folder: Path, files: tuple[Path, ...], as_json: bool) -> None:
    """Add facts, such as those of an article: fact files as text or in columns."""
    _tell(_opened(folder).append(*files), as_json)


@archive.command()
@_FOLDER
@click.argument("named", metavar="ATOM|SOURCE")
@_JSON
def retract(folder: Path, named: str, as_json: bool) -> None:
    """Take away the facts that are an atom, or that rest on a source or an assumption."""
    _tell(_opened(folder).retract(named), as_json)


@archive.command()
@_FOLDER
@click.argument("old", metavar="ATOM|SOURCE")
@click.argument("new", metavar="STATEMENTS")
@_JSON
def correct(folder: Path, old: str, new: str, as_json: bool) -> None:
    """Write statements in place of the facts that are an atom, or that rest on a source."""
    _tell(_opened(folder).correct(old, new), as_json)


@archive.command("rules")
@_FOLDER
@_RULES
@_NO_DEFAULT
@_JSON
def under(folder: Path, rules: tuple[str, ...], default_rules: bool, as_json: bool) -> None:
    """Take the rules as they are now in place of those in it."""
    _tell(_opened(folder).under(rules, default_rules=default_rules), as_json)


@archive.command()
@_FOLDER
@_JSON
def rebuild(folder: Path, as_json: bool) -> None:
    """Evaluate and write everything anew."""
    _tell(_opened(folder).rebuild(), as_json)


@archive.command()
@_FOLDER
@click.argument("version", type=click.IntRange(1))
@_JSON
def restore(folder: Path, version: int, as_json: bool) -> None:
    """Make an older version the newest one; those between stay."""
    from reasoner.archive.archive import Archive

    _tell(Archive.open(folder, version).restored(), as_json)


@archive.command()
@_FOLDER
@_JSON
def check(folder: Path, as_json: bool) -> None:
    """Read every part, evaluate everything anew, and compare."""
    opened = _opened(folder)
    opened.check()
    _tell(opened, as_json, "whole, and what is kept is what follows")


@archive.command()
@_FOLDER
@_JSON
def log(folder: Path, as_json: bool) -> None:
    """List the versions, the newest one last."""
    from reasoner.archive.ledger import Ledger

    ledger = Ledger(folder)
    pages = [ledger.page(version) for version in ledger.versions()]
    if as_json:
        print_json({"versions": [_page(page) for page in pages], "diagnostics": []})
    else:
        for page in pages:
            click.echo(f"{page.version:>6}  {page.made}  {page.holds['claims']:>9,} facts  {page.did}")


def _opened(folder: Path) -> Any:
    from reasoner.archive.archive import Archive

    return Archive.open(folder)


def _page(page: Any) -> dict[str, object]:
    return {"version": page.version, "made": page.made, "did": page.did, "facts": page.holds["claims"]}


def _tell(found: Any, as_json: bool, more: str = "") -> None:
    if as_json:
        print_json(_page(found.page) | {"diagnostics": [d.as_json() for d in found.diagnostics]})
        return
    if found.diagnostics:
        say(draw(found.diagnostics))
    said = f"version {found.page.version}: {found.page.holds['claims']:,} facts"
    click.echo(f"{said}; {more}" if more else said)

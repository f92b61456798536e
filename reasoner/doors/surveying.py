"""The command that draws roads and neighbours from coordinates."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from reasoner.diagnostic import Diagnostic, Problems, error, errors
from reasoner.doors.shared import print_json, say

SHOWN = 12  # places that lie alone


@click.command()
@click.option("--rules", multiple=True, metavar="PATH", help="Rule file or folder, beside the default ones.")
@click.option("--facts", multiple=True, metavar="PATH", help="Fact file or folder, instead of the default ones.")
@click.option("--out", type=click.Path(path_type=Path), help="The facts: *.parquet, or *.dl.")
@click.option("--areas", type=click.Path(path_type=Path), help="GeoJSON of polygons: which share a border.")
@click.option("--called", metavar="PROPERTY", default="name", show_default=True, help="Where the areas have a name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def geography(
    rules: tuple[str, ...], facts: tuple[str, ...], out: Path | None, areas: Path | None, called: str, as_json: bool
) -> None:
    """Draw roads and neighbours between places that lie near each other.

    Places are those with a `located` fact. Two are joined where no third one lies in the circle between them. What is
    drawn rests on the assumptions synthetic_roads and synthetic_neighbours, and so does every answer that needs it.
    Places that a route joins already get no synthetic road. Without --out nothing is kept but the counts.
    """
    if out is not None and out.suffix not in (".parquet", ".dl"):
        raise click.UsageError(f"--out takes *.parquet or *.dl, not {out.name}")
    problems: list[Diagnostic] = []
    for library in ("scipy", "pyarrow", *(["shapely"] if areas else [])):
        _needs(library, problems)
    if errors(problems):
        raise Problems(problems)
    from reasoner.evidence import fact_file
    from reasoner.evidence.store import store
    from reasoner.geography import areas as polygons
    from reasoner.geography.survey import NEIGHBOURS, ROADS, borders, survey
    from reasoner.loading import load

    base = load(rules, facts)
    # What an earlier run of the command drew does not count.
    stored = store(base.vocabulary, base.claims.without((ROADS, NEIGHBOURS))).facts
    located, unusable = _located(stored.get("located", {}))
    shapes = polygons.read(areas, called, problems) if areas else {}
    if errors(problems):
        raise Problems(problems)
    joined = {frozenset(row[1:3]) for row in stored.get("route", {})}
    adjacent = {frozenset(row[:2]) for row in stored.get("adjacent", {})}
    found = survey(located, joined, adjacent)
    statements, tables = found.statements, found.tables
    if areas:
        source, more = borders(shapes, areas.name, adjacent)
        statements, tables = (*statements, source), (*tables, *more)
    if out is not None:
        (fact_file.write_text if out.suffix == ".dl" else fact_file.write)(out, statements, tables)
    counts = Counter[str]()
    for table in tables:
        counts[table.predicate] += table.size
    if as_json:
        print_json({
            "places": found.places, "longest_km": round(found.longest, 1), "facts": dict(counts), "coded": found.coded,
            "alone": found.alone, "unusable": unusable, "out": str(out) if out else None, "diagnostics": [],
        })  # fmt: skip
    else:
        click.echo("\n".join(_lines(found, counts, unusable)))
        if out is not None:
            say(f"facts: {out}; ask with --facts {out} beside those that the places come from")
    sys.exit(0 if counts else 1)


def _needs(library: str, problems: list[Diagnostic]) -> None:
    try:
        import_module(library)
    except ImportError:
        message = f"geography needs {library}, which is not installed"
        problems.append(error("R541", message, help="install it: pip install 'reasoner[geography]'"))


def _located(rows: Iterable[tuple[Any, ...]]) -> tuple[dict[str, tuple[float, float]], list[str]]:
    """Where places lie, and those of which that cannot be used. Of several coordinates the smallest count."""
    located: dict[str, tuple[float, float]] = {}
    unusable: set[str] = set()
    for place, latitude, longitude in sorted(rows, key=str, reverse=True):
        match latitude, longitude:
            case (int() | float(), int() | float()) if abs(latitude) <= 90 and abs(longitude) <= 360:
                located[place] = latitude, longitude
            case _:
                unusable.add(place)
    return located, sorted(unusable - located.keys())


def _lines(found: Any, counts: Counter[str], unusable: list[str]) -> Iterator[str]:
    yield _counted(found.places, "place")
    yield f"{_counted(counts['route'], 'road')}, of at most {found.longest:.0f} km"
    yield _counted(counts["adjacent"], "pair") + " of neighbours"
    if found.coded:
        yield _counted(found.coded, "pair") + " that a coded route joins"
    for what, names in (("without any neighbour", found.alone), ("without coordinates that can be used", unusable)):
        if names:
            more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            yield f"{_counted(len(names), 'place')} {what}: {', '.join(names[:SHOWN])}{more}"


def _counted(count: int, what: str) -> str:
    return f"{count:>8,} {what}{'s' * (count != 1)}"

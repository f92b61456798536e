"""The command that makes facts of a table."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import click

from reasoner.diagnostic import Diagnostic, Problems, errors
from reasoner.doors.shared import print_json, progress_bar, say

LONG = 20_000_000  # bytes of a table: some two seconds


@click.command("import")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--mapping", "named", required=True, metavar="NAME|FILE", help="How columns become facts.")
@click.option("--out", type=click.Path(path_type=Path), help="The facts: *.parquet, or *.dl for a small table.")
@click.option("--rejects", type=click.Path(path_type=Path), help="CSV of the rows that cannot be used, and why.")
@click.option("--rules", multiple=True, metavar="PATH", help="Rule file or folder, beside the default ones.")
@click.option(
    "--facts",
    multiple=True,
    metavar="PATH",
    help="Fact file or folder by whose names and places those of the table are read; none unless it is named.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_table(
    table: Path,
    named: str,
    out: Path | None,
    rejects: Path | None,
    rules: tuple[str, ...],
    facts: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make facts of a table: CSV, TSV, JSON, JSON Lines, GeoJSON or Parquet.

    Without --out nothing is kept but the counts. Every row is accepted, or stands among the rejects with its reason.

    With --facts a name that these facts know stands for the entity that they have: by its `alias`, in any case, with
    any accents and articles, and of several places of one name the one where the row lies. Nothing is merged for being
    alike: `reasoner names` lists what may be one.
    """
    from reasoner.evidence import fact_file, mapping
    from reasoner.loading import load, vocabulary_of

    problems: list[Diagnostic] = []
    found = mapping.load(named, problems)
    if out is not None and out.suffix not in (".parquet", ".dl"):
        raise click.UsageError(f"--out takes *.parquet or *.dl, not {out.name}")
    if fact_file.arrow(problems) is None or found is None or errors(problems):
        raise Problems(problems)
    from reasoner.evidence.tables import Importer

    if facts:
        from reasoner.evidence.aliases import Aliases

        known = load(rules, facts)
        importer = Importer(found, known.vocabulary, Aliases.of(known.claims))
    else:
        importer = Importer(found, vocabulary_of(rules))
    with progress_bar("importing", LONG) as progress, _rejects(rejects) as refused:
        imported = importer.read(table, refused, progress)
    if out is not None and out.suffix == ".dl":
        fact_file.write_text(out, imported.sources, imported.tables)
    elif out is not None:
        fact_file.write(out, imported.sources, imported.tables)
    report = imported.report
    if as_json:
        print_json(_data(report, out, rejects) | {"names": asdict(imported.resolution)})
    else:
        click.echo("\n".join((*_lines(report), *_names(imported.resolution))))
        if out is not None:
            say(f"facts: {out}; ask with --facts {out}")
        if rejects is not None and report.rejected:
            say(f"rejected rows: {rejects}")
    sys.exit(0 if report.accepted else 1)


@contextmanager
def _rejects(path: Path | None) -> Iterator[IO[str]]:
    """Where rejected rows go; nowhere without a path."""
    with (path or Path(os.devnull)).open("w", encoding="utf-8", newline="") as file:
        yield file


def _lines(report: Any) -> Iterator[str]:
    from reasoner.evidence.cells import REASONS

    yield f"{report.rows:>10,} rows read"
    yield f"{report.accepted:>10,} accepted"
    yield f"{sum(report.rejected.values()):>10,} rejected"
    for reason, count in report.rejected.items():
        yield f"{count:>14,}  {reason}: {REASONS[reason]}"
    yield f"{sum(report.facts.values()):>10,} facts"
    for predicate, count in report.facts.items():
        yield f"{count:>14,}  {predicate}"
    if report.repeated:
        yield f"{report.repeated:>10,} citations repeated, and counted once"
    if report.unchanged:
        yield f"{report.unchanged:>10,} reports left out, which say nothing new"
    if report.left:
        yield f"{report.left:>10,} times what was reported is shown no longer, of which nothing is said"


def _names(resolution: Any) -> Iterator[str]:
    if resolution.entities:
        yield f"{len(resolution.entities):>10,} names read as others"
        yield from (f"{'':>16}{name}: {entity}" for name, entity in resolution.entities.items())
    if resolution.apart:
        yield f"{len(resolution.apart):>10,} places that lie apart from the known ones of their names"
        yield from (f"{'':>16}{name}: {own}" for name, own in resolution.apart.items())
    if resolution.ambiguous:
        yield f"{len(resolution.ambiguous):>10,} ambiguous names, which stay as they are"
        yield from (f"{'':>16}{name}: {' or '.join(several)}" for name, several in resolution.ambiguous.items())


def _data(report: Any, out: Path | None, rejects: Path | None) -> dict[str, object]:
    return {
        "rows": report.rows,
        "accepted": report.accepted,
        "rejected": report.rejected,
        "facts": report.facts,
        "repeated": report.repeated,
        "unchanged": report.unchanged,
        "left": report.left,
        "out": str(out) if out else None,
        "rejects": str(rejects) if rejects else None,
        "diagnostics": [],
    }

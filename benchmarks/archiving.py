"""Archives: what it costs to make, open, ask and change one, beside the files that it was made of.

python -m benchmarks.archiving [PLACES ...]

A map of places, each held by one of two sides and changing hands now and then over 900 days, with synthetic roads.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

SIZES = (300, 1_000, 3_000)
DAYS = 900
CHANGES = 3  # of hands, of each place near the front


def written(folder: Path, places: int) -> list[Path]:
    """Fact files: reports of control in columns, roads in columns, and the two sides as a text."""
    from reasoner.evidence import fact_file, mapping
    from reasoner.evidence.store import store
    from reasoner.evidence.tables import Importer
    from reasoner.geography.survey import survey
    from reasoner.loading import load, vocabulary_of

    random = np.random.default_rng(7)
    first = np.datetime64("2014-01-01")
    x, y = random.uniform(0, 10, places), random.uniform(30, 40, places)
    table, control, roads, sides = (folder / name for name in ("t.csv", "control.parquet", "roads.parquet", "sides.dl"))
    with table.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("date", "place", "lat", "lon", "from", "to"))
        for n in range(places):
            holder, days = int(x[n] > 5), [0, *sorted(random.integers(1, DAYS, CHANGES).tolist())]
            for day in days if abs(x[n] - 5) < 1 else days[:1]:
                out.writerow((first + day, f"place {n}", f"{y[n]:.4f}", f"{x[n]:.4f}", "", f"side {holder}"))
                holder = 1 - holder
    problems: list[Any] = []
    found = mapping.load("control_changes", problems)
    assert found is not None
    imported = Importer(found, vocabulary_of()).read(table, StringIO())
    fact_file.write(control, imported.sources, imported.tables)
    base = load(facts=[control])
    stored = store(base.vocabulary, base.claims).facts
    located = {row[0]: (float(row[1]), float(row[2])) for row in stored["located"]}
    drawn = survey(located, (), ())
    fact_file.write(roads, drawn.statements, drawn.tables)
    far = [min(range(places), key=lambda n: x[n]), max(range(places), key=lambda n: x[n])]
    bases = "".join(f"base(side_{n}, place_{far[n]}, 2014-01-01).\n" for n in (0, 1))
    sides.write_text(f'source war publisher "W" date 2014-01-01.\n{bases}hostile(side_0, side_1, 2014-01-01).\n')
    return [control, roads, sides]


def measure(places: int) -> None:
    """Prints one line."""
    from reasoner import Archive, load

    took: dict[str, float] = {}

    def timed(name: str, act: Callable[[], Any]) -> Any:
        start = perf_counter()
        done = act()
        took[name] = perf_counter() - start
        return done

    with tempfile.TemporaryDirectory(prefix="reasoner-bench-") as name:
        folder = Path(name)
        files = written(folder, places)
        question = f"encircled(place_{places // 2})"
        whole = load(facts=files)
        answers = timed("files: load and ask", lambda: load(facts=files).query(question))
        timed("create", lambda: Archive.create(folder / "war", facts=files))
        archive = timed("open", lambda: Archive.open(folder / "war"))
        base = timed("base", lambda: archive.base)
        asked = timed("ask", lambda: base.query(question))
        assert [(a.atom, a.truth) for a in asked] == [(a.atom, a.truth) for a in answers]
        news = folder / "news.dl"
        news.write_text(
            'source news publisher "N" date 2016-06-30 reliability b.\n'
            f"capture(side_1, place_{places // 2}, 2016-06-19).\n"
        )
        later = timed("append", lambda: archive.append(news))
        timed("retract", lambda: later.retract("news"))
        timed("check", later.check)
        rows = sum(its.count((None,) * 9) for its in base.conclusions.kept.relations.values() if hasattr(its, "count"))
        size = sum(path.stat().st_size for path in (folder / "war").rglob("*") if path.is_file())
    told = "  ".join(f"{name} {seconds:.3f}" for name, seconds in took.items())
    print(
        f"{places:>6,} places  {len(whole.claims):>7,} facts  {rows:>9,} rows  {size >> 20:>4} MB  {told}", flush=True
    )


if __name__ == "__main__":
    for size in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        measure(size)

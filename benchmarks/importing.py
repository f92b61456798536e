"""The import of a table of the shape of UCDP GED: seconds, memory, and counts that sum to the rows.

python -m benchmarks.importing [ROWS]
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pyarrow as pa
from pyarrow import csv

ROWS = 735_000
PLACES = 40_000
ACTORS = 1_500
OFFICES = 250
FIRST, DAYS = np.datetime64("1989-01-01"), 12_700
BAD = 0.01  # of the rows, in each of five ways


def generate(path: Path, rows: int, seed: int = 1) -> None:
    """Writes a table of so many events, five in a hundred of which cannot be used."""
    random = np.random.default_rng(seed)
    place = random.zipf(1.3, rows) % PLACES
    start = FIRST + random.integers(0, DAYS, rows).astype("m8[D]")
    precision = random.choice([1, 2, 3, 4, 5], rows, p=[0.8, 0.1, 0.05, 0.04, 0.01])
    end = start + np.array([0, 0, 4, 6, 29, 200])[precision].astype("m8[D]")
    said = end + random.integers(0, 5, rows).astype("m8[D]")
    latitude, longitude = random.uniform(-60, 70, PLACES).round(6), random.uniform(-170, 170, PLACES).round(6)
    number, date, latitudes = np.arange(rows).astype(str), start.astype(str), latitude[place].astype(str)
    side = np.char.add("Group ", random.integers(0, ACTORS, rows).astype(str)).astype("U16")
    where = random.choice([1, 2, 3, 4, 6], rows, p=[0.6, 0.2, 0.1, 0.08, 0.02]).astype("U3")
    for column, cell in ((date, "2016-02-30"), (latitudes, "north"), (side, ""), (where, "9")):
        column[random.random(rows) < BAD] = cell
    others = np.char.add("Group ", random.integers(0, ACTORS, rows).astype(str))
    others[random.random(rows) < BAD] = "Civilians"
    office = np.char.add("Agency ", (random.zipf(1.5, rows) % OFFICES).astype(str))
    headline = np.char.add(
        np.char.add("At least ", random.integers(1, 99, rows).astype(str)), " killed in clashes near "
    )
    spot = np.char.add("Place ", place.astype(str))
    table = {
        "id": number,
        "side_a": side,
        "side_b": others,
        "source_article": np.char.add(np.char.add(office, ", "), headline),
        "source_office": office,
        "source_date": said.astype(str),
        "source_headline": np.char.add(np.char.add(headline, spot), np.char.add(", event ", number)),
        "where_prec": where,
        "where_coordinates": np.char.add(spot, " town"),
        "adm_1": np.char.add("Province ", (place % 900).astype(str)),
        "adm_2": np.char.add("District ", (place % 7_000).astype(str)),
        "latitude": latitudes,
        "longitude": longitude[place].astype(str),
        "country": np.char.add("Country ", (place % 120).astype(str)),
        "date_prec": precision.astype(str),
        "date_start": date,
        "date_end": end.astype(str),
        **{name: random.integers(0, 50, rows).astype(str) for name in ("deaths_a", "deaths_b", "low", "best", "high")},
    }
    csv.write_csv(pa.table({name: pa.array(column.tolist(), pa.string()) for name, column in table.items()}), path)


def main(rows: int = ROWS) -> None:
    """Generates a table in a process of its own, imports it, loads the facts, and prints what that cost."""
    from multiprocessing import Process

    from reasoner import load
    from reasoner.evidence import fact_file, mapping
    from reasoner.evidence.tables import Importer
    from reasoner.loading import vocabulary_of

    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "ged.csv", Path(folder) / "ged.parquet"
        making = Process(target=generate, args=(path, rows))
        making.start()
        making.join()
        began, busy = perf_counter(), process_time()
        found = mapping.load("ucdp_ged", [])
        assert found is not None
        with (Path(folder) / "rejects.csv").open("w", encoding="utf-8", newline="") as rejects:
            imported = Importer(found, vocabulary_of()).read(path, rejects)
        fact_file.write(out, imported.sources, imported.tables)
        report = imported.report
        print(f"{path.stat().st_size / 1e6:,.0f} MB, {report.rows:,} rows: {report.accepted:,} accepted, "
              f"{sum(report.rejected.values()):,} rejected {dict(report.rejected)}")  # fmt: skip
        assert report.accepted + sum(report.rejected.values()) == rows
        with (Path(folder) / "rejects.csv").open(encoding="utf-8") as rejects:
            assert sum(1 for _ in rejects) - 1 == sum(report.rejected.values())
        print(f"{sum(report.facts.values()):,} facts {dict(report.facts)}, {len(imported.sources):,} sources")
        print(f"import {perf_counter() - began:.1f} s ({process_time() - busy:.1f} s of processors), "
              f"at most {_megabytes():,} MB")  # fmt: skip
        del imported
        began, busy = perf_counter(), process_time()
        base = load((), out)
        print(f"load {perf_counter() - began:.1f} s ({process_time() - busy:.1f})")
        began, busy = perf_counter(), process_time()
        answers = len(base.query("clash(Who, group_7, Where)", at="2001"))
        seconds = f"{perf_counter() - began:.1f} s ({process_time() - busy:.1f})"
        print(f"{answers:,} answers in {seconds}, at most {_megabytes():,} MB")


def _megabytes() -> int:
    """The most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

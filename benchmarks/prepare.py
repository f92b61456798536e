"""Writes a case at a size, and what each engine needs of it; a process of its own, so that run.py stays small."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import peers
from benchmarks.case import Written
from benchmarks.workloads import WORKLOADS


def versions() -> dict[str, str | None]:
    """Each engine with its version, None where it is absent."""
    return {name: engine.version() for name, engine in peers.ENGINES.items()}


def prepare(workload: str, size: int, folder: Path, engines: list[str]) -> dict[str, object]:
    """What was made: the sizes of the facts, seconds of preparing by engine, and why some engines do not run."""
    made = WORKLOADS[workload].make(size)
    if made.timed and engines == ["columnar"]:
        made = made.timed  # nobody is left who reads a fact a day
    made.write(folder)
    case, seconds, refused = Written(folder), {}, {}
    names = [name for name in engines if not peers.no_use(name, case)]
    for name in names:
        start = time.perf_counter()
        try:
            reason = peers.ENGINES[name].cannot(case)
            if not reason:
                peers.ENGINES[name].prepare(case)
        except (OSError, RuntimeError, subprocess.SubprocessError) as failed:
            reason = f"cannot be prepared: {failed}"
        seconds[name] = time.perf_counter() - start
        if reason:
            refused[name] = reason
    facts = {name: len(rows) for name, rows in made.facts.items()}
    return {"facts": facts, "about": made.about, "engines": names, "prepare": seconds, "refused": refused}


if __name__ == "__main__":
    if sys.argv[1] == "versions":
        print(json.dumps(versions()))
    else:
        print(json.dumps(prepare(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])))

"""Running and timing: each engine a fresh process, interleaved, several times; and the tables that come of it."""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BASE = "columnar"  # the engine to which all others are compared


@dataclass(frozen=True)
class Limits:
    """How often, how long, and in how many bytes of address space an engine runs."""

    runs: int = 3
    seconds: float = 120
    memory: int = 8 << 30


@dataclass
class Line:
    """What one engine did on one case; `failed` says why it has no times."""

    engine: str
    prepare: float = 0  # seconds of writing what it reads, and of compiling
    load: list[float] = field(default_factory=list)
    evaluate: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)  # bytes, the most at any time
    counts: dict[str, int] = field(default_factory=dict)
    failed: str | None = None

    def median(self) -> float | None:
        """The median of the seconds that evaluating took."""
        return statistics.median(self.evaluate) if self.evaluate and not self.failed else None


@dataclass
class Table:
    """All engines on one case."""

    workload: str
    title: str
    size: str
    lines: list[Line]

    def differ(self) -> bool:
        """Whether two engines that finished count differently."""
        counts = [line.counts for line in self.lines if line.median() is not None]
        return any(one != counts[0] for one in counts)

    def base(self) -> float | None:
        """The median of the columnar engine."""
        return next((line.median() for line in self.lines if line.engine == BASE), None)


def call(arguments: Sequence[str], limits: Limits | None = None) -> tuple[str, str | None, int]:
    """What a Python process prints, why it failed if it did, and the most memory that it or a child of it took.

    A process that goes on for too long is killed with its children.
    """

    def restrict() -> None:
        if limits:
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))

    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as wrong:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=wrong, preexec_fn=restrict, process_group=0)
        overdue = threading.Event()

        def kill() -> None:
            overdue.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limits.seconds if limits else 3600, kill)
        timer.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            kill()
            raise
        finally:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        wrong.seek(0)
        said, complaint = out.read(), wrong.read().strip()
    if overdue.is_set() and limits:
        return said, f"> {limits.seconds:g} s", used.ru_maxrss
    if process.returncode:
        short = "MemoryError" in complaint or "bad_alloc" in complaint or "resource error" in complaint
        last = complaint.splitlines()[-1][:90] if complaint else f"exit {process.returncode}"
        return said, "out of memory" if short else f"failed: {last}", used.ru_maxrss
    return said, None, used.ru_maxrss


def versions() -> dict[str, str | None]:
    """Each engine with its version, None where it is absent."""
    found: dict[str, str | None] = json.loads(_must(["-m", "benchmarks.prepare", "versions"]))
    return found


def measure(workload: Any, size: int, engines: Iterable[str], limits: Limits, folder: Path) -> Table:
    """A workload at a size on some engines. One that fails once is not run again."""
    names = list(engines)
    made = json.loads(_must(["-m", "benchmarks.prepare", workload.name, str(size), str(folder), *names]))
    lines = {n: Line(n, made["prepare"][n], failed=made["refused"].get(n)) for n in made["engines"]}
    for _ in range(limits.runs):
        for line in lines.values():
            if line.failed:
                continue
            _talk(f"{workload.name} {size:,}: {line.engine}")
            said, line.failed, memory = call(["-m", "benchmarks.peers", line.engine, str(folder)], limits)
            if line.failed:
                continue
            outcome = json.loads(said.splitlines()[-1])
            line.load.append(outcome["load"])
            line.evaluate.append(outcome["evaluate"])
            line.memory.append(outcome.get("memory", memory) << 10)
            line.counts = outcome["counts"]
    _talk("")
    facts = ", ".join(f"{name} {count:,}" for name, count in made["facts"].items())
    about = f"{size:,} {workload.unit}; facts: {facts}" + (f"; {made['about']}" if made["about"] else "")
    return Table(workload.name, workload.title, about, list(lines.values()))


def _must(arguments: list[str]) -> str:
    said, failed, _ = call(arguments)
    if failed:
        raise SystemExit(f"{' '.join(arguments)}: {failed}")
    return said


def _talk(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


# ---------------------------------------------------------------- to look at


def show(table: Table, absent: Iterable[str] = ()) -> str:
    """One case: medians of seconds, their spread, the ratio to the columnar engine, memory, counts."""
    base = table.base()
    names = list(dict.fromkeys(name for line in table.lines for name in line.counts))
    heads = ["engine", "load s", "evaluate s", "least to most", "ratio", "memory", *names]
    rows = []
    for line in table.lines:
        median = line.median()
        if median is None:
            rows.append([line.engine, line.failed or "no times"])
            continue
        spread = f"{_seconds(min(line.evaluate))} to {_seconds(max(line.evaluate))}"
        ratio = f"{median / base:.2f}" if base else "-"
        memory = f"{statistics.median(line.memory) / 1e6:,.0f} MB"
        counts = [f"{line.counts.get(name, -1):,}" for name in names]
        rows.append(
            [line.engine, _seconds(statistics.median(line.load)), _seconds(median), spread, ratio, memory, *counts]
        )
    rows += [[name, "absent"] for name in absent]
    wrong = ["", "!!! THE COUNTS DIFFER: somebody is wrong, and no time here means anything", ""]
    title = f"{table.workload}  {table.title}\n    {table.size}"
    return "\n".join([title, *_columns(heads, rows), *(wrong if table.differ() else [])])


def show_growth(tables: Sequence[Table], sizes: Sequence[int]) -> str:
    """Cost against size: the median at each doubling, and by how much the last doubling multiplied it."""
    rows = []
    for name in dict.fromkeys(line.engine for table in tables for line in table.lines):
        found = [next((line for line in t.lines if line.engine == name), None) for t in tables]
        cells = [_cell(line) for line in found]
        known = [m for line in found if line and (m := line.median()) is not None]
        grown = f"x {known[-1] / known[-2]:.2f}" if len(known) > 1 and known[-2] > 0 else "-"
        rows.append([name, *cells, grown])
    rows.append(["rows", *(f"{sum(max((line.counts for line in t.lines), key=len).values()):,}" for t in tables), ""])
    heads = ["evaluate s", *(f"{size:,}" for size in sizes), "last doubling"]
    return "\n".join([f"{tables[0].workload}  {tables[0].title}: cost against size", *_columns(heads, rows)])


def _cell(line: Line | None) -> str:
    median = line.median() if line else None
    return _seconds(median) if median is not None else (line and line.failed) or "-"


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}" if seconds < 10 else f"{seconds:.1f}"


def _columns(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Aligned; a row that is cut short is a remark."""
    rows = list(rows)
    full = [heads, *(row for row in rows if len(row) == len(heads))]
    widths = [max(len(row[i]) for row in full) for i in range(len(heads))]
    widths[0] = max(widths[0], *(len(row[0]) for row in rows)) if rows else widths[0]
    lines = []
    for row in (heads, *rows):
        cells = [row[0].ljust(widths[0]), *row[1:]]
        if len(row) == len(heads):
            cells[1:] = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("    " + "  ".join(cells).rstrip())
    return lines


def as_json(tables: Iterable[Table], found: Mapping[str, str | None], limits: Limits) -> str:
    """Everything that was measured."""
    return json.dumps({"versions": found, "limits": asdict(limits), "tables": [asdict(t) for t in tables],
                       "at": time.strftime("%Y-%m-%d %H:%M")}, indent=1)  # fmt: skip

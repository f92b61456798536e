"""`python -m benchmarks [WORKLOAD ...]`: runs them and prints the tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import cold_start, explaining, plot
from benchmarks.run import BASE, Limits, Table, as_json, measure, show, show_growth, versions
from benchmarks.workloads import WORKLOADS

NOT_BY_ITSELF = ("W1b",)  # too large for a run of everything


def main() -> int:
    """The exit code is 1 where counts differ."""
    options = _options()
    limits = Limits(options.runs, options.limit, int(options.memory * (1 << 30)))
    found = versions()
    wanted = options.engines or list(found)
    present = [name for name in wanted if found.get(name)]
    absent = [name for name in wanted if not found.get(name)]
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python", end=" ")
    print(f"{platform.python_version()}; {limits.runs} runs each, interleaved, limit {limits.seconds:g} s")
    print("; ".join(f"{name} {found[name]}" for name in present), end="\n\n")
    names = options.workloads or ["S", "WHY", *(name for name in WORKLOADS if name not in NOT_BY_ITSELF)]
    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="reasoner-bench-") as folder:
        for name in names:
            if name == "S":
                tables.append(cold_start.measure(limits))
                print(show(tables[-1]), end="\n\n", flush=True)
                continue
            if name == "WHY":
                tables.append(explaining.measure(options.scale))
                print(show(tables[-1]), end="\n\n", flush=True)
                continue
            size = options.size or WORKLOADS[name].sizes[options.scale]
            if doublings := options.grow or WORKLOADS[name].doublings:
                tables += _grow(name, size, doublings, present, limits, Path(folder), options.svg)
            else:
                tables.append(_one(name, size, present, limits, Path(folder)))
                print(show(tables[-1], absent), end="\n\n", flush=True)
    _compare_t3(tables)
    if options.json:
        options.json.write_text(as_json(tables, found, limits))
    differing = [table.workload for table in tables if table.differ() and table.workload in WORKLOADS]
    if differing:
        print(f"!!! COUNTS DIFFER on {', '.join(differing)}", file=sys.stderr)
    return 1 if differing else 0


def _one(name: str, size: int, engines: list[str], limits: Limits, folder: Path) -> Table:
    """In a folder where engines may keep what they can use again."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        return measure(WORKLOADS[name], size, engines, limits, Path(own))


def _grow(
    name: str, size: int, doublings: int, engines: list[str], limits: Limits, folder: Path, svg: Path | None
) -> list[Table]:
    """Doubling sizes; an engine that fails is not tried on the next one."""
    sizes = [size << step for step in range(doublings + 1)]
    tables: list[Table] = []
    for each in sizes:
        tables.append(_one(name, each, engines, limits, folder))
        engines = [line.engine for line in tables[-1].lines if line.median() is not None]
    print(show_growth(tables, sizes), end="\n\n", flush=True)
    if svg:
        svg.mkdir(parents=True, exist_ok=True)
        (svg / f"{name}.svg").write_text(plot.draw(tables, sizes, WORKLOADS[name].unit))
    return tables


def _compare_t3(tables: list[Table]) -> None:
    times = {table.workload: table.base() for table in tables}
    for name, said in (("T3days", "doubling the days"), ("T3changes", "doubling the changes")):
        one, other = times.get("T3"), times.get(name)
        if one and other:
            print(f"T3: {said} multiplies the evaluation of {BASE} by {other / one:.2f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Times the columnar engine and its peers.",
        epilog="workloads: S, WHY, " + "; ".join(f"{w.name} {w.title}" for w in WORKLOADS.values()),
    )
    parser.add_argument("workloads", nargs="*", choices=["S", "WHY", *WORKLOADS], metavar="WORKLOAD", default=[])
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", dest="scale", action="store_const", const=0, default=1, help="small sizes")
    scale.add_argument("--full", dest="scale", action="store_const", const=2, help="the sizes of the issue")
    scale.add_argument("--size", type=int, help="this size, in the workload's own unit")
    parser.add_argument("--grow", type=int, metavar="N", help="cost against size: N doublings from there")
    parser.add_argument("--svg", type=Path, metavar="FOLDER", help="with --grow: a plot of each workload as well")
    parser.add_argument("--engines", type=lambda text: text.split(","), help="only these, as in columnar,clingo")
    parser.add_argument("--runs", type=int, default=3, help="of each engine (3)")
    parser.add_argument("--limit", type=float, default=120, help="seconds for a process (120)")
    parser.add_argument("--memory", type=float, default=8, help="GiB of address space for a process (8)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything that was measured, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

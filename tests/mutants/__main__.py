"""Plants one bug at a time in a copy of the tree, and says which test finds it: `python -m tests.mutants`.

A test counts only if it passes without the bug. Exits with 1 where more than two bugs are missed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]
LEAVE_OUT = shutil.ignore_patterns(".*", "__pycache__", "benchmarks", "dist")
LAST = ("test_fuzz.py", "test_packaging.py")  # slow, and no likely ones
MOST_MISSED = 2
VERIFY = ("verify", "--seconds", "20")
PATIENCE = 300.0  # seconds for a file of tests: what never ends is found too


@dataclass(frozen=True)
class Found:
    """What became of a bug. `verified`: whether `reasoner verify` finds it, None where it was not asked."""

    bug: Bug
    by: str | None
    verified: bool | None
    seconds: float

    @property
    def caught(self) -> bool:
        return self.by is not None or self.verified is True


def main() -> int:
    """Plants what is asked for, and prints a row for each bug as it is done."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", help="plant this bug alone (repeatable)")
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="so many bugs at a time")
    given = parser.parse_args()
    if unknown := set(given.only or ()) - {bug.name for bug in BUGS}:
        parser.error(f"there is no bug {', '.join(sorted(unknown))}")
    if stale := [bug for bug in BUGS if (ROOT / bug.file).read_text(encoding="utf-8").count(bug.old) != 1]:
        parser.error("\n".join(f"{bug.name}: its old text is not in {bug.file} exactly once" for bug in stale))
    bugs = [bug for bug in BUGS if not given.only or bug.name in given.only]
    with copied() as pristine, ThreadPoolExecutor(given.jobs) as pool:
        found = []
        for one in pool.map(lambda bug: plant(bug, pristine), bugs):
            found.append(one)
            print(row(one), flush=True)
    missed = [one.bug for one in found if not one.caught]
    print(f"\n{len(found) - len(missed)} of {len(found)} found")
    for bug in missed:
        print(f"missed: {bug.name}, {bug.breaks}")
    return 1 if len(missed) > MOST_MISSED else 0


def row(one: Found) -> str:
    """A row of the table."""
    verified = {None: "", True: "  verify too" if one.by else "  verify", False: "  not verify"}[one.verified]
    return f"{one.bug.name:<24} {one.seconds:5.0f} s  {one.by or ('' if one.verified else 'MISSED')}{verified}"


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the tree, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        yield shutil.copytree(ROOT, Path(folder) / "tree", ignore=LEAVE_OUT)


def plant(bug: Bug, pristine: Path) -> Found:
    """Plants a bug in a copy of the tree, and looks for it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tree = shutil.copytree(pristine, Path(folder) / "tree")
        file = tree / bug.file
        file.write_text(file.read_text(encoding="utf-8").replace(bug.old, bug.new), encoding="utf-8")
        likely = list(dict.fromkeys(path.name for name in bug.tests for path in sorted((tree / "tests").glob(name))))
        others = [path.name for path in sorted((tree / "tests").glob("test_*.py")) if path.name not in likely]
        others.sort(key=LAST.__contains__)
        verified = verifies(tree, pristine) if bug.doctrine else None
        by = first_failure(tree, likely, pristine)
        if by is None and not verified:
            by = first_failure(tree, others, pristine)
    return Found(bug, by, verified, time.monotonic() - started)


# ---------------------------------------------------------------- what finds it


def first_failure(tree: Path, files: list[str], pristine: Path) -> str | None:
    """The first test in some files that fails in a tree and passes in the pristine one."""
    for file in (f"tests/{name}" for name in files):
        broken: list[str] = []
        while failed := _failing(tree, file, "-x", *(part for test in broken for part in ("--deselect", test))):
            if not _failing(pristine, failed[0]):
                return failed[0]
            print(f"without a bug too: {failed[0]}", file=sys.stderr)
            if failed[0] == file:
                break
            broken += _failing(pristine, file)
    return None


def _failing(tree: Path, tests: str, *options: str) -> list[str]:
    """The tests that fail, of a file or a single one; what does not end, or ends otherwise, is named as asked."""
    hasty = ("-p", "tests.mutants.hasty", "--hypothesis-profile", "hasty")
    try:
        done = _python(tree, "pytest", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider", *hasty, *options, tests)
    except subprocess.TimeoutExpired:
        return [tests]
    failed = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return failed or ([tests] if done.returncode else [])


def verifies(tree: Path, pristine: Path) -> bool | None:
    """Whether `reasoner verify` finds something in a tree; None where there is no such command yet."""
    if _python(pristine, "reasoner", VERIFY[0], "--help").returncode:
        return None
    return _python(tree, "reasoner", *VERIFY).returncode != 0


def _python(tree: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


if __name__ == "__main__":
    sys.exit(main())

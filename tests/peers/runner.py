"""Runs programs in Souffle's dialect and compares their answers with Souffle's, row by row.

A program `x/x.dl` has its tables in `x/facts` or beside it, and Souffle's answers in `x/*.csv`; what it prints of the
sizes of relations is in `x/x.out`. One with several inputs has a folder for each of them, with tables and answers.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import reasoner
from reasoner.diagnostic import Problems, errors
from reasoner.syntax.tree import Literal, Plain, Query
from reasoner.term import Quoted, Row, Value

SLOW = 20  # seconds


@dataclass(frozen=True)
class Case:
    """A program, the folder of its tables and the folder of what Souffle answers."""

    program: Path
    tables: Path
    expected: Path

    @property
    def name(self) -> str:
        return "/".join(self.expected.parts[-2:] if self.expected == self.program.parent else self.expected.parts[-3:])


@dataclass(frozen=True)
class Outcome:
    """`equal`, `different`, `refused`, `slow` or `silent` (no answers to compare), and why."""

    verdict: str
    reason: str = ""


def cases(folder: Path) -> Iterator[Case]:
    """The programs in a folder of folders, by name."""
    for program in sorted(folder.glob("*/*.dl")):
        home = program.parent
        if program.stem != home.name:
            continue
        several = sorted({table.parent for table in home.glob("*/*.csv")})
        for place in several or [home]:
            yield Case(program, home / "facts" if place == home and (home / "facts").is_dir() else place, place)


def outcome(case: Case, engine: str = "columnar") -> Outcome:
    """How the answers to a program compare with Souffle's, within the time that there is."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SLOW)
    try:
        return _compared(case, engine)
    except Problems as problems:
        first = errors(problems.diagnostics)[0]
        return Outcome("refused", f"{first.code} {first.message}")
    except TimeoutError:
        return Outcome("slow", f"over {SLOW} s")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _compared(case: Case, engine: str) -> Outcome:
    # A program's own folder is looked into anyway, but as a folder of facts it would give its other programs too.
    tables = () if case.tables == case.program.parent else case.tables
    base = reasoner.load(case.program, tables, dialect="souffle", engine=engine)
    model = base.model()
    printed = case.program.with_suffix(".out")
    sizes = printed.read_text(encoding="utf-8").splitlines() if printed.exists() else []
    compared = 0
    for asked in base.program.of(Query):
        (literal,) = asked.body
        assert isinstance(literal, Literal)
        assert isinstance(literal.formula, Plain)
        atom = literal.formula.atom
        assert atom.origin
        name, rows = atom.origin.excerpt, model.rows(atom.predicate)
        answers = case.expected / f"{name}.csv"
        if "=" in asked.origin.excerpt:
            continue  # written in a way of its own
        if answers.exists():
            expected = sorted(answers.read_text(encoding="utf-8").removesuffix("\n").split("\n"))
            found = sorted(written(rows).split("\n"))
        elif found := [line for line in sizes if line.startswith(f"{name}\t")]:
            expected, found = found, [f"{name}\t{len(rows)}"]
        else:
            continue
        if found != expected:
            missing, extra = {*expected} - {*found}, {*found} - {*expected}
            return Outcome("different", f"{name}: lacks {sorted(missing)[:3]}, has {sorted(extra)[:3]} instead")
        compared += 1
    return Outcome("equal" if compared else "silent", str(compared))


def written(rows: Iterable[Row]) -> str:
    """Rows as Souffle writes them: a line each, tabs between values, symbols without quotes."""
    return "\n".join("\t".join(map(_value, row)) if row else "()" for row in rows)


def _value(value: Value) -> str:
    return value.text if isinstance(value, Quoted) else str(value)

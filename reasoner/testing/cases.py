"""A case is a folder: facts, perhaps rules of its own (any `*.dl`), and a file `expect`.

`expect` has one expectation a line; `%` begins a comment. An atom may have variables and `_`, which may be anything.

    besieged(town)            2016-06-01..2016-06-09   it holds for certain on each of these days
    possibly besieged(town)   2016-05-20..2016-05-31   it may hold on each of them, and does not for certain
    not encircled(town)       2016-06                  it cannot hold on any of them
    only besieged(town)       2016                     of these days it may hold on those alone that other lines name
    only besieges(_, town, _)                          these are all: no row may hold but as other lines say

Days are written as after `during`: a month is all its days, an open end is still, and without days it is always.
With a variable, a line says that some row holds on all the days; with `not`, that none does on any of them.

By default a case is read with the rules of its project, `./rules` or else the bundled ones.
The line `no default rules` says that it stands alone. A case fails, too, where it breaks a `never` of its rules.
A file `why.txt` beside it holds a proof: its first line is an atom and a day, the rest what `reasoner why` prints.
The places of the rules in it, as (rules/siege.dl:12), do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from reasoner.diagnostic import Diagnostic, error
from reasoner.home import default
from reasoner.knowledge_base import KnowledgeBase
from reasoner.syntax.load import CASES, shown, text_of
from reasoner.syntax.load import load as load_files
from reasoner.syntax.mistakes import blank_comments
from reasoner.syntax.parse import parse_part
from reasoner.syntax.tree import Program
from reasoner.term import Atom
from reasoner.text import Span, Text
from reasoner.when import ALWAYS, Days, When

ALONE = "no default rules"
EXPECT = "expect"
WRITTEN = "an atom, and behind it days, as besieged(town) 2016-06-01..2016-06-09"

_MODE = re.compile(r"(not|possibly|only)\s+(?=[a-z])")


@dataclass(frozen=True)
class Expectation:
    """`mode` is empty (for certain), `possibly`, `not` or `only`; `days` are those that it speaks of."""

    mode: str
    atom: Atom
    days: Days
    origin: Span


@dataclass(frozen=True)
class Case:
    """What a folder expects of its facts, and of the default rules unless it stands alone."""

    folder: Path
    alone: bool
    expectations: tuple[Expectation, ...]
    why: tuple[Expectation, str] | None  # an atom on a day, and its proof as it is printed

    @property
    def name(self) -> str:
        return self.folder.name


def find(paths: Iterable[Path], problems: list[Diagnostic]) -> tuple[Path, ...]:
    """Every folder in some folders, or such a folder itself, that has a file `expect`."""
    found: dict[Path, None] = {}
    for path in paths:
        folders = [expect.parent for expect in sorted(path.rglob(EXPECT)) if expect.is_file()]
        if not folders:
            problems.append(error("R531", f"there is no case in {shown(path)}",
                                  help="a case is a folder with facts (*.dl) and a file `expect`"))  # fmt: skip
        found.update(dict.fromkeys(folders))
    return tuple(found)


def read(folder: Path, problems: list[Diagnostic]) -> Case:
    """The case in a folder, as far as it can be read; what is wrong with it is added to `problems`."""
    text = text_of(folder / EXPECT, problems) or Text(EXPECT, "")
    alone = False
    expectations: list[Expectation] = []
    for start, end in _lines(text):
        if text.content[start:end] == ALONE:
            alone = True
        elif expectation := _expectation(text, start, end, problems):
            expectations.append(expectation)
    if not expectations and not problems:
        problems.append(error("R532", f"{text.name} expects nothing", help="write an atom a line, and its days"))
    return Case(folder, alone, tuple(expectations), _why(folder / "why.txt", problems))


class Project:
    """The folder whose default rules cases are read with. They are read once for all cases."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def _default(self) -> tuple[Program, list[Diagnostic]]:
        problems: list[Diagnostic] = []
        return load_files([default("rules", self.root)], problems), problems

    def load(self, case: Case, engine: str = "columnar") -> KnowledgeBase:
        """The knowledge base that a case is about: its own files, else `facts/cases/NAME.dl`. Raises Problems."""
        problems: list[Diagnostic] = []
        coded = default("facts", self.root) / CASES / f"{case.folder.name}.dl"
        program = load_files(sorted(case.folder.glob("*.dl")) or [coded], problems)
        if not case.alone:
            rules, found = self._default
            program, problems = Program((*rules.files, *program.files)), [*found, *problems]
        return KnowledgeBase(program, problems, engine=engine)


def _lines(text: Text) -> Iterator[tuple[int, int]]:
    """Where each line stands that says something, without its comment."""
    for line in re.finditer(r"[^\n]+", blank_comments(text.content)):
        if said := line[0].strip():
            start = line.start() + line[0].index(said)
            yield start, start + len(said)


def _expectation(text: Text, start: int, end: int, problems: list[Diagnostic]) -> Expectation | None:
    mode = _MODE.match(text.content, start, end)
    first = mode.end() if mode else start
    words = text.content[first:end]
    # An atom ends with its last bracket, or with its only word.
    width = words.rfind(")") + 1 or (len(words) if "(" in words else len(words.split()[0]))
    found: list[Diagnostic] = []
    atom: Atom | None = parse_part("atom", text, first, first + width, found)
    days = ALWAYS
    if rest := words[width:].strip():
        when: When | None = parse_part("span", text, end - len(rest), end, found)
        days = Days((when.span,)) if when else days
    problems.extend(_as_line(one) for one in found)
    return None if atom is None or found else Expectation(mode[1] if mode else "", atom, days, text.span(start, end))


def _as_line(problem: Diagnostic) -> Diagnostic:
    """A line has no full stop, and its days stand after the atom."""
    advice = f"write {WRITTEN}"
    if problem.code == "R103":
        return replace(problem, code="R101", message="this line ends too early", help=advice)
    return replace(problem, help=advice) if problem.code == "R101" else problem


def _why(path: Path, problems: list[Diagnostic]) -> tuple[Expectation, str] | None:
    if not path.exists():
        return None
    text = text_of(path, problems) or Text(path.name, "")
    asked, _, proof = text.content.partition("\n")
    expectation = _expectation(text, 0, len(asked.rstrip()), problems) if asked.strip() else None
    return (expectation, proof.strip()) if expectation else None

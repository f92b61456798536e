"""Rule and fact files, read from disk into a knowledge base."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from reasoner.diagnostic import Diagnostic, Problems, errors
from reasoner.evidence import fact_file
from reasoner.evidence.supposing import suppositions
from reasoner.home import default
from reasoner.knowledge_base import KnowledgeBase
from reasoner.syntax.load import Progress
from reasoner.syntax.load import load as load_files
from reasoner.syntax.tree import File, Program
from reasoner.syntax.vocabulary import Vocabulary

Paths = Sequence[str | Path]


def load(
    rules: str | Path | Paths = (),
    facts: str | Path | Paths = (),
    *,
    default_rules: bool = True,
    known_by: str | None = None,
    without: str | Iterable[str] = (),
    suppose: str | Iterable[str] = (),
    engine: str = "columnar",
    dialect: str = "datalog",
    beside: Iterable[File] = (),
    progress: Progress | None = None,
) -> KnowledgeBase:
    """Rule and fact files, or folders of them, as a knowledge base.

    `rules` are read beside the default ones: `./rules` where there is such a folder, else the bundled ones.
    `facts` are read instead of `./facts`, else the bundled ones. `default_rules=False` reads what is named alone,
    as does `dialect="souffle"`, for programs of Souffle. `beside` are files that have been read.
    `progress` is told how many bytes are read, and of how many.
    Raises Problems with everything that is wrong in what was read.
    """
    problems: list[Diagnostic] = []
    paths = paths_of(rules, facts, default_rules=default_rules, dialect=dialect)
    texts, columns = fact_file.split(paths)
    program = Program((*beside, *load_files(texts, problems, progress, dialect).files))
    supposed, dropped = suppositions(_many(suppose), problems)
    program = Program((*program.files, *fact_file.files(columns, problems, program), supposed))
    return KnowledgeBase(program, problems, known_by=known_by, without=_many(without), dropped=dropped, engine=engine)


def paths_of(
    rules: str | Path | Paths = (), facts: str | Path | Paths = (), *, default_rules: bool = True,
    dialect: str = "datalog",
) -> list[str | Path]:  # fmt: skip
    """The files and folders that `load` reads, in their order."""
    named_rules, named_facts = _paths(rules), _paths(facts)
    if default_rules and dialect == "datalog":
        return [default("rules"), *named_rules, *(named_facts or [default("facts")])]
    return [*named_rules, *named_facts]


def vocabulary_of(rules: str | Path | Paths = ()) -> Vocabulary:
    """What the default rules declare, and some more rules. Raises Problems."""
    problems: list[Diagnostic] = []
    program = load_files([default("rules"), *_paths(rules)], problems)
    if errors(problems):
        raise Problems(problems)
    return Vocabulary(program)


def _paths(given: str | Path | Paths) -> list[str | Path]:
    return [given] if isinstance(given, str | Path) else list(given)


def _many(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)

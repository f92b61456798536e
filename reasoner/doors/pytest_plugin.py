"""Cases and invariants of a project as tests of pytest: each folder with a file `expect`, each `never` of `rules/`.

Where there are none it costs a look at names: what reads and evaluates is loaded with the first case or rule file.
Switch it off with `-p no:reasoner`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reasoner.diagnostic import Diagnostic
    from reasoner.syntax.tree import Invariant
    from reasoner.testing.cases import Project

PROJECT: pytest.StashKey[Project] = pytest.StashKey()
# Of each project, once it is evaluated, the file of each broken invariant and what there is to be said of it.
BROKEN: pytest.StashKey[dict[Path, list[tuple[Path, Diagnostic]]]] = pytest.StashKey()


class NotSo(Exception):
    """What a failed item says instead of a traceback."""


class Told(pytest.Item):
    """An item whose failures are told in words."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The words alone, unless something is wrong with this program."""
        from reasoner.diagnostic import Problems

        known = isinstance(excinfo.value, NotSo | Problems)
        return str(excinfo.value) if known else super().repr_failure(excinfo, style)


# ---------------------------------------------------------------- cases


class CaseFile(pytest.File):
    """The file `expect` of a case, and the folder round it."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item, named after the folder."""
        yield CaseItem.from_parent(self, name=self.path.parent.name)


class CaseItem(Told):
    """A case, which is so or is not so."""

    def runtest(self) -> None:
        """Fails with each expectation that is not met, and what was seen instead."""
        from reasoner.diagnostic import Problems
        from reasoner.testing.cases import Project
        from reasoner.testing.judge import run

        project = self.config.stash.setdefault(PROJECT, Project(self.config.rootpath))
        outcome = run(self.path.parent, project)
        if outcome.diagnostics:
            raise Problems(outcome.diagnostics)
        if outcome.failures:
            raise NotSo("\n".join(failure.shown() for failure in outcome.failures))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands."""
        return self.path, 0, f"case {self.name}"


# ---------------------------------------------------------------- invariants


class RuleFile(pytest.File):
    """A file of rules in `rules/`, beside which there is a folder `facts/`."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each `never`, named after its text."""
        from reasoner.diagnostic import draw, errors
        from reasoner.syntax.load import load
        from reasoner.syntax.tree import Invariant

        problems: list[Diagnostic] = []
        program = load([self.path], problems)
        if errors(problems):
            raise self.CollectError(draw(errors(problems)))
        for invariant in program.of(Invariant):
            name = invariant.text or f"line {invariant.origin.line}"
            yield InvariantItem.from_parent(self, name=name, invariant=invariant)


class InvariantItem(Told):
    """A `never`, which the project's facts keep or break."""

    def __init__(self, *, invariant: Invariant, **given: Any) -> None:
        super().__init__(**given)
        self.invariant = invariant

    def runtest(self) -> None:
        """Fails with each row that breaks it, and the days."""
        from reasoner.diagnostic import draw
        from reasoner.loading import load

        known = self.config.stash.setdefault(BROKEN, {})
        project = project_of(self.path) or self.path.parent
        if project not in known:
            found = load(project / "rules", project / "facts", default_rules=False).check()
            known[project] = [(Path(d.labels[0].span.file).resolve(), d) for d in found if d.code == "R420"]
        line = self.invariant.origin.line
        broken = [d for path, d in known[project] if path == self.path.resolve() and d.labels[0].span.line == line]
        if broken:
            raise NotSo(draw(broken))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the invariant stands."""
        return self.path, self.invariant.origin.line - 1, f"never: {self.name}"


def project_of(path: Path) -> Path | None:
    """The folder whose `rules/` a file is in, where `facts/` lies beside it."""
    for folder in path.parents:
        if folder.name == "rules":
            return folder.parent if (folder.parent / "facts").is_dir() else None
    return None


# ---------------------------------------------------------------- the hook


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Takes `expect` beside any `*.dl`, and `*.dl` in `rules/` beside `facts/`."""
    if file_path.name == "expect" and any(file_path.parent.glob("*.dl")):
        return CaseFile.from_parent(parent, path=file_path)
    if file_path.suffix == ".dl" and project_of(file_path) is not None:
        return RuleFile.from_parent(parent, path=file_path)
    return None

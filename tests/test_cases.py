"""Cases as text: `tests/cases/<name>/` of the doctrine, `tests/cases/engine/<name>/` of the language itself.

What stands in their files is told by `reasoner test --help`; each says in its first comment what it guards.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoner.engine import ENGINES
from reasoner.explain.checker import Checker
from reasoner.explain.why import Prover
from reasoner.knowledge_base import KnowledgeBase
from reasoner.plan.plan import plan
from reasoner.testing import cases
from reasoner.testing.cases import Expectation, Project, find
from reasoner.testing.judge import judge, rows, run
from reasoner.when import PAST, Day

ROOT = Path(__file__).parent.parent
PROJECT = Project(ROOT)
LANGUAGE = find([ROOT / "tests" / "cases" / "engine"], [])
# With their hundred facts they are too many for what takes each answer of a case by itself.
HISTORY = find([ROOT / "tests" / "cases" / "history"], [])
CASES = [folder for folder in find([ROOT / "tests" / "cases"], []) if folder not in (*LANGUAGE, *HISTORY)]

# What an engine is spared, and why.
SPARED = {("naive", "time_far_away"): "it goes through all days of ten thousand years one by one"}


def load(folder: Path, engine: str = "columnar") -> KnowledgeBase:
    """The doctrine, unless the case stands alone, with the case's own rules and facts."""
    return PROJECT.load(cases.read(folder, []), engine)


def expected(folder: Path) -> tuple[Expectation, ...]:
    """What a case expects, line by line."""
    return cases.read(folder, []).expectations


def day_of(expectation: Expectation) -> Day:
    """The first day that a line speaks of; the last one of what is so since ever."""
    start, end = expectation.days.intervals[0]
    return start if start != PAST else end - 1


@pytest.mark.parametrize("folder", [*CASES, *HISTORY, *LANGUAGE], ids=lambda folder: str(folder.name))
def test_case(folder: Path) -> None:
    """What a case expects is so, and it breaks no invariant."""
    outcome = run(folder, PROJECT)
    assert not outcome.diagnostics
    assert not outcome.failures, "\n".join(failure.shown() for failure in outcome.failures)


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "columnar"])
@pytest.mark.parametrize("folder", LANGUAGE, ids=lambda folder: str(folder.name))
def test_case_of_the_language_on_every_engine(folder: Path, engine: str) -> None:
    """The definition and pyDatalog see what the cases of the language expect, as the columnar engine does."""
    if (engine, folder.name) in SPARED:
        pytest.skip(SPARED[engine, folder.name])
    failures = judge(cases.read(folder, []), load(folder, engine))
    assert not "\n".join(failure.shown() for failure in failures)


@pytest.mark.parametrize("folder", [*HISTORY, *LANGUAGE], ids=lambda folder: str(folder.name))
def test_case_is_proved(folder: Path) -> None:
    """Each line of a case that says that something holds has a proof that the checker accepts, as sure as it."""
    kb = load(folder)
    model = kb.model()
    prover = Prover(plan(kb.vocabulary), kb.store, model, Checker(kb.vocabulary, kb.store))
    for line in expected(folder):
        if line.mode in ("", "possibly"):
            day = day_of(line)
            fitting = [row for row, truth in rows(line, model, kb.vocabulary).items() if day in truth.possible]
            proofs = [prover.prove(line.atom.predicate, row, day) for row in fitting]
            assert any(proof and proof.certain == (line.mode == "") for proof in proofs), line.origin


@pytest.mark.parametrize("folder", LANGUAGE, ids=lambda folder: str(folder.name))
def test_case_of_the_language_is_tight(folder: Path) -> None:
    """No line of such a case could be left out where all is told: `only` misses it, as it would a row too many."""
    case, kb = cases.read(folder, []), load(folder)
    assert (folder / "rules.dl").read_text(encoding="utf-8").startswith("% ")
    told = [str(line.atom.predicate) for line in case.expectations if line.mode == "only"]
    for number, line in enumerate(case.expectations):
        others = case.expectations[:number] + case.expectations[number + 1 :]
        if line.mode in ("", "possibly") and line.atom.predicate in told and line.atom not in [o.atom for o in others]:
            assert list(judge(cases.Case(folder, case.alone, others, None), kb)), line.origin


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("1944-12-19", "Bastogne is not besieged."),
        ("1944-12-20", "Bastogne is besieged on 6 of 6 sides: possibly encircled, possibly cut off."),
        ("1944-12-21", "Bastogne is besieged on 6 of 6 sides: cut off."),
        ("1944-12-24", "Bastogne is besieged on 6 of 6 sides: encircled, not cut off from every way."),
        ("1944-12-26", "Bastogne is besieged on 6 of 6 sides: partly besieged, not encircled."),
    ],
)
def test_a_headline_is_as_sure_as_what_it_tells(day: str, said: str) -> None:
    """What is only possible is told as possible; and from inside a ring no side is open, friend or not."""
    found = load(ROOT / "tests" / "cases" / "history" / "bastogne_1944").ask("is Bastogne encircled?", at=day)
    assert found.headline == said
    assert bool(found.remarks) == ("possibly" in said or "not besieged" in said or "not encircled" in said)

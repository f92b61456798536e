"""Cases as text: `tests/cases/<name>/` has `facts.dl`, perhaps `rules.dl`, and what to `expect` of the doctrine.

A line of `expect` is a date, then an atom that holds for certain on that day, or `not` or `possibly` and an atom.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import reasoner
from reasoner.knowledge_base import KnowledgeBase
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Fact
from reasoner.term import Constant
from reasoner.text import Text
from reasoner.when import parse_date

ROOT = Path(__file__).parent.parent
CASES = sorted(path for path in (ROOT / "tests" / "cases").iterdir() if path.is_dir())


def load(case: Path) -> KnowledgeBase:
    """The doctrine, the case's own rules and its facts."""
    return reasoner.load([ROOT / "rules", *case.glob("rules.dl")], case / "facts.dl")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_case(case: Path) -> None:
    """What a case expects is so on that day: certainly, possibly but not certainly, or not at all."""
    model = load(case).model()
    wrong = []
    for line in (case / "expect").read_text(encoding="utf-8").splitlines():
        date, expected = line.split(maxsplit=1)
        mode, atom = expected.split(maxsplit=1) if expected.startswith(("not ", "possibly ")) else ("", expected)
        (fact,) = parse(Text("expect", f"{atom}."), []).statements
        assert isinstance(fact, Fact)
        truth = model.truth(fact.atom.predicate, tuple(t.value for t in fact.atom.terms if isinstance(t, Constant)))
        day = parse_date(date).first
        found = "" if day in truth.certain else "possibly" if day in truth.possible else "not"
        if found != mode:
            wrong.append(f"{line}   (found: {found or 'certain'})")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_case_is_consistent(case: Path) -> None:
    """No case breaks an invariant of the doctrine."""
    assert not [d for d in load(case).check() if d.severity == "error"]

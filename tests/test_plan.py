"""Plans: when they are narrowed, which days they need, and how they are shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import reasoner
from reasoner.doors.cli import cli
from reasoner.knowledge_base import KnowledgeBase
from reasoner.plan import goal
from reasoner.plan.show import as_json, as_text
from reasoner.plan.slicing import sliced
from reasoner.when import PAST, Interval, parse_date
from tests.seed import FACTS, NAMED
from tests.test_demand import QUERY, asked

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    """The bundled rules and facts."""
    return reasoner.load(ROOT / "rules", FACTS, default_rules=False)


def test_few_facts_are_not_narrowed(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small store gets the whole plan and a large one what is demanded; pyDatalog, which knows of none, the whole."""
    few = kb.plan("holds(isil, P)", at="2016-06-04")
    assert few.plan is few.whole
    assert not few.used
    monkeypatch.setattr(goal, "FEW", 0)
    many = kb.plan("holds(isil, raqqa_city)", at="2016-06-04")
    assert many.used
    assert many.plan.demands
    assert many.plan.spans["holds"] == (parse_date("2016-06-04").first, parse_date("2016-06-04").last + 1)
    other = reasoner.load(ROOT / "rules", FACTS, default_rules=False, engine="pydatalog")
    assert not other.plan("holds(isil, raqqa_city)").plan.demands


# ---------------------------------------------------------------- what is needed when


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("p(X)", (100, 101)),
        ("q(X), not p(X)", (100, 101)),
        ("once[7..30] p(X)", (70, 94)),
        ("once[3] p(X)", (97, 101)),
        ("always[3] p(X)", (97, 101)),
        ("always[3] p(X), once[1..9] p(X)", (91, 101)),
        ("once p(X)", (PAST, 101)),
        ("p(X) since q(X)", (PAST, 101)),
        ("not q(X) since p(X)", (PAST, 101)),
        ("begins p(X)", (PAST, 101)),
        ("ends p(X)", (PAST, 101)),
        ("p(X) during 2016-06-01..2016-06-09", (100, 101)),
        ("q(X), #count{ Y : once[2] p(Y) } > 1", (98, 101)),
    ],
)
def test_days_that_are_needed(body: str, expected: Interval) -> None:
    """A slice reaches back as far as the operators look, and never beyond the last day asked about."""
    whole, _ = asked(f"event p(x). state q(x). r(X) :- {body}.", "r(X)")
    assert sliced(whole, [QUERY], (100, 101)).spans["p"] == expected


# ---------------------------------------------------------------- shown


def test_a_plan_is_shown(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """`reasoner plan` tells strata, rules with their places, recursion, bound arguments, days and whether it pays."""
    few = as_text(kb.plan("holds(isil, raqqa_city)", at="2016-06-04"), kb.vocabulary)
    assert "not used: of " in few
    assert "holds: could be asked for by actor and place; needed 2016-06-04" in few
    assert "within: needed until 2016-06-04" in few
    assert "stratum 1, recursive" in few
    assert re.search(r"rules/control\.dl:\d+ +within\(P, W\) :- part_of\(P, Q\), within\(Q, W\)\.", few)
    monkeypatch.setattr(goal, "FEW", 0)
    many = as_text(kb.plan("holds(isil, raqqa_city)"), kb.vocabulary)
    assert "demand  used: there are " in many
    assert "#demand_holds(isil, raqqa_city)." in many
    shown = as_json(kb.plan("holds(isil, raqqa_city)"))
    assert shown["demand"]["used"]
    bound = {one["predicate"]: one["bound"] for stratum in shown["strata"] for one in stratum["predicates"]}
    assert bound["holds"] == [0, 1]


def test_the_plan_command() -> None:
    """The command shows the plan of a question in either language, and of the whole program, as text and as JSON."""
    run = CliRunner(catch_exceptions=False)
    flags = ["--rules", str(ROOT / "rules"), *NAMED, "--no-default-rules"]
    for question in (["who besieges Raqqa?"], ["open_side(raqqa_city, S)", "--at", "2016-06-04"], []):
        told = run.invoke(cli, ["plan", *question, *flags])
        assert told.exit_code == 0
        assert "stratum 1" in told.stdout
        strata = json.loads(run.invoke(cli, ["plan", *question, *flags, "--json"]).stdout)["strata"]
        assert len(strata) == told.stdout.count("\nstratum ")

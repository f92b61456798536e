"""Laws of the public strategies: whatever they draw is what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase, find, given, settings

import reasoner
from reasoner.check import check
from reasoner.diagnostic import errors
from reasoner.knowledge_base import KnowledgeBase
from reasoner.strategies import FactBase, Written, dates, fact_bases, programs, wars
from reasoner.syntax.load import load
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.when import parse_date
from tests.programs import read

RULES = Path(__file__).parent.parent / "rules"
VOCABULARY = Vocabulary(load([RULES], []))


@pytest.fixture(scope="module")
def doctrine() -> KnowledgeBase:
    """The default doctrine without any facts."""
    return reasoner.load(RULES, default_rules=False)


@given(dates())
def test_dates_are_dates(written: str) -> None:
    """A fact with such a date is read without a problem, and a plain one is a date of the calendar."""
    read(f"event e(x).\ne(a, {written}) from analyst.")
    if not written.startswith("["):
        assert parse_date(written).first


@settings(max_examples=25, deadline=None)
@given(programs(most_rules=2))
def test_programs_are_sound(program: Written) -> None:
    """A program has no errors, but for names in arithmetic: engines must give these no value."""
    assert {found.code for found in errors(check(Vocabulary(read(program.text))))} <= {"R216"}


@settings(max_examples=12, deadline=None)
@given(fact_bases(VOCABULARY))
def test_fact_bases_pass_the_checks(base: FactBase) -> None:
    """A fact base loads beside the rules it was drawn for without an error or a warning."""
    assert not _with(str(base)).diagnostics


@given(fact_bases(VOCABULARY))
def test_fact_bases_state_nothing_that_rules_derive(base: FactBase) -> None:
    """Conclusions are not drawn, nor definitions; and nobody is told to fight themselves."""
    for fact in base.facts:
        assert fact.predicate not in VOCABULARY.derived - {"adjacent"}
        assert fact.predicate not in {"rank", "carries", "opposite"}
        typed = [(p.type, v) for p, v in zip(VOCABULARY.parameters(fact.predicate), fact.row, strict=True) if p.type]
        assert len(set(typed)) == len(typed)


def test_fact_bases_of_a_plain_program() -> None:
    """Without declarations, what rules read and do not derive is drawn, uncited and undated."""
    plain = Vocabulary(read("path(X, Y) :- edge(X, Y).\npath(X, Z) :- path(X, Y), edge(Y, Z)."))

    @settings(max_examples=20, deadline=None)
    @given(fact_bases(plain))
    def drawn(base: FactBase) -> None:
        assert {fact.predicate for fact in base.facts} <= {"edge"}
        read(str(base))

    drawn()


@settings(max_examples=8, deadline=None)
@given(wars(2, 3, actors=2, most_changes=5))
def test_wars_load(war: str) -> None:
    """A war loads beside the doctrine without a complaint."""
    assert not _with(war).diagnostics


def test_wars_have_sieges(doctrine: KnowledgeBase) -> None:
    """Some war sees a siege, so that what is tested on wars is tested on sieges."""

    first = settings(max_examples=40, phases=[Phase.generate], database=None, derandomize=True, deadline=None)
    find(
        wars(2, 2, actors=2, most_changes=4),
        lambda war: bool(doctrine.append(war).query("besieged(P)")),
        settings=first,
    )


def _with(facts: str) -> KnowledgeBase:
    return KnowledgeBase(VOCABULARY.program).append(facts)

"""pyDatalog as an engine gives the same answers or refuses by name; the bridge opens a model to its users."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from pyDatalog import Logic, pyDatalog, pyEngine

import reasoner
from reasoner.bridge.pydatalog import publish
from reasoner.diagnostic import Problems
from reasoner.engine import engine, pydatalog
from reasoner.engine.columnar import evaluate as columnar
from reasoner.engine.pydatalog import evaluate
from reasoner.evidence.store import Store
from reasoner.knowledge_base import KnowledgeBase
from reasoner.plan.plan import plan
from reasoner.term import Row
from reasoner.when import Truth, parse_date
from tests.programs import Written, build, programs
from tests.seed import FACTS
from tests.test_cases import CASES
from tests.test_engines import ONE_BY_ONE, answer, plain_programs, solved, truths

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    """The bundled rules and facts."""
    return reasoner.load(ROOT / "rules", FACTS)


@pytest.fixture
def _clean() -> Iterator[None]:
    """pyDatalog with nothing in it, before and after."""
    pyDatalog.clear()
    yield
    pyDatalog.clear()


def held(rows: dict[Row, Truth]) -> dict[Row, Truth]:
    """The rows that may ever hold."""
    return {row: truth for row, truth in rows.items() if truth.possible}


# ---------------------------------------------------------------- the engine


@pytest.mark.parametrize("case", [None, *CASES], ids=lambda case: case.name if case else "raqqa")
def test_doctrine_is_the_same(kb: KnowledgeBase, case: Path | None) -> None:
    """On the article and on every case each predicate of the doctrine has the days and windows of columnar."""
    base = reasoner.load(ROOT / "rules", case / "facts.dl") if case else kb
    rules = plan(base.vocabulary)
    given_, expected = evaluate(rules, base.store), columnar(rules, base.store)
    for predicate in sorted({p for stratum in rules.strata for p in stratum.predicates}):
        assert held(dict(given_.rows(predicate))) == held(dict(expected.rows(predicate))), predicate


def test_questions_are_answered_the_same(kb: KnowledgeBase) -> None:
    """A question put to the knowledge base has the same answers, whichever engine is chosen."""
    other = reasoner.load(ROOT / "rules", FACTS, engine="pydatalog")
    for question in ("who besieges Raqqa?", "is Raqqa encircled?"):
        assert other.ask(question) == kb.ask(question)
    assert other.query("besieges(A, P, S)") == kb.query("besieges(A, P, S)")


@given(programs())
def test_programs_are_the_same(program: Written) -> None:
    """Random programs, with all operators, aggregates, recursion and uncertain dates, have the answers of columnar."""
    assume(not any(stratum.gathered for stratum in build(program.text)[0].strata))  # R523
    assert answer(program.text, evaluate) == answer(program.text)


@settings(max_examples=15, deadline=None)
@given(plain_programs())
def test_plain_datalog_is_clingo(text: str) -> None:
    """Two engines that know nothing of each other agree on plain Datalog."""
    ours = {f"{predicate}({','.join(map(str, row))})" for predicate, row in answer(text, evaluate)}
    assert ours == solved(text)


@settings(max_examples=8, deadline=None)
@given(truths(), truths(), truths())
def test_each_operator_is_the_same(p: Truth, q: Truth, other: Truth) -> None:
    """Each operator by itself, for days and windows of any shape."""
    store = Store({"p": {("a",): p, ("b",): other}, "q": {("a",): q}}, {})
    given_, expected = evaluate(ONE_BY_ONE, store), columnar(ONE_BY_ONE, store)
    for predicate, rows in expected.relations.items():
        assert held(dict(given_.rows(predicate))) == held(dict(rows)), predicate


@pytest.mark.parametrize("body", ["edge(X, Z), path(Z, Y)", "path(X, Z), edge(Z, Y)", "path(Z, Y), edge(X, Z)"])
def test_recursion_survives(body: str) -> None:
    """A closure over cycles, on which pyDatalog's own order of literals may search for ever, ends soon."""
    edges = "\n".join(f"edge({n}, {(n * 7 + 1) % 40}). edge({n}, {(n + 1) % 40})." for n in range(40))
    start = time.perf_counter()
    found = answer(f"{edges}\npath(X, Y) :- edge(X, Y).\npath(X, Y) :- {body}.", evaluate)
    assert sum(predicate == "path" for predicate, _ in found) == 1600
    assert time.perf_counter() - start < 10


def test_values_are_kept() -> None:
    """Numbers, strings and symbols come back as they went in, and compare as everywhere else."""
    text = """
        p(true). p("True"). p(1). p(1.23456789012345). p("a b").
        q(X, Y) :- p(X), p(Y), X < Y.   r(M) :- p(X), M = X + 1.   s(M) :- p(X), M = X / 0.
    """
    given_ = answer(text, evaluate)
    assert given_ == answer(text)
    assert not any(predicate == "s" for predicate, _ in given_)


def test_what_takes_too_long_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """R521 names the predicate at which the time was up."""
    monkeypatch.setattr(pydatalog, "LIMIT", 0.2)
    with pytest.raises(Problems, match="R521") as told:
        answer("n(0).\nn(M) :- n(N), M = N + 1.", evaluate)
    assert "pyDatalog took too long over `n`" in str(told.value)
    assert answer("n(0). m(X) :- n(X).", evaluate), "and nothing of it is left behind"


def test_what_fails_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """R522 names the predicate on which pyDatalog failed, and what it said."""

    def broken(*_: object) -> None:
        raise AssertionError("out of sync")

    monkeypatch.setattr(pyEngine, "SEARCH", broken)
    with pytest.raises(Problems, match="R522") as told:
        answer("n(0). m(X) :- n(X).", evaluate)
    assert "pyDatalog failed on `m`" in str(told.value)
    assert "AssertionError: out of sync" in str(told.value)


def test_a_recursion_that_lends_to_an_aggregate_is_refused() -> None:
    """R523: pyDatalog would count before all is there to be counted."""
    text = "p(1). n(0, 0). n(R + 1, Z) :- n(R, _), R < 3, Z = #count{ X : p(X), X <= R }."
    with pytest.raises(Problems, match="R523"):
        answer(text, evaluate)


def test_limits_of_values_are_told() -> None:
    """A number that grows too large is R502: pyDatalog, to which an exception is a value, does not swallow it."""
    with pytest.raises(Problems, match="R502"):
        answer("n(3).\nn(M) :- n(N), M = N * N.", evaluate)


@pytest.mark.usefixtures("_clean")
def test_engine_leaves_pydatalog_alone() -> None:
    """What somebody has told pyDatalog is there after the engine has run, and nothing else is."""
    pyDatalog.assert_fact("p", "mine")
    before = set(Logic.tl.logic.Db)
    assert len(answer("p(a). q(X) :- p(X).", engine("pydatalog"))) == 2
    assert pyDatalog.ask("p(X)") == {("mine",)}
    assert set(Logic.tl.logic.Db) == before


# ---------------------------------------------------------------- the bridge


@pytest.mark.usefixtures("_clean")
def test_bridge_speaks_pydatalog(kb: KnowledgeBase) -> None:
    """A published model answers in pyDatalog's own syntax: in line, in rules, and as text."""
    assert "besieges/3" in publish(kb, at="2016-06-04")
    actor, side, besieges = (pyDatalog.Variable(name) for name in ("Actor", "Side", "besieges"))
    assert set(besieges(actor, "raqqa_city", side)) == {("syrian_army", "w"), ("kurdish_led_forces", "n")}
    pyDatalog.load("besieger(A, P) <= besieges(A, P, S) & holds(H, P) & (A != H)")
    assert pyDatalog.ask("besieger(A, 'raqqa_city')") == {("syrian_army",), ("kurdish_led_forces",)}
    assert pyDatalog.ask("besieges('syrian_army', 'raqqa_city', S)") == {("w",)}


@pytest.mark.usefixtures("_clean")
def test_bridge_publishes_every_day_as_it_is(kb: KnowledgeBase) -> None:
    """Published again for another day, a predicate has the rows of that day, and rules of one's own stay."""
    pyDatalog.load("near(X) <= pressure(A, X, S)")
    days = ["2016-05-20", "2016-05-25", "2016-06-04"]
    for day, possible in itertools.product(days, (False, True)):
        publish(kb, day, ["pressure"], possible=possible)
        expected = {
            tuple(value for _, value in found.bindings)
            for found in kb.query("pressure(A, P, S)", at=day)
            if possible or parse_date(day).first in found.truth.certain
        }
        asked = pyDatalog.ask("pressure(A, P, S)")
        assert (asked == expected) if expected else asked is None, (day, possible)
        near = pyDatalog.ask("near(X)")
        assert (near == {(place,) for _, place, _ in expected}) if expected else near is None


@pytest.mark.usefixtures("_clean")
def test_bridge_refuses_what_is_not_there(kb: KnowledgeBase) -> None:
    """A predicate or a date that does not exist is an error with advice."""
    with pytest.raises(Problems, match=r"did you mean `besieges`\?"):
        publish(kb, predicates=["beseiges"])
    with pytest.raises(Problems, match="R401"):
        publish(kb, at="2016-13")

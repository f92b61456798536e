"""Goal-directed evaluation: what a question demands, on the days that it needs, is what the whole plan says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reasoner
from reasoner.diagnostic import Problems
from reasoner.engine.columnar import evaluate as columnar
from reasoner.engine.naive import evaluate as naive
from reasoner.evidence.claim import claims
from reasoner.evidence.store import Store, store
from reasoner.explain.proof import Absent, Derived, Stated, walk
from reasoner.explain.why import Prover
from reasoner.knowledge_base import KnowledgeBase
from reasoner.plan import goal
from reasoner.plan.demand import demanded
from reasoner.plan.goal import Directed
from reasoner.plan.plan import Plan, plan, read
from reasoner.plan.rules import Gather, PlannedRule
from reasoner.plan.slicing import sliced, within
from reasoner.syntax.tree import Citation, Literal, Plain, Query, Rule, atoms_of
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Row, Variable
from reasoner.text import Text
from reasoner.when import FUTURE, Days, Interval, Truth, parse_date, show_day
from tests.programs import CONSTANTS, EVENTS, FIXED, STATES, Written, programs
from tests.programs import read as program_of
from tests.seed import FACTS
from tests.test_cases import CASES, day_of, expected, load
from tests.test_engines import OPERATORS, truths

ROOT = Path(__file__).parent.parent
QUERY = "#query"
FIRST = parse_date("2016-06-01").first
ENGINES = pytest.mark.parametrize("evaluate", [naive, columnar], ids=["naive", "columnar"])
Rows = Mapping[Row, Truth]


def asked(text: str, body: str) -> tuple[Plan, Store]:
    """The plan for a question put to a program, and the facts."""
    program = program_of(f"{text}\n?- {body}.")
    vocabulary = Vocabulary(program)
    (query,) = program.of(Query)
    terms = tuple(Variable(name) for name in sorted(set(re.findall(r"\b[A-Z]\b", body.split("not ")[0]))))
    rule = Rule(Atom(QUERY, terms), query.body, Citation(), origin=Text("query", "").span(0, 0))
    return plan(vocabulary, [QUERY], [rule]), store(vocabulary, claims(vocabulary))


def held(rows: Rows, days: Interval | None = None) -> dict[Row, Truth]:
    """The rows that may hold on some of the days, as they are on these."""
    cut = {row: within(truth, days) if days else truth for row, truth in rows.items()}
    return {row: truth for row, truth in cut.items() if truth.possible}


def strict(rule: PlannedRule) -> set[str]:
    """What a rule reads under `not`, a time operator or an aggregate."""
    found: set[str] = set()
    for step in rule.body:
        if isinstance(step, Gather):
            found.add(step.elements)
        elif isinstance(step, Literal) and (step.negated or not isinstance(step.formula, Plain)):
            found |= {signed.atom.predicate for signed in atoms_of(step.formula)}
    return found


@st.composite
def questions(draw: st.DrawFn) -> tuple[Written, str]:
    """A program and a question about what it derives, with some constants in it."""
    program = draw(programs().filter(lambda one: one.rules))
    derived = {
        head.split("(")[0]: len(re.findall(r",|\(", head)) for head, _ in program.rules
    }  # a head has no terms but variables and constants
    arities = {**derived, **EVENTS, **STATES, **FIXED}

    def atom(names: tuple[str, ...], pool: tuple[str, ...]) -> str:
        name = draw(st.sampled_from(names))
        terms = [draw(st.sampled_from(pool)) for _ in range(arities[name])]
        return f"{name}({', '.join(terms)})" if terms else name

    known = ("X", "Y", *CONSTANTS[1:], "_", "1")
    body = [atom(tuple(derived), known)]
    if draw(st.booleans()):
        operator = draw(st.sampled_from(("", "once ", "once[1..3] ", "always[2] ", "begins ", "ends ")))
        body.append(operator + atom(tuple(arities if not operator else derived), ("X", "Y", "Z", "a")))
    if draw(st.booleans()):
        # What happens on a day to a constant brings the others into play.
        body.insert(0, draw(st.sampled_from(("hit(a, X)", "link(X, a)", "near(b, Y)", "e(a)"))))
    bound = tuple(set(re.findall(r"\b[A-Z]\b", ", ".join(body))))
    if draw(st.integers(0, 3)) == 0:
        sign = draw(st.sampled_from(("not ", "not once ", "not begins ")))
        body.append(f"{sign}{atom(tuple(derived), (*bound, 'a', 'b', '_'))}")
    return program, ", ".join(body)


DAYS = st.one_of(
    st.none(),
    st.integers(-5, 25).map(lambda n: (FIRST + n, FIRST + n + 1)),
    st.tuples(st.integers(-5, 20), st.integers(1, 9)).map(lambda n: (FIRST + n[0], FIRST + n[0] + n[1])),
)


# ---------------------------------------------------------------- the same answers


@ENGINES
@given(question=questions(), days=DAYS)
def test_demand_is_the_whole_plan(evaluate: Callable, question: tuple[Written, str], days: Interval | None) -> None:
    """Narrowed to what is demanded and to the days asked about, a plan has the answers of the whole one."""
    whole, facts = asked(question[0].text, question[1])
    narrowed = Directed(whole, (QUERY,), 0, days).narrowed.plan
    assert held(evaluate(narrowed, facts).rows(QUERY), days) == held(naive(whole, facts).rows(QUERY), days)


@ENGINES
@given(question=questions(), days=DAYS.filter(bool))
def test_a_slice_is_right_on_its_days(evaluate: Callable, question: tuple[Written, str], days: Interval) -> None:
    """Without demand each predicate, of rules or of facts, is right on the days on which it is needed."""
    whole, facts = asked(question[0].text, question[1])
    narrowed = sliced(whole, [QUERY], days)
    found, expected = evaluate(narrowed, facts), naive(whole, facts)
    for predicate in {p for stratum in whole.strata for p in stratum.predicates}:
        span = narrowed.spans.get(predicate)
        assert held(found.rows(predicate), span) == held(expected.rows(predicate), span), predicate


# Each operator over derived predicates, asked for of what an event of some day names.
LAYERED = "lp(X) :- p(X). lq(X) :- q(X)." + re.sub(r"(?<!\w)([pq])\(", r"l\1(", OPERATORS)
HEADS = tuple(dict.fromkeys(re.findall(r"(?<![\w(])(\w+)\(X\) :-", OPERATORS)))
LAYERED_PLANS = {
    head: asked(f"p(a). q(a). step(a, b). {LAYERED}", f"step(a, X), {head}(X)")[0]
    for head in (*HEADS, "counted(X, N), lq", "not not_p", "once once_1_3_p", "not p_since_q")
}
KEYS = st.sampled_from((("a",), ("b",), ("c",)))


@ENGINES
@settings(max_examples=20, deadline=None)
@given(
    p=st.dictionaries(KEYS, truths(), max_size=3),
    q=st.dictionaries(KEYS, truths(), max_size=3),
    step=st.dictionaries(st.sampled_from((("a", "a"), ("a", "b"))), truths(), min_size=1),
    days=st.none() | st.tuples(st.integers(1, 16), st.integers(1, 4)).map(lambda n: (n[0], sum(n))),
)
def test_each_operator_is_asked_for(evaluate: Callable, p: Rows, q: Rows, step: Rows, days: Interval | None) -> None:
    """Under each operator a demand that a day brings up is right, and a slice, for days and windows of any shape."""
    facts = Store({"p": p, "q": q, "step": step}, {})
    for head, whole in LAYERED_PLANS.items():
        narrowed = Directed(whole, (QUERY,), 0, days).narrowed
        assert narrowed.places or head == "grown"  # which reads itself whole
        found = held(evaluate(narrowed.plan, facts).rows(QUERY), days)
        assert found == held(naive(whole, facts).rows(QUERY), days), head


@given(questions())
def test_narrowed_plans_are_stratified(question: tuple[Written, str]) -> None:
    """No stratum comes to read itself under `not`, an operator or an aggregate, and none reads a later one."""
    whole, _ = asked(question[0].text, question[1])
    before = {p: n for n, stratum in enumerate(whole.strata) for p in stratum.predicates}
    narrowed = demanded(whole, [QUERY]).plan
    home = {p: n for n, stratum in enumerate(narrowed.strata) for p in stratum.predicates}
    for number, stratum in enumerate(narrowed.strata):
        for rule in stratum.rules:
            knot = strict(rule) & stratum.predicates
            # Where a recursion lends its values to an aggregate's groups, the whole plan does so too.
            assert all(before.get(other, -1) == before.get(rule.head.predicate) for other in knot), rule
            assert all(home.get(other, 0) <= number for other in read(rule)), rule


@given(questions())
def test_nothing_more_is_derived(question: tuple[Written, str]) -> None:
    """Each row of a narrowed plan is a row of the whole plan, with the same days if the question reads it."""
    whole, facts = asked(question[0].text, question[1])
    few, all_ = naive(demanded(whole, [QUERY]).plan, facts), naive(whole, facts)
    for predicate in {p for stratum in whole.strata for p in stratum.predicates}:
        assert held(few.rows(predicate)).keys() <= held(all_.rows(predicate)).keys(), predicate


# ---------------------------------------------------------------- the same proofs


@given(question=questions(), days=DAYS)
def test_proofs_stand_on_the_whole_plan(question: tuple[Written, str], days: Interval | None) -> None:
    """From a narrowed model every answer has a proof as sure and as short as from the whole one, true in that too."""
    whole, facts = asked(question[0].text, question[1])
    all_ = naive(whole, facts)
    narrowed = Directed(whole, (QUERY,), 0, days).narrowed
    prover = Prover(whole, facts, naive(narrowed.plan, facts), places=narrowed.places)
    for row, truth in held(all_.rows(QUERY), days).items():
        day = next((d for s, e in truth.certain or truth.possible for d in (s, e - 1) if 0 < d < FUTURE), FIRST)
        if day not in truth.possible:
            continue
        proof, expected = prover.prove(QUERY, row, day), Prover(whole, facts, all_).prove(QUERY, row, day)
        assert (proof is None) == (expected is None)
        if proof is None or expected is None:
            continue
        assert len(list(walk(proof, absences=False))) == len(list(walk(expected, absences=False)))
        for node in walk(proof):
            assert "#demand" not in node.predicate
            match node:
                case Absent(predicate, pattern, first, last):
                    for other, held_ in all_.rows(predicate).items():
                        if all(value in (None, term) for value, term in zip(pattern, other, strict=True)):
                            assert Days(((first, last + 1),)) - held_.certain, node
                case Derived() | Stated():
                    assert node.day in all_.truth(node.predicate, node.row).possible, node


# ---------------------------------------------------------------- fewer rows

TWO_ISLANDS = "\n".join(f"edge({i}, {i + 1}). edge({i + 100}, {i + 101})." for i in range(1, 12))
WAYS = {
    "right": "path(X, Y) :- edge(X, Y). path(X, Z) :- edge(X, Y), path(Y, Z).",
    "left": "path(X, Y) :- edge(X, Y). path(X, Z) :- path(X, Y), edge(Y, Z).",
    "both": "path(X, Y) :- edge(X, Y). path(X, Z) :- path(X, Y), path(Y, Z).",
}


@ENGINES
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("question", ["path(5, X)", "path(X, 5)", "path(3, 8)"])
def test_one_island_is_enough(evaluate: Callable, way: str, question: str) -> None:
    """Asked about one of two islands, no path on the other is derived, whichever end is given."""
    whole, facts = asked(f"{TWO_ISLANDS}\n{WAYS[way]}", question)
    narrowed = evaluate(demanded(whole, [QUERY]).plan, facts)
    assert len(held(evaluate(whole, facts).rows("path"))) == 2 * 66
    assert len(held(narrowed.rows("path"))) < 66
    assert all(x < 100 for x, _ in held(narrowed.rows("path")))
    assert held(narrowed.rows(QUERY)) == held(evaluate(whole, facts).rows(QUERY))


def test_left_recursion_is_linear() -> None:
    """From one end a left-recursive path is asked for from there alone: one row for each place it reaches."""
    whole, facts = asked(f"{TWO_ISLANDS}\n{WAYS['left']}", "path(5, X)")
    narrowed = naive(demanded(whole, [QUERY]).plan, facts)
    assert {x for x, _ in held(narrowed.rows("path"))} == {5}
    assert len(held(narrowed.rows("path"))) == 12 - 5


def test_a_demand_of_a_day_holds_always() -> None:
    """What a day's event asks for is asked for on all days: here whether it was so before."""
    text = """
        event hit(x, y). state on(x). hit(a, b, 2016-06-09). on(b, 2016-06-02..2016-06-03).
        lit(X) :- on(X).    alight(X, Y) :- hit(X, Y), once lit(Y).
    """
    whole, facts = asked(text, "alight(a, Y)")
    narrowed = demanded(whole, [QUERY])
    assert narrowed.places == {"alight": (0,), "lit": (0,)}
    assert held(naive(narrowed.plan, facts).rows(QUERY)) == held(naive(whole, facts).rows(QUERY)) != {}


def test_absences_and_counts_are_demanded() -> None:
    """What is asked about by its absence, by a time operator or by a count is derived for that, and no more."""
    text = """
        event hit(x). event calm(x). state on(x).
        hit(a, 2016-06-02). hit(b, 2016-06-03). calm(b, 2016-06-05). on(a, 2016-06-01..). on(b, 2016-06-01..).
        struck(X) :- hit(X).      healed(X) :- calm(X).
        sore(X) :- not healed(X) since struck(X).
        well(X) :- on(X), not sore(X).
        many(X, N) :- N = #count{ Y : struck(X), on(Y) }, on(X).
    """
    whole, facts = asked(text, "well(b)")
    narrowed = demanded(whole, [QUERY])
    assert narrowed.places == {"well": (0,), "sore": (0,), "healed": (0,), "struck": (0,)}
    model = naive(narrowed.plan, facts)
    assert {row for p in narrowed.places for row in model.rows(p)} == {("b",)}
    counted, facts = asked(text, "many(b, N)")
    assert demanded(counted, [QUERY]).places == {"many": (0,), "#count1": (0,), "struck": (0,)}


@pytest.mark.parametrize(
    ("rules", "question", "places"),
    [
        ("p(X, Y) :- e(X, Y).", "p(_, _)", {}),
        ("p(X, Y) :- e(X, Y).", "p(a, _)", {"p": (0,)}),
        ("p(X, Y) :- e(X, Y).", "p(X, X)", {}),
        ("p(a, Y) :- e(a, Y). p(X, X) :- e(X, _).", "p(a, b)", {"p": (0, 1)}),
        ("p(X, Y) :- e(X, Y). q(X) :- p(X, _).", "q(a), p(_, b)", {"q": (0,)}),
        ("p(X, Y) :- e(X, Y). q(X) :- e(X, Z), p(Z, Z).", "q(a)", {"q": (0,), "p": (0, 1)}),
        ("p(X, N) :- N = #count{ Y : e(X, Y) }, e(X, _).", "p(a, 1)", {"p": (0,), "#count1": (0,)}),
        ("p(N) :- e(N, _). p(M) :- e(N, _), M = N + 1, p(M).", "p(3)", {"p": (0,)}),
        ("p(N) :- e(N, _). q(N) :- e(N, _), M = N + 1, p(M).", "q(3)", {"q": (0,)}),
        ("p(X) :- e(X, _). q(X) :- e(X, _), Y = X, p(Y).", "q(a)", {"q": (0,), "p": (0,)}),
    ],
)
def test_bound_arguments(rules: str, question: str, places: dict[str, tuple[int, ...]]) -> None:
    """An argument is demanded where each call has a value for it from a constant or another demand."""
    whole, _ = asked(f"e(a, b).\n{rules}", question)
    assert demanded(whole, [QUERY]).places == places


def test_a_knot_through_a_demand_is_cut() -> None:
    """Where a demand would be drawn from what needs it under `not`, it is not drawn from that."""
    text = """
        e(a, b). e(b, c). bad(b). bad(c).
        lost(X) :- bad(X).
        open(X, Y) :- e(X, Y), not lost(X).
        doomed(X, Y) :- open(X, Y), lost(Y).
    """
    whole, facts = asked(text, "doomed(a, Y)")
    narrowed = demanded(whole, [QUERY])
    assert narrowed.places == {"doomed": (0,), "open": (0,)}
    assert held(naive(narrowed.plan, facts).rows(QUERY)).keys() == {("b",)}


# ---------------------------------------------------------------- the doctrine

QUESTIONS = (
    "who besieges Raqqa?",
    "is Raqqa encircled?",
    "since when does ISIL hold Raqqa city?",
    "which sides of Raqqa city are open?",
    "who holds Tabqa?",
    "is Raqqa not besieged?",
)
ATOMS = (
    "besieges(Who, raqqa_city, Side)",
    "holds(isil, P)",
    "supply(raqqa_city, Means, Status)",
    "pressure(A, P, _), holds(H, P), not same_side(A, H)",
    "N = #count{ S : open_side(raqqa_city, S) }",
)


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    """The bundled rules and facts."""
    return reasoner.load(ROOT / "rules", FACTS, default_rules=False)


@pytest.mark.parametrize("question", QUESTIONS)
def test_english_is_answered_the_same(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    """A question in English has the same answers, citations, verdict and situation when demand is used."""
    plain = kb.ask(question)
    monkeypatch.setattr(goal, "FEW", 0)
    assert kb.plan(question).used
    found = kb.ask(question)
    assert found == plain
    assert found.remarks == plain.remarks


@pytest.mark.parametrize("at", [None, "2016-06-04", "2016-05"])
@pytest.mark.parametrize("atom", ATOMS)
def test_queries_are_answered_the_same(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, atom: str, at: str | None
) -> None:
    """So has an atom or a body, on all days or on some."""
    plain, told = kb.query(atom, at), kb.why(atom, at)
    monkeypatch.setattr(goal, "FEW", 0)
    assert kb.query(atom, at) == plain
    again = kb.why(atom, at)
    assert [one.claims for one in again] == [one.claims for one in told]
    assert not [node for one in again if one.proof for node in walk(one.proof) if "#demand" in node.predicate]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_cases_are_answered_the_same(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a case of the doctrine expects first is so when only that is asked for, on that day alone."""
    monkeypatch.setattr(goal, "FEW", 0)
    line = expected(case)[0]
    day = day_of(line)
    found = [one.truth.certain for one in load(case).query(str(line.atom), show_day(day))]
    assert found == {"not": [], "possibly": [Days()], "": [Days(((day, day + 1),))]}[line.mode]


def test_a_query_of_a_day_tells_of_no_other(kb: KnowledgeBase) -> None:
    """With a day or a month given, the days of the answers lie in it, without it they do not end there."""
    month = (parse_date("2016-05").first, parse_date("2016-05").last + 1)
    (whole,), (part,) = kb.query("holds(isil, raqqa_city)"), kb.query("holds(isil, raqqa_city)", at="2016-05")
    assert part.truth == within(whole.truth, month)
    assert part.truth.possible.intervals[-1] == month
    assert whole.truth.possible.intervals[-1][1] == FUTURE


def test_messages_name_no_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that do not settle are told by the names that were written."""
    monkeypatch.setattr("reasoner.engine.values.ROUNDS", 20)
    whole, facts = asked("e(a). n(X, 0) :- e(X). n(X, M) :- n(X, N), M = N + 1.", "n(a, N)")
    with pytest.raises(Problems) as raised:
        naive(demanded(whole, [QUERY]).plan, facts)
    assert "`n` did not settle" in str(raised.value)
    assert "#" not in str(raised.value)

"""Every engine gives the same answer, and the laws that hold of any answer."""

from __future__ import annotations

from collections.abc import Callable

import clingo
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoner.diagnostic import Problems
from reasoner.engine import ENGINES, engine, memory
from reasoner.engine.columnar import evaluate as columnar
from reasoner.engine.columnar import relation, small
from reasoner.engine.naive import evaluate as naive
from reasoner.engine.pydatalog import evaluate as pydatalog
from reasoner.engine.tables import index, layout, sets
from reasoner.evidence.columns import Columns
from reasoner.evidence.store import Store, either
from reasoner.plan.plan import read
from reasoner.term import Row
from reasoner.when import FUTURE, PAST, Days, Truth, narrowest
from tests.programs import Written, build, programs

Answer = dict[tuple[str, Row], Truth]


def answer(text: str, evaluate: Callable = columnar) -> Answer:
    """What holds when, without the plan's own predicates."""
    model = evaluate(*build(text))
    return {
        (predicate, row): truth
        for predicate, rows in model.relations.items()
        for row, truth in rows.items()
        if "#" not in predicate and truth.possible
    }


def moved(truth: Truth, by: int) -> Truth:
    """The same truth some days later."""

    def days(of: Days) -> Days:
        return Days(tuple((s if s == PAST else s + by, e if e == FUTURE else e + by) for s, e in of))

    return Truth(days(truth.certain), days(truth.possible), tuple((a + by, b + by) for a, b in truth.windows))


def test_engines_by_name() -> None:
    """Each engine in the table can be loaded by its name, and there is a default."""
    assert engine() is columnar
    assert {name: engine(name) for name in ENGINES} == {"columnar": columnar, "naive": naive, "pydatalog": pydatalog}


@given(programs())
def test_columnar_is_naive(program: Written) -> None:
    """The columnar engine gives the definition's certain and possible days and windows for every row."""
    given_, expected = answer(program.text), answer(program.text, naive)
    assert given_.keys() == expected.keys()
    for key, truth in expected.items():
        assert given_[key] == truth, key


# The ways that the engine takes by the size of what it meets, each forced in turn.
WAYS = {
    "membership by search": (index, "DENSE", 0),
    "membership by bitmap": (index, "DENSE", 22),
    "only spans that meet": (sets, "SPANS", 0),
    "no slots for keys": (index, "SLOTS", 0),
    "a few pairs at a time": (index, "CHUNK", 3),
    "rows of many words": (layout, "WORD", 1),
    "arrays for the fewest rows": (small, "FEW", -1),
    "loops for many rows": (small, "FEW", 1_000_000),
    "sizes of columns counted": (relation, "SMALL", 0),
}


@pytest.mark.parametrize("way", WAYS)
@given(programs())
def test_every_way_is_naive(way: str, program: Written) -> None:
    """Whatever way the columnar engine takes, its answer is that of the definition."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*WAYS[way])
        given_ = answer(program.text)
    assert given_ == answer(program.text, naive)


@pytest.mark.parametrize("arguments", [1, 2, 3, 12, 40])
def test_wide_rows(arguments: int) -> None:
    """Rows that are too wide for one word keep their values, also beside a day and in a recursion."""
    names = ", ".join(f"X{n}" for n in range(arguments))
    turned = ", ".join(f"X{n}" for n in reversed(range(arguments)))
    declared = ", ".join(f"x{n}" for n in range(arguments))
    facts = [f"p({', '.join(f'v{(n * k) % 97}' for n in range(arguments))}, 2016-0{k}-01)." for k in range(1, 8)]
    rules = f"q({names}) :- p({names}). q({turned}) :- q({names}). r({names}) :- p({names}), not once[40] p({turned})."
    text = "\n".join((f"event p({declared}).", *facts, rules))
    assert answer(text) == answer(text, naive)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would not fit in memory ends with a message that names the rule."""
    monkeypatch.setattr(memory, "most", lambda: 1)
    monkeypatch.setattr(memory, "OFTEN", 0)
    with pytest.raises(Problems) as raised:
        answer("n(1). n(2). pair(X, Y) :- n(X), n(Y).")
    (problem,) = raised.value.diagnostics
    assert problem.code == "R507"
    assert problem.labels


@given(programs(), st.integers(0, 60))
def test_what_has_too_many_rows_is_left_apart(program: Written, rows: int) -> None:
    """Where only so many rows are wanted, each predicate has all its rows, or none and is named with what needs it."""
    planned, stored = build(program.text)
    whole = columnar(planned, stored)
    with memory.at_most(rows):
        found = columnar(planned, stored)
    for name in {*whole.relations, *found.relations, *planned.rules}:
        expected = {} if name in found.apart else whole.rows(name)
        assert dict(found.rows(name)) == dict(expected), name
    for head, rules in planned.rules.items():
        assert head in found.apart or found.apart.isdisjoint(name for rule in rules for name in read(rule))
    assert not whole.apart


def test_how_much_is_too_much() -> None:
    """Only what derives more rows than are wanted is left apart, beside what needs it."""
    rules = "pair(X, Y) :- n(X), n(Y). swapped(X, Y) :- pair(Y, X). next(X, X + 1) :- n(X)."
    planned, stored = build(f"{' '.join(f'n({n}).' for n in range(10))} {rules}")
    for rows, expected in ((100, set()), (99, {"pair", "swapped"}), (9, {"pair", "swapped", "next"})):
        with memory.at_most(rows):
            assert columnar(planned, stored).apart == expected


@given(programs(widest=1, months=False))
def test_exact_stays_exact(program: Written) -> None:
    """Where no date is uncertain, certain and possible are one, there are no windows, and engines agree."""
    given_ = answer(program.text)
    assert all(truth.certain == truth.possible and not truth.windows for truth in given_.values())
    assert given_ == answer(program.text, naive)


@given(programs())
def test_certain_is_possible(program: Written) -> None:
    """Certain is inside possible, and each window holds a possible day and no certain one."""
    for key, truth in answer(program.text).items():
        assert not truth.certain - truth.possible, key
        for first, last in truth.windows:
            span = Days(((first, last + 1),))
            assert span & truth.possible, key
            assert not span & truth.certain, key


@given(programs(), st.randoms(use_true_random=False))
def test_order_does_not_matter(program: Written, random) -> None:
    """The order of facts, of rules and of literals in a rule changes no answer."""
    facts, rules = list(program.facts), [(head, list(body)) for head, body in program.rules]
    random.shuffle(facts)
    random.shuffle(rules)
    for _, body in rules:
        random.shuffle(body)
    other = Written(tuple(facts), tuple((head, tuple(body)) for head, body in rules))
    assert answer(program.text) == answer(other.text)


@given(programs(months=False), st.integers(-40_000, 40_000))
def test_time_shift(program: Written, by: int) -> None:
    """A program whose days all lie so much later has answers that all lie so much later."""
    shifted = {key: moved(truth, by) for key, truth in answer(program.text).items()}
    assert answer(program.later(by).text) == shifted


# ---------------------------------------------------------------- each operator by itself

OPERATORS = """
    p_and_q(X) :- p(X), q(X).            p_or_q(X) :- p(X).                   p_or_q(X) :- q(X).
    some_p :- p(_).                      some_p_and_q(X) :- p(_), q(X).       three(X, Y) :- p(X), q(Y), p(Y).
    not_p(X) :- q(X), not p(X).          not_some_p(X) :- q(X), not p(_).
    p_during(X) :- p(X) during 0001-01-04..0001-01-09.
    once_p(X) :- once p(X).              once_2_p(X) :- once[2] p(X).         once_1_3_p(X) :- once[1..3] p(X).
    always_2_p(X) :- always[2] p(X).     always_1_3_p(X) :- always[1..3] p(X).
    never_2_p(X) :- q(X), always[2] not p(X).    seldom_p(X) :- q(X), not always[2] p(X).
    begins_p(X) :- begins p(X).          ends_p(X) :- ends p(X).
    not_begins_p(X) :- q(X), not begins p(X).
    p_since_q(X) :- p(X) since q(X).     not_p_since_q(X) :- not p(X) since q(X).
    p_since_some_q(X) :- p(X), q(X) since p(_).    not_some_p_since_q(X) :- not p(_) since q(X).
    lent(X, Y) :- p(X), p(X) since q(Y).    not_lent(X, Y) :- p(X), not p(X) since q(Y).
    grown(X) :- p(X).    grown(X) :- grown(Y), q(X), grown(X).    grown(X) :- grown(Y), q(X), p(Y).
    counted(X, N) :- N = #count{ Y : p(Y), q(Y) }, q(X).    many(X) :- #count{ Y : p(Y) } >= 2, q(X).
"""

ONE_BY_ONE, _ = build(OPERATORS)


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    """A row's certain and possible days among 2 to 15, perhaps since ever or still, and windows."""
    days = draw(st.lists(st.sampled_from((0, 1, 1, 2, 2)), min_size=14, max_size=14))
    spans = [[d, d + 1, sure] for d, sure in enumerate(days, 2)]
    spans[0][0] = draw(st.sampled_from((2, 2, PAST)))
    spans[-1][1] = draw(st.sampled_from((16, 16, FUTURE)))
    certain, possible = (Days.of((s, e) for s, e, sure in spans if sure >= least) for least in (2, 1))
    first = st.integers(2, 13)
    windows = draw(st.lists(st.builds(lambda a, more: (a, a + more), first, st.integers(1, 4)), max_size=3))
    hit = [(a, b) for a, b in windows if b <= 15 and Days(((a, b + 1),)) & possible]
    return Truth(certain, possible, narrowest(hit, certain))


@given(*[st.dictionaries(st.sampled_from((("a",), ("b",), ("c",))), truths(), max_size=2) for _ in range(2)])
def test_each_operator(p: dict[Row, Truth], q: dict[Row, Truth]) -> None:
    """Each operator by itself gives the definition's three sets, for days and windows of any shape."""
    store = Store({"p": p, "q": q}, {})
    given_, expected = columnar(ONE_BY_ONE, store).relations, naive(ONE_BY_ONE, store).relations
    for predicate, rows in expected.items():
        held = {row: truth for row, truth in rows.items() if truth.possible}
        assert dict(given_.get(predicate, {})) == held, predicate


# ---------------------------------------------------------------- clingo, as a second opinion

ATOMS = ("p", "q", "r", "s", "t")


@st.composite
def plain_programs(draw: st.DrawFn) -> str:
    """Timeless programs in ASP-Core-2: recursion, stratified negation, comparisons, counts."""
    constant = st.sampled_from(("a", "b", "c", "1", "2"))
    lines = [f"edge({draw(constant)}, {draw(constant)})." for _ in range(draw(st.integers(2, 8)))]
    lines += [f"node({draw(constant)})." for _ in range(draw(st.integers(1, 4)))]
    lower = ["edge", "edge", "node"]

    def atom(predicate: str, pool: tuple[str, ...]) -> str:
        term = st.sampled_from((*pool, *pool, *pool, draw(constant)))
        return f"{predicate}({', '.join(draw(term) for _ in range(1 if predicate == 'node' else 2))})"

    for head in ATOMS[: draw(st.integers(1, 5))]:
        for _ in range(draw(st.integers(1, 3))):
            more = st.lists(st.sampled_from((*lower, head, head)), max_size=2)
            body = [atom(name, ("X", "Y", "Z")) for name in (draw(st.sampled_from(lower)), *draw(more))]
            bound = tuple(v for v in ("X", "Y", "Z") if any(v in literal for literal in body)) or ("a",)
            if draw(st.booleans()):
                body.append(f"not {atom(draw(st.sampled_from(lower)), (*bound, '_'))}")
            if draw(st.integers(0, 2)) == 0:
                sign = draw(st.sampled_from(("=", "!=", "<", "<=", ">", ">=")))
                other = draw(st.sampled_from((*bound, "b", "2")))
                body.append(f"{draw(st.sampled_from(bound))} {sign} {other}")
            if draw(st.integers(0, 3)) == 0:
                group = draw(st.sampled_from((*bound, "J")))
                body.append(f"#count{{ I : edge(I, {group}) }} {draw(st.sampled_from(('>=', '<', '=')))} 2")
            terms = [draw(st.sampled_from(bound)) for _ in range(2)]
            lines.append(f"{head}({', '.join(terms)}) :- {', '.join(body)}.")
        lower += [head, head]
    return "\n".join(lines)


def solved(text: str) -> set[str]:
    """The atoms of clingo's one model."""
    control = clingo.Control(["0", "--warn=none"])
    control.add("base", [], text)
    control.ground([("base", [])])
    found: list[set[str]] = []
    control.solve(on_model=lambda model: found.append({str(symbol) for symbol in model.symbols(atoms=True)}))
    (only,) = found
    return only


@given(plain_programs())
def test_plain_datalog_is_clingo(text: str) -> None:
    """A program with no declarations means what clingo says it means, text passed through unchanged."""
    ours = {f"{predicate}({','.join(map(str, row))})" for predicate, row in answer(text)}
    assert ours == solved(text)


# ---------------------------------------------------------------- limits and sizes


def test_transitive_closure_of_a_chain() -> None:
    """Linear and non-linear recursion find the same paths in a long chain."""
    edges = "\n".join(f"edge({i}, {i + 1})." for i in range(60))
    linear = answer(f"{edges}\npath(X, Y) :- edge(X, Y).\npath(X, Z) :- path(X, Y), edge(Y, Z).")
    doubled = answer(f"{edges}\npath(X, Y) :- edge(X, Y).\npath(X, Z) :- path(X, Y), path(Y, Z).")
    assert linear == doubled
    assert sum(predicate == "path" for predicate, _ in linear) == 60 * 61 // 2


@pytest.mark.parametrize("body", ["fast(X), slow(X)", "slow(X), fast(X)"])
def test_every_delta_is_heard(body: str) -> None:
    """A rule with two recursive literals hears of what is new in either one, however late it comes."""
    found = answer(f"""
        next(a, b). next(b, c). next(c, d). first(a). last(d).
        slow(X) :- first(X).  slow(Y) :- slow(X), next(X, Y).  slow(X) :- meet(X).
        fast(X) :- last(X).   fast(X) :- meet(X).
        meet(X) :- {body}.
    """)
    assert ("meet", ("d",)) in found


@pytest.mark.parametrize("name", ENGINES)
def test_aggregate_over_lent_groups(name: str) -> None:
    """An aggregate takes a group from the rule around it, and with it all that this group rests on."""
    found = answer(
        """
        fixed part(x, y).  fixed mark(x).  event hit(x).
        part(a, b).  mark(a).  hit(c, 2016-06-04).
        struck(Y, M) :- part(Z, _), mark(Z) since part(X, Y), M = 2 + 1, #count{ Y, M : hit(_) } > 0.
        """,
        engine(name),
    )
    assert [row for predicate, row in found if predicate == "struck"] == [("b", 3)]


def test_wide_rows_and_many_values() -> None:
    """Keys of many columns over many values do not run over: every row is found, and no other."""
    values = [[str((i * 7919 + j * 104729) % 3001) for j in range(9)] for i in range(700)]
    rows = "\n".join(f"wide({', '.join(row)})." for row in values)
    found = answer(f"{rows}\nsame({', '.join('ABCDEFGHI')}) :- wide({', '.join('ABCDEFGHI')}), A != 5000.")
    wide = {row for predicate, row in found if predicate == "wide"}
    assert len(wide) == 700
    assert {row for predicate, row in found if predicate == "same"} == wide


def test_endless_rules_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that go on deriving rows stop with R501, numbers that grow too large with R502."""
    monkeypatch.setattr("reasoner.engine.values.ROUNDS", 50)
    with pytest.raises(Problems, match="R501"):
        answer("n(0).\nn(M) :- n(N), M = N + 1.")
    with pytest.raises(Problems, match="R502"):
        answer("n(3).\nn(M) :- n(N), M = N * N.")


def test_days_far_from_the_facts() -> None:
    """A rule may name days that lie far from those of all facts."""
    text = """
        state on(x).  on(a, 2016-06-01..).  on(b, ..2016-06-01).
        later(X) :- on(X) during 2050-01..2050-02.
        before(X) :- on(X) during 1950.
        both(X) :- once[40] later(X), not later(X).
    """
    assert answer(text) == answer(text, naive)


def test_rounds_of_few_rows_that_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a round of few rows adds nothing to one of two predicates, the next round still searches both."""
    monkeypatch.setattr(index, "DENSE", 0)
    text = """
        fixed near(x, y).  near(c, c).  near(b, c).  near(a, b).  fixed worth(x, n).  worth(c, -1).
        p(X, Y) :- near(Y, X).  p(X, X) :- q(_), q(X).
        q(X) :- worth(X, _).  q(X) :- p(b, X), q(_).  q(Z) :- q(Y), p(Y, Z), not near(Z, Y) since worth(Z, _).
    """
    assert answer(text) == answer(text, naive)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 9), st.integers(1, 5)), max_size=12),
    st.tuples(st.none() | st.sampled_from("abcd"), st.none() | st.integers(0, 4)),
)
def test_facts_as_arrays_are_looked_up_as_rows_are(
    facts: list[tuple[str, int, int, int]], pattern: tuple[str | None, int | None]
) -> None:
    """The rows with some values, and when they hold, are the same whether they stand in arrays or in a dictionary."""
    rows: dict[Row, Truth] = {}
    for name, number, start, length in facts:
        days = Days(((start, start + length),))
        rows[name, number] = either(rows.get((name, number), Truth()), Truth(days, days))
    columns = list(zip(*facts, strict=True)) or [(), (), (), ()]
    start, length = (np.array(column, np.int64) for column in columns[2:])
    arrays = Columns.of(columns[:2], start, start + length)
    plain, asked = Store({"p": rows}, {}), Store({"p": arrays}, {})
    expected = {row: rows[row] for row in plain.matching("p", pattern)}
    assert expected == {
        row: t for row, t in rows.items() if all(p in (None, v) for p, v in zip(pattern, row, strict=True))
    }
    assert arrays.matching(pattern) == expected
    assert set(asked.matching("p", pattern)) == set(expected)
    assert all(arrays[row] == truth for row, truth in expected.items())
    assert len(expected) <= arrays.count(pattern) <= len(facts)

"""A model that follows its facts is the model of these facts: after any change it equals one made anew."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import reasoner
from reasoner.diagnostic import Problems
from reasoner.engine.columnar import evaluate
from reasoner.engine.living import Living
from reasoner.engine.model import Model
from reasoner.evidence.store import Store, store
from reasoner.knowledge_base import KnowledgeBase
from reasoner.plan.plan import plan
from reasoner.term import Row
from reasoner.when import FUTURE, PAST, Truth, parse_date
from tests.programs import Written, build, facts, programs
from tests.test_cases import CASES, load

DAYS, WIDEST = 16, 5
# Rules of predicates that facts give as well.
STATED = (
    ("near(Y, X)", ("near(X, Y)",)),
    ("mark(X)", ("near(X, _)", "worth(X, N)", "N > 1")),
    ("link(X, Y)", ("link(Y, X)", "mark(X)")),
    ("link(X, Z)", ("link(X, Y)", "near(Y, Z)")),
    ("on(X)", ("mark(X)", "not link(X, _)", "once hit(X, _)")),
    ("e(X)", ("begins link(X, _)",)),
)


def told(model: Model) -> dict[tuple[str, Row], Truth]:
    """All that a model says."""
    return {(name, row): truth for name, rows in model.relations.items() for row, truth in rows.items()}


def anew(living: Living) -> None:
    """The law: it says what a model says that is made anew from the same facts."""
    expected = told(evaluate(living.plan, Store(dict(living.store.facts), {})))
    found = told(living.model)
    assert found.keys() == expected.keys()
    for key, truth in expected.items():
        assert found[key] == truth, key


@st.composite
def fact(draw: st.DrawFn) -> str:
    """One fact; now and then about somebody new, or from years before or after."""
    written = draw(st.sampled_from(draw(facts(DAYS, WIDEST, 1, True))))
    if draw(st.integers(0, 2)) == 0:
        written = re.sub(r"\b[abc]\b", f"k{draw(st.integers(1, 40))}", written, count=1)
    if draw(st.integers(0, 9)) == 0:
        written = written.replace("2016-", draw(st.sampled_from(("2013-", "2017-", "2044-"))))
    return written


class Following(RuleBasedStateMachine):
    """Facts come, go and are corrected; the model follows."""

    @initialize(program=programs(DAYS, WIDEST), stated=st.lists(st.sampled_from(STATED), max_size=4, unique=True))
    def load(self, program: Written, stated: list[tuple[str, tuple[str, ...]]]) -> None:
        """Any program."""
        program = replace(program, rules=(*program.rules, *stated))
        self.program = program
        self.living = Living.of(*build(program.text))

    def move(self, gone: tuple[str, ...], more: tuple[str, ...]) -> None:
        """Other facts."""
        kept = tuple(one for one in self.program.facts if one not in gone)
        self.program = replace(self.program, facts=tuple(dict.fromkeys((*kept, *more))))
        plan, store = build(self.program.text)
        assert plan == self.living.plan
        self.living = self.living.update(store)
        anew(self.living)

    @rule(more=st.lists(fact(), min_size=1, max_size=3))
    def append(self, more: list[str]) -> None:
        """Facts are added."""
        self.move((), tuple(more))

    @precondition(lambda self: self.program.facts)
    @rule(draw=st.data())
    def retract(self, draw: st.DataObject) -> None:
        """A fact is taken away."""
        self.move((draw.draw(st.sampled_from(self.program.facts)),), ())

    @precondition(lambda self: self.program.facts)
    @rule(draw=st.data(), instead=fact())
    def correct(self, draw: st.DataObject, instead: str) -> None:
        """A fact takes the place of another one."""
        self.move((draw.draw(st.sampled_from(self.program.facts)),), (instead,))


TestFollowing = Following.TestCase
TestFollowing.settings = settings(max_examples=30, stateful_step_count=5, deadline=None)


# ---------------------------------------------------------------- only the days that may differ

LOOKS_BACK = """
event e(x).  state on(x).  fixed near(x, y).  fixed mark(x).
both(X) :- e(X), on(X).
lately(X) :- once[2..5] both(X).
begun(X) :- begins on(X).
ever(X) :- once e(X).
many(N) :- N = #count{ X : both(X) }.
alone(X) :- mark(X), not near(X, _).
beside(X, Y) :- near(X, Y).   beside(X, Z) :- beside(X, Y), near(Y, Z).
on_beside(X) :- beside(X, Y), on(Y).
on(a, 2016-06-01..).  on(b, 2016-06-01..2016-06-20).  on(c, [2016-06-02..2016-06-09]..).
e(a, 2016-06-05).  e(b, 2016-06-06).  e(a, 2016-06-28).
e(c, [2016-06-10..2016-06-14]).  near(a, b).  mark(a).  mark(z).
"""


def evaluated(more: str, gone: str = "") -> dict[str, tuple[str, str]]:
    """The days of June that are evaluated again, by predicate, from the first to the last one: `ever` is open."""
    before, after = build(LOOKS_BACK), build(LOOKS_BACK.replace(gone, "") + more)
    living = Living.of(*before).update(after[1])
    anew(living)
    return {name: (_told(start), _told(end - 1)) for name, (start, end) in living.evaluated.items()}


def _told(day: int) -> str:
    june = parse_date("2016-06-01").first
    return str(day - june + 1) if 0 <= day - june < 40 else "ever"


def test_nothing_changes() -> None:
    """The same facts ask for nothing, and leave what has been looked at as it is."""
    living = Living.of(*build(LOOKS_BACK))
    same = living.update(build(LOOKS_BACK)[1])
    assert not same.evaluated
    assert all(rows is living.model.relations[name] for name, rows in same.model.relations.items())


def test_last_day_is_appended() -> None:
    """A fact on a last day affects no day before it, and of what looks back a while no day after that."""
    assert evaluated("e(b, 2016-06-30).") == {
        "both": ("30", "30"),
        "ever": ("30", "ever"),
    }
    assert evaluated("e(a, 2016-06-30).") == {
        "both": ("30", "30"),
        "ever": ("30", "ever"),
        "lately": ("32", "35"),
        "#count1": ("30", "30"),
        "many": ("30", "30"),
    }


def test_window_is_taken_whole() -> None:
    """Where a date is uncertain, its whole window is evaluated again."""
    assert evaluated("e(b, 2016-06-12).")["both"] == ("10", "14")
    assert evaluated("on(c, [2016-06-05..2016-06-09]..).", "on(c, [2016-06-02..2016-06-09]..).")["begun"] == ("2", "9")


def test_change_ends() -> None:
    """What is the same again affects nothing else: e happened to b when it was not on."""
    assert evaluated("", "e(a, 2016-06-28).").keys() == {"both", "ever", "lately", "#count1", "many"}
    assert evaluated("e(d, 2016-06-28).").keys() == {"both", "ever"}


@pytest.mark.parametrize(
    "later", ["on(a, 2016-06-01..2016-06-02). on(a, 2016-06-05..2016-06-10).", "on(a, 2016-06-01..2016-06-12)."]
)
def test_day_after_a_change(later: str) -> None:
    """On the day after the days that differ a run may begin or end, or no longer do so."""
    text = "state on(x).  starts(X) :- begins on(X).  stops(X) :- ends on(X)."
    living = Living.of(*build(f"{text} on(a, 2016-06-01..2016-06-10)."))
    anew(living.update(build(f"{text} {later}")[1]))


def test_somebody_new() -> None:
    """A timeless row about somebody new has nothing else evaluated again, unless its absence was read."""
    assert evaluated("mark(new).") == {}
    assert set(evaluated("near(new, b).")) == {"alone"}


def test_old_and_new_cover_a_window() -> None:
    """A window lies within days that neither old rows nor new ones cover alone."""
    text = """
        event u(z).  state on(x).  fixed mark(x).
        g(X) :- mark(X), on(X).    h(Z) :- u(Z), g(_).
        mark(b).  on(b, ..2016-06-04).  on(c, 2016-06-05..).  u(z, [2016-06-01..2016-06-10]).
    """
    living = Living.of(*build(text)).update(build(f"{text} mark(c).")[1])
    anew(living)
    assert living.model.rows("h")["z",].windows


def test_far_away() -> None:
    """A day that the calendar of a model has no room for: it is made anew."""
    before, after = build(LOOKS_BACK), build(LOOKS_BACK + "e(a, 2075-01-01).")
    living = Living.of(*before).update(after[1])
    anew(living)
    assert set(living.evaluated.values()) == {(PAST, FUTURE)}


def test_what_may_have_changed() -> None:
    """Who knows which facts changed may name them, and some that did not; the earlier model stays."""
    before, after = build(LOOKS_BACK), build(LOOKS_BACK + "e(b, 2016-06-30).")
    living = Living.of(*before)
    expected = told(living.model)
    anew(living.update(after[1], [("e", ("b",)), ("on", ("a",)), ("e", ("nobody",))]))
    anew(living)
    assert told(living.model) == expected


# ---------------------------------------------------------------- the doctrine, and a knowledge base


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(CASES), st.randoms(use_true_random=False))
def test_doctrine_follows(case: Path, random) -> None:
    """Claims of the bundled cases come and go; the doctrine's model follows."""
    kb = load(case)
    claims, gone = list(kb.claims), []
    living = Living.of(plan(kb.vocabulary), kb.store)
    for _ in range(3):
        if gone and random.random() < 0.4:
            claims.append(gone.pop())
        elif claims:
            gone.append(claims.pop(random.randrange(len(claims))))
        living = living.update(store(kb.vocabulary, claims))
        anew(living)


def rebuilt(kb: KnowledgeBase) -> None:
    """The law for a knowledge base: its model and its messages are those of one made of the same program."""
    other = KnowledgeBase(kb.program)
    assert told(kb.model()) == told(other.model())
    assert [d.as_json() for d in kb.diagnostics] == [d.as_json() for d in other.diagnostics]


def test_knowledge_base_follows() -> None:
    """Facts are appended, corrected and retracted by what they say or by their source; earlier ones stay."""
    kb = reasoner.load()
    before = told(kb.model())
    more = kb.append("""
        source later publisher "Later" date 2016-06-20 reliability b.
        capture(syrian_army, tabqa_dam)  s1 "took the dam".
        capture(kurdish_led_forces, village_of_nowhere, 2016-06-19)  s2 "and a village".
    """)
    rebuilt(more)
    row = ("syrian_army", "tabqa_dam")
    assert more.model().rows("capture")[row].certain.intervals[-1][0] == parse_date("2016-06-20").first
    other = more.correct("capture(syrian_army, tabqa_dam)", "capture(syrian_army, tabqa_dam, 2016-06-18) from later.")
    rebuilt(other)
    assert other.model().rows("capture")[row].certain.intervals[-1][0] == parse_date("2016-06-18").first
    rebuilt(other.retract("capture(kurdish_led_forces, village_of_nowhere)"))
    gone = other.retract("later")
    rebuilt(gone)
    assert told(gone.model()) == before == told(kb.model())


def test_what_cannot_be_amended() -> None:
    """What is appended is checked, and what is retracted must be there."""
    kb = reasoner.load()
    for change, code in (
        (lambda: kb.append("kapture(isil, raqqa_city, 2016-06-19) from analyst."), "R201"),
        (lambda: kb.append("capture(isil, raqqa_city, 2016-06-19) from nobody."), "R407"),
        (lambda: kb.append("capture(isil"), "R103"),
        (lambda: kb.retract("capture(nobody, raqqa_city)"), "R424"),
        (lambda: kb.correct("capture(nobody, raqqa_city)", ""), "R424"),
    ):
        with pytest.raises(Problems) as raised:
            change()
        assert code in {d.code for d in raised.value.diagnostics}, code


@pytest.mark.parametrize("name", ["naive", "columnar"])
def test_any_engine_follows(name: str) -> None:
    """Other engines make the model anew."""
    kb = reasoner.load(facts=CASES[0] / "facts.dl", engine=name)
    kb.model()
    source = next(iter(kb.claims)).evidence.source
    assert told(kb.retract(source).model()) == told(KnowledgeBase(kb.retract(source).program).model())

"""Whether and how well a place is supplied follows from one reach for all places; corridors climb for each place."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reasoner.engine.columnar import evaluate
from reasoner.evidence.claim import claims
from reasoner.evidence.store import store
from reasoner.plan.plan import plan
from reasoner.syntax.tree import Program
from reasoner.syntax.vocabulary import Vocabulary
from tests.programs import read

RULES = Path(__file__).parent.parent / "rules"
ACTORS = ("blue", "blue", "blue", "red", "grey")
PLACES = ("p1", "p2", "p3", "p4", "p5")
MODES = ("road", "road", "road", "road", "ferry", "air")
STATUSES = ("threatened", "restricted", "under_fire", "contested", "closed", "unknown")
# What must never hold where no date is uncertain. A base needs no way, and every way leads to a holder's place.
BROKEN = """
broken(unsupplied, P) :- way(A, P, _, L), not gets_at(A, P, L, any).
broken(no_way, P) :- gets_at(A, P, L, any), rank(_, L), not way(A, P, _, L), not supply_base(A, P).
broken(no_way_at_all, P) :- gets(A, P, any), not way(A, P, _, _), not supply_base(A, P).
broken(ranked, P) :- gets_at(A, P, _, K), means(K), not gets(A, P, K).
broken(unranked, P) :- gets(A, P, K), means(K), not gets_at(A, P, 1, K).
broken(perhaps, P) :- maybe_way(A, P, _), not maybe_gets(A, P, any).
broken(no_way_perhaps, P) :- maybe_gets(A, P, any), not maybe_way(A, P, _), not bases(A, P).
broken(by_ground, P) :- ground_past(A, P, Q), usable(_, Q, P, ground), not gets(A, P, ground).
broken(no_ground, P) :- gets(A, P, ground), not by_ground(A, P), not supply_base(A, P).
by_ground(A, P) :- ground_past(A, P, Q), usable(_, Q, P, ground).
"""
DOCTRINE = read("\n".join((*(path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.dl"))), BROKEN)))


@st.composite
def wars(draw: st.DrawFn) -> str:
    """Facts of a small war with exact dates: some holders unknown, some places contested, some legs bad."""
    actor, place = st.sampled_from(ACTORS), st.sampled_from(PLACES)
    day = st.sampled_from(("2016-01-01", "2016-01-01", "2016-01-02", "2016-01-03"))
    facts = ["hostile(red, blue)", f"base(blue, {draw(place)})", f"base({draw(actor)}, {draw(place)})"]
    facts += draw(st.lists(st.sampled_from(("allied(blue, grey)", "member_of(red, axis)", "member_of(grey, axis)"))))
    for held in PLACES:
        for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2)))):
            facts.append(f"control({draw(actor)}, {held}, {draw(day)})")
    pairs = st.lists(st.sampled_from(list(combinations(PLACES, 2))), min_size=5, max_size=9, unique=True)
    for number, (one, other) in enumerate(draw(pairs)):
        facts.append(f"route(r{number}, {one}, {other}, {draw(st.sampled_from(MODES))})")
        if draw(st.booleans()):
            facts.append(f"adjacent({one}, {other}, e)")
        if draw(st.integers(0, 3)) == 3:
            facts.append(f"route_status(r{number}, {draw(st.sampled_from(STATUSES))}, {draw(day)})")
    if draw(st.booleans()):
        facts.append(f"permits({draw(actor)}, {draw(actor)}, {draw(place)})")
    return 'source drawn publisher "Drawn" date 2016-01-03.\n' + "\n".join(f"{one}." for one in dict.fromkeys(facts))


@given(wars())
def test_one_reach_serves_all_places(war: str) -> None:
    """A place is supplied, at a rank or at all, surely or perhaps, when a way leads to it that does not pass it."""
    vocabulary = Vocabulary(Program((*DOCTRINE.files, *read(war).files)))
    facts = store(vocabulary, claims(vocabulary))
    assert not dict(evaluate(plan(vocabulary, ["broken"]), facts).relations.get("broken", {}))

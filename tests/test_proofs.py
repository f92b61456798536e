"""Proofs stand up to a checker that knows no engine and no prover."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reasoner
from reasoner.engine.naive import evaluate as naive
from reasoner.evidence.claim import Claim, claims
from reasoner.evidence.store import Store, either, store
from reasoner.explain import why
from reasoner.explain.checker import Checker
from reasoner.explain.held import NOWHERE, Held, absent, of
from reasoner.explain.proof import Absent, Derived, Proof, Stated, identities, walk
from reasoner.explain.reading import Evaluation
from reasoner.explain.why import Prover
from reasoner.plan.goal import Directed
from reasoner.plan.plan import plan
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row
from reasoner.when import FUTURE, PAST, Day, Days, Interval, Truth, narrowest, parse_date
from tests.programs import Written, programs, read
from tests.seed import FACTS
from tests.test_cases import CASES, load
from tests.test_demand import DAYS, QUERY, asked, questions

ROOT = Path(__file__).parent.parent


def prepared(text: str, store_: Store | None = None) -> tuple[Vocabulary, Store, Prover]:
    """A program's words and facts, and who proves what follows."""
    vocabulary = Vocabulary(read(text))
    facts = store_ or store(vocabulary, claims(vocabulary))
    whole = plan(vocabulary)
    return vocabulary, facts, Prover(whole, facts, naive(whole, facts))


def days_of(truth: Truth) -> Iterator[Day]:
    """A first and a last day of each run, certain or possible."""
    ends = {d for days in truth[:2] for s, e in days for d in (s, e - 1) if d > PAST and e != FUTURE}
    ends |= {s for days in truth[:2] for s, e in days if s != PAST}
    yield from sorted(ends)[:6] or ([0] if truth.possible else [])


def answers(prover: Prover) -> Iterator[tuple[str, Row, Day]]:
    """What may hold on some day, and the days."""
    for predicate, rows in prover.model.relations.items():
        for row, truth in rows.items():
            if "#" not in predicate:
                yield from ((predicate, row, day) for day in days_of(truth))


@given(programs())
def test_every_answer_has_a_proof_that_the_checker_accepts(program: Written) -> None:
    """Of every program, with all operators, aggregates, recursion and uncertain dates; found with or without it."""
    vocabulary, facts, alone = prepared(program.text)
    checker = Checker(vocabulary, facts)
    checked = Prover(alone.plan, facts, alone.model, checker)
    for predicate, row, day in answers(alone):
        certain = day in alone.model.truth(predicate, row).certain
        for prover in (alone, checked):
            proof: Proof | None = prover.prove(predicate, row, day)
            assert proof is not None, (predicate, row, day, certain)
            assert proof.certain == certain
            assert not checker.complaints(proof), (predicate, row, day, certain)


@given(programs())
def test_the_checker_evaluates_as_the_definition_does(program: Written) -> None:
    """What it finds out by itself, whole predicates or single rows, is what the naive engine says."""
    vocabulary, facts, prover = prepared(program.text)
    whole, single = Evaluation(vocabulary, facts), Evaluation(vocabulary, facts)
    for predicate, rows in prover.model.relations.items():
        if "#" in predicate:
            continue
        expected = {row: truth for row, truth in rows.items() if truth.possible}
        found = whole.rows(predicate, (None,) * (vocabulary.arity(predicate) or 0))
        assert {row: truth_of(held) for row, held in found.items() if held.possible} == expected
        for row, truth in expected.items():
            assert truth_of(single.rows(predicate, row)[row]) == truth


@given(programs(), st.integers(0, 3))
def test_asked_of_some_days_the_checker_says_the_same_of_them(program: Written, more: int) -> None:
    """What it leaves aside, because it is asked of few days, changes nothing on these."""
    vocabulary, facts, prover = prepared(program.text)
    evaluation = Evaluation(vocabulary, facts)
    for predicate, row, day in list(answers(prover))[:12]:
        span = Days(((day, day + more + 1),))
        with evaluation.on(day, day + more):
            found = evaluation.rows(predicate, (None,) * len(row)).get(row, NOWHERE)
            lacking = evaluation.lacking(predicate, row)
        held = of(prover.model.truth(predicate, row))
        assert (found.certain & span, found.perhaps & span) == (held.certain & span, held.perhaps & span)
        inside = [[w for w in truth_of(one).windows if within(w, span)] for one in (found, held)]
        assert inside[0] == inside[1]
        assert lacking.certain == absent(held).certain & span
        for first in range(day, day + more + 1):
            for last in range(first, day + more + 1):
                assert one_of(lacking, first, last) == one_of(absent(held), first, last)


def within(window: Interval, span: Days) -> bool:
    """Whether some days hold a window."""
    return not Days(((window[0], window[1] + 1),)) - span


def one_of(held: Held, first: Day, last: Day) -> bool:
    """Whether it may hold on all of some days at once."""
    return any(start <= first and last < end for start, end in held.possible)


@given(question=questions(), days=DAYS)
def test_a_proof_from_a_narrowed_model_stands_on_the_whole(
    question: tuple[Written, str], days: Interval | None
) -> None:
    """Narrowed to a question and its days, a model still gives proofs that all facts and rules bear out."""
    whole, facts = asked(question[0].text, question[1])
    asked_for = Directed(whole, (QUERY,), 0, days).narrowed
    narrowed = naive(asked_for.plan, facts)
    extra = [one.rule for stratum in whole.strata for one in stratum.rules if one.head.predicate == QUERY]
    checker = Checker(Vocabulary(read(f"{question[0].text}\n?- {question[1]}.")), facts, extra)
    prover = Prover(whole, facts, narrowed, checker, places=asked_for.places)
    for row, truth in narrowed.rows(QUERY).items():
        for day in days_of(truth):
            if days is None or days[0] <= day < days[1]:
                assert prover.prove(QUERY, row, day) is not None


def truth_of(held: Held) -> Truth:
    """As engines write it."""
    return Truth(held.certain, held.perhaps, narrowest(held.windows, held.certain))


# ---------------------------------------------------------------- what a proof rests on


def taken(facts: Store, claim: Claim) -> Store:
    """The facts without one claim."""
    rest: dict[tuple[str, Row], tuple[Claim, ...]] = {}
    for key, several in facts.claims.items():
        if kept := tuple(one for one in several if one != claim):
            rest[key] = kept
    claimed: dict[str, dict[Row, Truth]] = {predicate: {} for predicate in facts.facts}
    for predicate, rows in facts.facts.items():
        for row, truth in rows.items():
            if (predicate, row) not in facts.claims:
                claimed[predicate][row] = truth
            elif (predicate, row) in rest:
                whole = Truth()
                for one in rest[predicate, row]:
                    whole = either(whole, one.truth)
                claimed[predicate][row] = whole
    return Store(claimed, rest)


@given(programs(most_rules=2))
def test_without_a_leaf_no_proof_stands(program: Written) -> None:
    """Without a claim a proof that cites it is refused; the answer falls with it, or has another, checked proof."""
    vocabulary, facts, alone = prepared(program.text)
    prover = Prover(alone.plan, facts, alone.model, Checker(vocabulary, facts))
    for predicate, row, day in list(answers(alone))[:12]:
        proof = prover.prove(predicate, row, day)
        assert proof is not None
        for claim in {node.claim for node in walk(proof) if isinstance(node, Stated)}:
            fewer = taken(facts, claim)
            checker = Checker(vocabulary, fewer)
            assert checker.complaints(proof)
            model = naive(alone.plan, fewer)
            truth = model.truth(predicate, row)
            other = Prover(alone.plan, fewer, model, checker).prove(predicate, row, day)
            assert (other is not None) == (day in truth.possible)
            if other is not None:
                assert claim not in {node.claim for node in walk(other) if isinstance(node, Stated)}
                assert other.certain == (day in truth.certain)


@given(programs())
def test_no_proof_is_cyclic(program: Written) -> None:
    """No row is proved for a day by way of itself on that day, and every branch ends in a claim, a definition, an
    absence, or a rule that asks nothing."""
    _, _, prover = prepared(program.text)
    for predicate, row, day in answers(prover):
        proof = prover.prove(predicate, row, day)
        assert proof is not None
        below: dict[Proof, frozenset[tuple]] = {}
        for node in identities(proof):  # each after what it rests on
            lower = frozenset().union(*(below[premise] for premise in node.premises))
            me = (node.predicate, node.row, node.day, node.certain, getattr(node, "window", None))
            if isinstance(node, Derived):
                assert me not in lower
            below[node] = lower | ({me} if isinstance(node, Derived) else frozenset())


@given(programs(), st.randoms(use_true_random=False))
def test_a_proof_that_was_changed_is_refused(program: Written, random: Random) -> None:
    """Another day on which it is not so, another row, rule or binding, one premise less: each is found out."""
    vocabulary, facts, prover = prepared(program.text)
    checker = Checker(vocabulary, facts)
    for predicate, row, day in list(answers(prover))[:8]:
        proof = prover.prove(predicate, row, day)
        assert proof is not None
        for changed in mutations(proof, prover, vocabulary, random):
            assert checker.complaints(changed), changed


def mutations(proof: Proof, prover: Prover, vocabulary: Vocabulary, random: Random) -> Iterator[Proof]:
    """A proof with its last step changed so that it is wrong."""
    truth = prover.model.truth(proof.predicate, proof.row)
    yield from (replace(proof, day=s - 1) for s, _ in truth.possible if s != PAST and s - 1 not in truth.possible)
    yield from (replace(proof, day=e) for _, e in truth.possible if e != FUTURE and e not in truth.possible)
    if not proof.certain:
        yield replace(proof, certain=True)
    if proof.row:
        yield replace(proof, row=(*proof.row[:-1], "elsewhere"))
    if isinstance(proof, Derived):
        for name, _ in proof.binding:
            if "#" not in name:
                yield replace(proof, binding=tuple((n, "elsewhere" if n == name else v) for n, v in proof.binding))
        others = [rule for rule in vocabulary.program.of(Rule) if rule.head.predicate != proof.predicate]
        if others:
            yield replace(proof, rule=random.choice(others))
        yield replace(proof, rule=replace(proof.rule, body=()))
        for place in range(len(proof.premises)):
            rest = proof.premises[:place] + proof.premises[place + 1 :]
            yield replace(proof, premises=rest)


# ---------------------------------------------------------------- what explains an absence


@given(programs())
def test_what_explains_an_absence_holds_and_weighs_nothing(program: Written) -> None:
    """It is certain and stands under what is surely absent; without it the proof is the one that was found."""
    vocabulary, facts, prover = prepared(program.text)
    checker = Checker(vocabulary, facts)
    for predicate, row, day in answers(prover):
        proof = prover.prove(predicate, row, day)
        assert proof is not None
        assert not checker.complaints(proof)
        found = prover._settled[prover._goal(predicate, row, day)][1]
        assert [said(node) for node in walk(proof, absences=False)] == [said(node) for node in walk(found)]
        for node in walk(proof):
            if isinstance(node, Absent) and node.premises:
                assert node.certain
                truths = [prover.model.truth(one.predicate, one.row) for one in node.premises]
                assert all(one.day in truth.certain for one, truth in zip(node.premises, truths, strict=True))


def said(node: Proof) -> tuple[object, ...]:
    """What a node says, but for what is below it."""
    return type(node), node.predicate, node.row, node.day, node.certain, getattr(node, "first", None)


BARRED = """\
state p(x). state q(x). state r(x). state s(x).
p(a). p(b). q(a, 2016-06-02..2016-06-09). q(b, 2016-06-02..2016-06-09). s(a).
open(X) :- p(X), not q(X), r(X).
shut(X) :- p(X), not way(X).
way(X) :- open(X).
way(X) :- p(X), not once[3] s(X), r(X).
"""


def test_what_does_not_stand_in_the_way_is_refused() -> None:
    """Of an absence only that explains which some rule to it must not find, with these values, on that day."""
    vocabulary, facts, prover = prepared(BARRED)
    checker, day = Checker(vocabulary, facts), parse_date("2016-06-05").first
    proof = prover.prove("shut", ("a",), day)
    assert proof is not None
    (absence,) = [node for node in walk(proof) if isinstance(node, Absent)]
    assert [(one.predicate, one.row) for one in absence.premises] == [("s", ("a",)), ("q", ("a",))]
    for other in (("q", ("b",), day), ("p", ("a",), day), ("shut", ("a",), day), ("q", ("a",), day - 1)):
        stranger = prover.prove(*other)
        assert stranger is not None
        assert checker.complaints(replace(absence, premises=(stranger,))), other


# ---------------------------------------------------------------- several proofs, and every bundled case


@given(programs(most_rules=2))
def test_the_best_proofs_come_first_and_rest_on_different_claims(program: Written) -> None:
    """The first is the best one, each is checked, no two rest on the same claims; asked for fewer, the same come."""
    vocabulary, facts, alone = prepared(program.text)
    prover = Prover(alone.plan, facts, alone.model, Checker(vocabulary, facts))
    for predicate, row, day in list(answers(alone))[:6]:
        found = prover.several(predicate, row, day, 4)
        best = prover.prove(predicate, row, day)
        assert best is not None
        assert leaves(found[0]) == leaves(best)
        assert len({leaves(proof) for proof in found}) == len(found)
        assert all((p.predicate, p.row, p.day, p.certain) == (predicate, row, day, best.certain) for p in found)
        assert [leaves(p) for p in prover.several(predicate, row, day, 2)] == [leaves(p) for p in found[:2]]


@given(programs())
def test_a_search_that_goes_only_so_far_finds_what_a_whole_one_finds(program: Written) -> None:
    """Looking at short proofs first costs nothing in quality: as few unsure steps, assumptions and steps."""
    _, facts, alone = prepared(program.text)
    for predicate, row, day in list(answers(alone))[:12]:
        costs = []
        for short in (1, 10**6):
            prover = Prover(alone.plan, facts, alone.model)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(why, "SHORT", short)
                prover.prove(predicate, row, day)
            costs.append(prover._settled[prover._goal(predicate, row, day)][0])
        assert costs[0] == costs[1]


def test_a_shorter_proof_that_is_deeper_is_found() -> None:
    """A chain of ten steps is preferred to a tree of thirteen, all of which is nearer to the answer."""
    tree = [f"{one} :- {', '.join(f'{one}{n}' for n in (1, 2, 3))}." for one in ("p", "p1", "p2", "p3")]
    leaves_ = [f"p{n}{m}." for n in (1, 2, 3) for m in (1, 2, 3)]
    chain = ["p :- c1.", *(f"c{n} :- c{n + 1}." for n in range(1, 9)), "c9."]
    _, _, prover = prepared("\n".join((*tree, *leaves_, *chain)))
    proof = prover.prove("p", (), 0)
    assert proof is not None
    assert len(list(walk(proof))) == 10


def leaves(proof: Proof) -> frozenset[Claim]:
    """The claims that a proof rests on."""
    return frozenset(node.claim for node in walk(proof, absences=False) if isinstance(node, Stated))


def test_every_way_is_found_shortest_first() -> None:
    """Of three ways to a town the direct one comes first, then the one over one place, then that over two."""
    vocabulary, facts, prover = prepared(
        "road(a, d). road(a, b). road(b, d). road(a, c). road(c, e). road(e, d).\n"
        "way(X, Y) :- road(X, Y).\nway(X, Z) :- way(X, Y), road(Y, Z).\n"
    )
    found = prover.several("way", ("a", "d"), 0, 9)
    assert [len(leaves(proof)) for proof in found] == [1, 2, 3]
    assert not any(Checker(vocabulary, facts).complaints(proof) for proof in found)


@pytest.mark.parametrize("case", [None, *CASES], ids=lambda case: case.name if case else "bundled")
def test_every_answer_of_every_bundled_case_has_a_checked_proof(case: Path | None) -> None:
    """All that the doctrine derives, from the bundled facts and from each case, on the last day of its last run."""
    kb = load(case) if case else reasoner.load(ROOT / "rules", FACTS, default_rules=False)
    model, last = kb.model(), kb.store.last_evidence() or 0
    prover = Prover(plan(kb.vocabulary), kb.store, model, Checker(kb.vocabulary, kb.store))
    for predicate in kb.vocabulary.derived:
        for row, truth in model.rows(predicate).items():
            days = (truth.certain or truth.possible).intervals
            if days:
                start, end = days[-1]
                day = end - 1 if end != FUTURE else max(start, last)
                assert prover.prove(predicate, row, day) is not None, (predicate, row)


def test_the_checker_knows_no_engine_and_no_prover() -> None:
    """Nothing that it imports from beside itself or from below evaluates, plans or proves."""
    seen: set[str] = set()
    waiting = ["reasoner.explain.checker"]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            path = ROOT / module.replace(".", "/")
            text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
            waiting += re.findall(r"^from (reasoner[\w.]*) import", text, re.MULTILINE)
    assert "reasoner.explain.reading" in seen
    assert not [module for module in seen if re.match(r"reasoner\.(engine|plan|explain\.(why|ways))", module)]

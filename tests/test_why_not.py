"""Why not: how far the rules got, unknown told apart from false, and changes that do what they promise."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import reasoner
from reasoner.diagnostic import Problems
from reasoner.doors.cli import cli
from reasoner.explain.why_not import Failure, WhyNot
from reasoner.knowledge_base import KnowledgeBase
from reasoner.render.why_not import WhyNotRenderer, as_json
from reasoner.when import parse_date, show_day
from tests.programs import Written, day, programs, read
from tests.seed import FACTS, NAMED
from tests.test_cases import CASES, ROOT, day_of, expected

SEED = [ROOT / "rules"], FACTS


def told(base: KnowledgeBase, found: WhyNot) -> str:
    """The answer as a terminal shows it."""
    return WhyNotRenderer(base.renderer).text(found)


def failures(failure: Failure) -> Iterator[Failure]:
    """A failure and all that it comes from."""
    yield failure
    for attempt in failure.attempts:
        for one in (*attempt.failures, *attempt.besides):
            yield from failures(one)


def holds(base: KnowledgeBase, found: WhyNot, on: int) -> bool:
    """Whether what was asked about is certain on a day."""
    rows = base.model([found.predicate]).rows(found.predicate)
    return any(
        on in truth.certain and all(value in (None, mine) for value, mine in zip(found.row, row, strict=True))
        for row, truth in rows.items()
    )


# ---------------------------------------------------------------- the article


def test_why_raqqa_is_not_encircled() -> None:
    """The open side is named; the changes that would close the ring are events, and they do close it."""
    base = reasoner.load(*SEED)
    found = base.why_not("why is Raqqa not encircled?")
    text = told(base, found)
    opening = "the south of Raqqa city is open towards Deir ez-Zor province."
    assert text.startswith(f"Raqqa city is not encircled, on 2016-06-04: {opening}")
    assert "Syrian army captures Deir ez-Zor province, 2016-06-05" in text
    assert found.remedies
    for remedy in found.remedies:
        assert all(change.predicate == "capture" for change in remedy.changes)
        assert holds(reasoner.load(*SEED, suppose=remedy.suppositions), found, remedy.day)


def test_what_nobody_says_is_not_known() -> None:
    """Of an alliance that no source speaks of, neither yes nor no is told; what is denied is false."""
    base = reasoner.load(*SEED)
    allied = base.why_not("allied(syrian_army, kurdish_led_forces)")
    assert allied.failure
    assert allied.failure.unknown
    assert told(base, allied).startswith("It is not known whether Syrian army is allied with Kurdish-led forces")
    absent = base.why_not("present(syrian_army, raqqa_province)", "2015-01-01")
    assert absent.failure
    assert absent.failure.reason == "denied"
    assert "Syrian army is absent from Raqqa province, 2014-08 to 2016-06-03" in told(base, absent)


def test_what_holds_is_told_to_hold() -> None:
    """Asked why not about what is so, the answer says so and points to `why`."""
    base = reasoner.load(*SEED)
    found = base.why_not("besieged(raqqa_city)")
    assert found.holds
    assert not found.remedies
    assert "reasoner why" in told(base, found)
    assert as_json(found)["verdict"] == "yes"


def test_dates_that_do_not_tell_are_told_better() -> None:
    """A capture on some day of a month: who held the place on the 15th is unknown, and a better date would do."""
    base = reasoner.load([ROOT / "rules"], ROOT / "tests/cases/month_of_change/facts.dl")
    found = base.why_not("holds(sdf, city)", "2017-10-15")
    assert found.failure
    assert found.failure.reason == "uncertain"
    assert found.failure.unknown
    assert any(change.kind == "redate" for remedy in found.remedies for change in remedy.changes)


@pytest.mark.parametrize("asked", ["enemies(A, B), holds(A, P)", "not encircled(raqqa_city)  , kind(P, city)"])
def test_more_than_one_atom_is_refused(asked: str) -> None:
    """What is no atom is answered with a message that says what to write."""
    with pytest.raises(Problems) as problems:
        reasoner.load(*SEED).why_not(asked)
    assert [d.code for d in problems.value.diagnostics] == ["R425"]
    assert problems.value.diagnostics[0].help


def test_the_command() -> None:
    """0 where it is explained, 1 where it holds after all; JSON has the rules, what fails, and the changes."""
    options = ["--rules", str(ROOT / "rules"), "--no-default-rules", *NAMED]
    done = CliRunner().invoke(cli, ["why-not", "encircled(raqqa_city)", *options, "--json"])
    assert done.exit_code == 0
    data = json.loads(done.stdout)
    assert (data["verdict"], data["day"]) == ("no", "2016-06-04")
    stopped = data["why_not"]["rules"][0]
    assert stopped["met"] < stopped["premises"]
    assert stopped["fails"][0]["known"] == "false"
    assert data["changes"][0]["suppose"][0] == "capture(syrian_army, deir_ez_zor_province, 2016-06-05)"
    assert CliRunner().invoke(cli, ["why-not", "besieged(raqqa_city)", *options]).exit_code == 1


# ---------------------------------------------------------------- the cases


def denied(case: Path) -> list[tuple[str, str]]:
    """What a case expects not to be so, with its day."""
    lines = [line for line in expected(case) if line.mode in ("not", "possibly")]
    return [(show_day(day_of(line)), str(line.atom)) for line in lines]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_changes_of_cases_do_what_they_promise(case: Path) -> None:
    """Each change that is shown makes the atom hold, when it is supposed on its own; unknown is never told as false."""
    files = [ROOT / "rules", *case.glob("rules.dl")], case / "facts.dl"
    base = reasoner.load(*files)
    first = base.store.dated()
    for on, atom in [one for one in denied(case) if first is None or one[0] >= show_day(first[0])][:1]:
        found = base.why_not(atom, on)
        assert not found.holds, atom
        for remedy in found.remedies[:1]:
            assert holds(base.suppose(*remedy.suppositions), found, remedy.day), remedy
        assert found.failure
        check_knowledge(base, found.failure)


def test_the_one_gap_in_the_ring() -> None:
    """Where one place keeps the ring open, its capture is the smallest change, before anything on the map."""
    base = reasoner.load([ROOT / "rules"], ROOT / "tests/cases/ring/facts.dl")
    best = base.why_not("encircled(town)", "2020-02-02").remedies[0]
    assert [str(change) for change in best.changes] == ["capture(red, south_hill, 2020-02-02)"]


def test_a_second_side() -> None:
    """A siege needs two sides: what is counted is made more, here from the side that is not pressed yet."""
    base = reasoner.load([ROOT / "rules"], ROOT / "tests/cases/one_side/facts.dl")
    best = base.why_not("besieged(town)", "2020-01-01").remedies[0]
    assert [str(change) for change in best.changes] == ["advance_from(red, town, s, 2020-01-01)"]


# ---------------------------------------------------------------- any program


def check_knowledge(base: KnowledgeBase, failure: Failure) -> None:
    """What is told as false has evidence against it, and cannot be so on that day."""
    model = base.model()
    for one in failures(failure):
        if one.unknown or not one.predicate:
            continue
        if one.reason == "stands":
            row = tuple(value for value in one.row if value is not None)
            truth = model.truth(one.predicate, row)
            # In every world it stands on that day, or on some day of a window that the day lies in.
            assert one.day in truth.certain or any(first <= one.day <= last for first, last in truth.windows)
            continue
        rows = [r for r in model.rows(one.predicate) if all(v in (None, w) for v, w in zip(one.row, r, strict=True))]
        assert not any(one.day in model.truth(one.predicate, row).possible for row in rows)
        closed = base.vocabulary.plain or one.predicate in base.vocabulary.type_predicates
        assert closed or one.claims or one.attempts or one.predicate in base.vocabulary.derived


def supposed(program: Written, suppositions: tuple[str, ...]) -> KnowledgeBase:
    """A drawn program with suppositions, read from a file as a user would."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.dl"
        path.write_text(program.text, encoding="utf-8")
        return reasoner.load(path, default_rules=False, suppose=suppositions)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(most_facts=5, most_rules=2, aggregates=False), st.integers(2, 15), st.data())
def test_changes_do_what_they_promise(program: Written, number: int, data: st.DataObject) -> None:
    """In any program: what holds is told to hold, each change makes the atom hold, unknown is never told as false."""
    try:
        base = KnowledgeBase(read(program.text))
    except Problems:  # drawn with a predicate that nothing gives
        assume(False)
        return
    heads = sorted(base.vocabulary.derived)
    assume(heads)
    predicate = data.draw(st.sampled_from(heads))
    values = [data.draw(st.sampled_from("abc")) for _ in range(base.vocabulary.arity(predicate) or 0)]
    atom = f"{predicate}({', '.join(values)})" if values else predicate
    try:
        found = base.why_not(atom, day(number))
    except Problems:  # the atom does not fit the program
        return
    on = parse_date(day(number)).first
    assert found.holds == holds(base, found, on)
    if found.failure:
        check_knowledge(base, found.failure)
    for remedy in found.remedies:
        assert holds(supposed(program, remedy.suppositions), found, remedy.day), (atom, show_day(on), remedy)


def test_plain_datalog_is_closed(tmp_path: Path) -> None:
    """Without declarations what is not stated is false, and an edge that lacks is found."""
    (tmp_path / "p.dl").write_text(
        "edge(a, b). edge(c, d). path(X, Y) :- edge(X, Y). path(X, Z) :- path(X, Y), edge(Y, Z).\n", encoding="utf-8"
    )
    base = reasoner.load(tmp_path / "p.dl", default_rules=False)
    found = base.why_not("path(a, d)")
    assert found.failure
    assert not any(one.unknown for one in failures(found.failure))
    suppositions = {one for remedy in found.remedies for one in remedy.suppositions}
    assert {"edge(a, d)", "edge(b, d)"} <= suppositions

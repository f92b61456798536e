"""Comparing: only what begins, ends or changes, the same seen from either side."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, settings

import reasoner
from reasoner.diagnostic import Problems
from reasoner.doors.cli import cli
from reasoner.explain.compare import FIRST, Comparison, Side, compare
from reasoner.knowledge_base import KnowledgeBase
from reasoner.term import Atom
from reasoner.when import parse_date
from tests.programs import Written, day, programs, read
from tests.seed import FACTS, NAMED
from tests.test_cases import ROOT

SEED = [ROOT / "rules"], FACTS
FALL = "capture(syrian_army, deir_ez_zor_province, 2016-06-20)"


def atoms(found: Comparison, kind: str) -> set[tuple[object, ...]]:
    """The rows of one kind, each with its predicate."""
    return {(d.predicate, *(d.after or d.before or ())) for d in found.differences if d.kind == kind}


def test_what_a_capture_changes() -> None:
    """The fall of the province to the south opens a front there and closes the last open side."""
    found = reasoner.load(*SEED).compare(reasoner.load(*SEED, suppose=FALL))
    assert ("besieges", "syrian_army", "raqqa_city", "s") in atoms(found, "begins")
    assert ("open_side", "raqqa_city", "s") in atoms(found, "ends")
    assert ("holds", "isil", "deir_ez_zor_province") in atoms(found, "ends")
    assert ("corridor_on", "raqqa_city", "s", "closed") in atoms(found, "changes")
    assert ("holds", "isil", "raqqa_city") not in {(d.predicate, *(d.before or ())) for d in found.differences}


def test_sieges_stand_first() -> None:
    """What a reader looks for first is told first."""
    found = reasoner.load(*SEED).compare(reasoner.load(*SEED, without="sohr"))
    predicates = [d.predicate for d in found.differences]
    first = [FIRST.index(predicate) for predicate in predicates if predicate in FIRST]
    assert first == sorted(first)
    assert all(predicate in FIRST for predicate in predicates[: len(first)])


def test_what_changed_between_two_days() -> None:
    """Between two days of one history, by a question, an atom or a predicate."""
    base = reasoner.load(*SEED)
    found = base.compare(
        base, "besieges", "is Raqqa encircled?", "holds(isil, raqqa_city)", at="2014-08", against="2016-06-04"
    )
    assert atoms(found, "begins") == {
        ("besieges", "syrian_army", "raqqa_city", "w"),
        ("besieges", "kurdish_led_forces", "raqqa_city", "n"),
    }
    assert not atoms(found, "ends") | atoms(found, "changes")


def test_what_was_said_later() -> None:
    """What became known between two dates of saying."""
    early = reasoner.load(*SEED, known_by="2016-06-03")
    assert ("besieged", "raqqa_city") in atoms(early.compare(reasoner.load(*SEED)), "begins")


def test_an_unknown_predicate_is_refused() -> None:
    """A word that is no predicate gets a message that names the nearest one."""
    base = reasoner.load(*SEED)
    with pytest.raises(Problems) as problems:
        base.compare(base, "beseiges")
    (found,) = problems.value.diagnostics
    assert found.code == "R201"
    assert found.help == "did you mean `besieges`?"


def test_the_command() -> None:
    """Plain words, proofs with --why, JSON with --json; exit code 1 where nothing differs, 2 without a side."""
    run = CliRunner()
    arguments = ["compare", "besieges", "open_side", "--rules", str(ROOT / "rules"), "--no-default-rules"]
    arguments += [*NAMED]
    done = run.invoke(cli, [*arguments, "--suppose", FALL])
    assert done.exit_code == 0
    assert "begins, 2016-06-20:\n  Syrian army besieges Raqqa city from the south (since 2016-06-20)" in done.stdout
    assert "ends, 2016-06-20:\n  the south of Raqqa city is open (since 2016-06-04)" in done.stdout
    proved = run.invoke(cli, [*arguments, "--suppose", FALL, "--why"]).stdout
    assert "\nafter: Syrian army besieges Raqqa city from the south, on 2016-06-20" in proved
    assert "\nbefore: the south of Raqqa city is open, on 2016-06-20" in proved
    data = json.loads(run.invoke(cli, [*arguments, "--suppose", FALL, "--json"]).stdout)
    assert {d["kind"] for d in data["differences"]} == {"begins", "ends"}
    assert data["days"] == {"before": "2016-06-20", "after": "2016-06-20"}
    nothing = run.invoke(cli, [*arguments, "--from", "2016-06-04", "--to", "2016-06-04"])
    assert (nothing.exit_code, nothing.stdout) == (1, "Nothing begins, ends or changes.\n")
    assert run.invoke(cli, arguments).exit_code == 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(most_facts=6, most_rules=2, aggregates=False), programs(most_facts=6, most_rules=2, aggregates=False))
def test_comparing_is_antisymmetric(one: Written, other: Written) -> None:
    """A thing compared with itself differs in nothing; seen from the other side what began ends."""
    try:
        base = KnowledgeBase(read(one.text))
        changed = KnowledgeBase(read(Written(other.facts, one.rules).text))
    except Problems:
        assume(False)
        return
    on, later = parse_date(day(5)).first, parse_date(day(9)).first
    patterns = [Atom(predicate) for predicate in sorted(base.vocabulary.derived)]
    for before, after in (
        (Side(base.model(), on), Side(changed.model(), on)),
        (Side(base.model(), on), Side(base.model(), later)),
    ):
        assert not compare(base.vocabulary, before, before, patterns)
        forth = compare(base.vocabulary, before, after, patterns)
        back = compare(base.vocabulary, after, before, patterns)
        assert {d.mirrored for d in forth} == set(back)
        for d in forth:
            if d.kind == "begins":
                assert d.after is not None
                assert after.may(d.predicate, d.after)
                assert not before.may(d.predicate, d.after)


def test_supposing_in_python_is_supposing_on_the_command_line() -> None:
    """`kb.suppose` gives what loading with the same suppositions gives, and leaves the first one as it was."""
    said = ("capture(syrian_army, deir_ez_zor_province, 2016-06-20)", "not capital(isil, raqqa_city)")
    base = reasoner.load()
    one, other = base.suppose(said[0]).suppose(said[1]), reasoner.load(suppose=said)
    assert one.model().relations == other.model().relations
    assert base.model().relations == reasoner.load().model().relations != one.model().relations

"""On whose word: repeated voices count once, minimal sets of sources are minimal, and what falls does fall."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import reasoner
from reasoner.doors.cli import cli
from reasoner.engine import engine
from reasoner.evidence.claim import claims
from reasoner.evidence.store import store
from reasoner.explain.sources import backing, origin
from reasoner.plan.plan import plan
from reasoner.syntax.vocabulary import Vocabulary
from tests.programs import read
from tests.seed import FACTS
from tests.test_cases import ROOT

SEED = [ROOT / "rules"], FACTS


def test_the_siege_rests_on_two_voices() -> None:
    """SOHR saw the army enter, Al Jazeera says the rest: without either the siege falls. AFP only repeats SOHR."""
    _, found = reasoner.load(*SEED).sources("besieges(syrian_army, raqqa_city, w)")
    ((row, one),) = found
    assert row == ("syrian_army", "raqqa_city", "w")
    assert one.sets == (frozenset({"aljazeera_2016_06_04", "sohr"}),)
    assert one.needed == one.sets[0]
    assert not one.single
    assert "geonames" in one.background


def test_one_of_two_is_enough() -> None:
    """The city's holder stands on the article or on the analyst's word; the article is the stronger."""
    _, found = reasoner.load(*SEED).sources("who holds Raqqa city?")
    ((_, one),) = found
    assert set(one.sets) == {frozenset({"aljazeera_2016_06_04"}), frozenset({"analyst"})}
    assert not one.needed
    assert one.weakest == "aljazeera_2016_06_04"


def test_what_rests_on_each_alone() -> None:
    """Without SOHR the siege falls, as `--without` says too; the analyst's word is nowhere needed."""
    found = {one.source: one for one in reasoner.load(*SEED).rests_alone()}
    assert set(found) == {"aljazeera_2016_06_04", "sohr", "analyst"}
    fallen = {(d.predicate, *(d.before or ())) for d in found["sohr"].falls}
    assert ("besieged", "raqqa_city") in fallen
    assert ("holds", "isil", "raqqa_city") not in fallen
    assert not found["analyst"].falls
    assert not reasoner.load(*SEED, without="sohr").query("besieged(raqqa_city)")


def test_repeating_is_no_second_voice(tmp_path: Path) -> None:
    """Two papers that quote one agency are one source, and the answer is marked; a paper of its own makes two."""
    text = (
        "state p(x).\nsource agency reliability c.\nsource one via agency date 2020-01-01 reliability a.\np(a).\n"
        "source two via agency date 2020-01-02 reliability a.\np(a).\np(b).\n"
        "source three date 2020-01-03 reliability b.\np(b).\n"
    )
    (tmp_path / "facts.dl").write_text(text, encoding="utf-8")
    base = reasoner.load(facts=tmp_path / "facts.dl", default_rules=False)
    ((_, single), (_, double)) = base.sources("p(X)")[1]
    assert single.sets == (frozenset({"agency"}),)
    assert single.single
    assert single.weakest == "agency"
    assert set(double.sets) == {frozenset({"agency"}), frozenset({"three"})}
    assert double.weakest == "three"


def test_the_command(tmp_path: Path) -> None:
    """`sources` marks what hangs on one source, and shows both sides of a dispute."""
    facts = tmp_path / "facts.dl"
    facts.write_text(
        'source one publisher "One" date 2020-01-05.\ncontrol(red, town).\n'
        'source two publisher "Two" date 2020-01-05 reliability a.\ncontrol(blue, town).\n',
        encoding="utf-8",
    )
    options = ["--rules", str(ROOT / "rules"), "--no-default-rules", "--facts", str(facts)]
    whole = CliRunner().invoke(cli, ["sources", *options])
    assert whole.exit_code == 0
    assert "One (not graded): " in whole.stdout
    assert "  red holds town" in whole.stdout
    assert "disputed: `town` is contested: blue and red are both reported to hold it" in whole.stdout
    assert "  said by one" in whole.stdout
    assert "  said by two" in whole.stdout
    one = CliRunner().invoke(cli, ["sources", "holds(blue, town)", *options])
    assert "blue holds town  (single source)\n  rests on  Two\n" in one.stdout
    assert "weakest   Two, reliability a" in one.stdout
    data = json.loads(CliRunner().invoke(cli, ["sources", "contested(town)", *options, "--json"]).stdout)
    assert data["answers"][0]["sufficient"] == [["one", "two"]]
    assert CliRunner().invoke(cli, ["sources", "encircled(town)", *options]).exit_code == 1


FACTS = st.lists(
    st.tuples(st.sampled_from("pq"), st.sampled_from("ab"), st.sampled_from(["s1", "s2", "s3", "s4"])),
    min_size=2,
    max_size=8,
)


@given(FACTS, st.booleans())
def test_minimal_sets_are_enough_and_minimal(stated: list[tuple[str, str, str]], negated: bool) -> None:
    """Each set of sources suffices by itself; without any one of its members the answer falls."""
    text = "state p(x).\nstate q(x).\nstate r.\nstate t(x).\n"
    text += "source s1 date 2020-01-01.\nsource s2 date 2020-01-01 via s1.\nsource s3 date 2020-01-01.\n"
    text += "source s4 date 2020-01-01.\n"
    text += "".join(f"{predicate}({value}) from {source}.\n" for predicate, value, source in stated)
    text += f"r :- p(X), {'not ' if negated else ''}q(X).\nr :- q(X), t(X).\nt(X) :- p(_), q(X).\n"
    vocabulary = Vocabulary(read(text))
    said = tuple(claims(vocabulary))
    needed = plan(vocabulary, ("r",))

    def holds(some: object) -> bool:
        return bool(engine()(needed, store(vocabulary, some)).truth("r", ()).certain)  # type: ignore[arg-type]

    found = backing(vocabulary, said, holds, {})
    assert (found is not None) == holds(said)
    for enough in found.sets if found else ():
        assert "s2" not in enough  # it repeats s1
        assert holds([one for one in said if origin(one) in enough])
        for dropped in enough:
            assert not holds([one for one in said if origin(one) in enough - {dropped}])

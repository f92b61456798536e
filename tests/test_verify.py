"""Laws of the hunt for contradictions: what it finds is one, is small, and is found again at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

import reasoner
from reasoner import knowledge_base
from reasoner.doors.cli import cli
from reasoner.engine import engine
from reasoner.evidence.claim import claims
from reasoner.evidence.store import store
from reasoner.knowledge_base import KnowledgeBase
from reasoner.plan.plan import plan
from reasoner.strategies import FactBase, fact_bases
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import File, Program
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.text import Text
from reasoner.verify.hunt import Report, hunt
from reasoner.verify.invariants import as_rules, of_facts
from reasoner.verify.worlds import Worlds
from tests.programs import read

RULES = Path(__file__).parent.parent / "rules"
OWN = "besieges(A, P, n) :- holds(A, P)."

# A small doctrine: whoever takes a place holds it, until another takes it.
SMALL = """\
event take(actor: Actor, place: Place).
state ally(actor: Actor, other: Actor).
fixed inside(part: Place, whole: Place).
within(P, W) :- inside(P, W).
within(P, W) :- inside(P, Q), within(Q, W).
holds(A, P) :- not lost(A, P) since take(A, P).
lost(A, P) :- take(B, P), actor(A), A != B.
rivals(A, B) :- holds(A, P), holds(B, P), A != B.
never lost(A, P), holds(A, P), not rivals(A, _)  "what is lost is not held".
never rivals(A, B), ally(A, B)                   "allies are not rivals".
never within(P, P)                               "no place is part of itself".
"""
# With it, what two take on one day is held by nobody, so that nothing makes anybody a rival.
BROKEN = SMALL.replace("rivals(A, B) :- holds(A, P), holds(B, P), A != B.", "rivals(A, A) :- ally(A, _).")


def doctrine(**changed: str) -> Program:
    """The default rules, some files of them changed."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.dl"))} | changed
    return Program(tuple(parse(Text(f"{name}.dl", text), []) for name, text in texts.items()))


def without(file: str, condition: str) -> Program:
    """The default rules without a condition of one of them."""
    written = (RULES / f"{file}.dl").read_text(encoding="utf-8")
    assert condition in written
    return doctrine(**{file: written.replace(condition, "")})


def small(text: str, corpus: Path, seed: int = 1) -> Report:
    """A hunt through a small doctrine."""
    return hunt(Vocabulary(read(text)), seconds=20, examples=600, seed=seed, corpus=corpus)


# ---------------------------------------------------------------- many worlds at once


@settings(max_examples=15, deadline=None)
@given(fact_bases(Vocabulary(read(SMALL))), fact_bases(Vocabulary(read(SMALL))))
def test_worlds_do_not_meet(one: FactBase, other: FactBase) -> None:
    """What follows in a world is what follows from its facts alone."""
    vocabulary = Vocabulary(read(SMALL))
    together = Worlds(vocabulary).evaluate([one, other, one])
    for world, base in enumerate((one, other, one)):
        whole = Vocabulary(Program((*vocabulary.program.files, *read_facts(base))))
        alone = engine()(plan(whole), store(whole, claims(whole)))
        for predicate in ("holds", "lost", "rivals", "within"):
            rows = {row[1:]: truth for row, truth in together.rows(predicate).items() if row[0] == world}
            assert rows == dict(alone.rows(predicate))


def read_facts(base: FactBase) -> Iterator[File]:
    """The file that a fact base is."""
    yield parse(Text("facts.dl", str(base)), [])


# ---------------------------------------------------------------- what is a finding


def test_constraints_on_facts() -> None:
    """An invariant that reads a stated event or state, or the map alone, is a constraint on facts; others are laws."""
    vocabulary = Vocabulary(read(SMALL))
    rules = {rule.text: of_facts(never, vocabulary) for rule, never in zip(
        as_rules(vocabulary.program), vocabulary.program.files[0].statements[-3:], strict=True)}  # fmt: skip
    assert rules == {
        "what is lost is not held": False,
        "allies are not rivals": True,
        "no place is part of itself": True,
    }


def test_a_contradiction_is_found_and_loads(tmp_path: Path) -> None:
    """What is found breaks its invariant when it is loaded, without any complaint about the facts."""
    report = small(BROKEN, tmp_path)
    assert report.finding
    assert report.finding.invariant.text == "what is lost is not held"
    assert len(report.finding.base.facts) <= 2
    found = KnowledgeBase(read(BROKEN)).append(str(report.finding.base)).check()
    broken = [one for one in found if one.code == "R420"]
    assert any("what is lost is not held" in one.message for one in broken)
    assert not [one for one in found if one.code.startswith("R4") and one not in broken]


def test_what_is_not_checked_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariants that would read too many rows are counted and pointed at; all others are checked."""
    circle = " ".join(f"inside(p{n}, p{(n + 1) % 60})." for n in range(60))
    text = f"{BROKEN}\n{circle}\nally(x, y). take(x, p1, 2020). take(y, p1, 2020)."
    whole = KnowledgeBase(read(text)).check()
    assert [one.code for one in whole if "no place is part of itself" in one.message] == ["R420"] * 60
    monkeypatch.setattr(knowledge_base, "ROWS_OF_A_CHECK", 1_000)
    part = KnowledgeBase(read(text)).check()
    (missing,) = [one for one in part if one.code == "R428"]
    assert missing.message.startswith("1 of 3 invariants are not checked")
    assert [label.message for label in missing.labels] == ["no place is part of itself"]
    assert [one for one in part if one != missing] == [one for one in whole if "part of itself" not in one.message]


def test_a_run_says_how_far_it_reached(tmp_path: Path) -> None:
    """The report counts fact bases, tells which rules fired, and which never did."""
    report = small(SMALL + "idle(A) :- holds(A, P), P != P.\nnever idle(A), holds(A, _).", tmp_path)
    assert report.finding is None
    assert report.drawn == 600 > report.discarded > 0
    assert [str(rule.head) for rule in report.silent] == ["idle(A)"]
    assert all(times <= report.drawn - report.discarded for times in report.fired.values())
    assert not report.distant


def test_the_corpus_remembers(tmp_path: Path) -> None:
    """A second run finds at once what the first one found, and nothing once it is mended."""
    first, second = small(BROKEN, tmp_path), small(BROKEN, tmp_path, seed=2)
    assert first.finding
    assert second.finding
    assert (first.finding.remembered, second.finding.remembered) == (False, True)
    assert (second.finding.base, second.drawn) == (first.finding.base, 0)
    assert small(SMALL, tmp_path).finding is None


def test_a_seed_repeats_a_run(tmp_path: Path) -> None:
    """The same seed draws the same fact bases."""
    one, other = small(SMALL, tmp_path / "one", seed=7), small(SMALL, tmp_path / "other", seed=7)
    assert (one.fired, one.close, one.discarded) == (other.fired, other.close, other.discarded)


# ---------------------------------------------------------------- the default doctrine


def test_the_doctrine_holds(tmp_path: Path) -> None:
    """No fact base breaks a law of the default doctrine; nearly all its rules fire in so few already."""
    report = hunt(Vocabulary(doctrine()), seconds=60, examples=120, seed=11, corpus=tmp_path)
    assert report.finding is None, str(report.finding and report.finding.base)
    assert len(report.silent) < len(report.fired) / 5


@pytest.mark.parametrize(
    "planted",
    [
        doctrine(own=OWN),
        without("encirclement", ", not road_open(A, P), not maybe_gets(A, P, ground)"),
    ],
    ids=["own", "road"],
)
def test_planted_contradictions_are_found(planted: Program, tmp_path: Path) -> None:
    """A rule that contradicts the doctrine is told by eight facts at most."""
    report = hunt(Vocabulary(planted), seconds=60, seed=3, corpus=tmp_path)
    assert report.finding
    assert len(report.finding.base.facts) <= 8


# ---------------------------------------------------------------- the command


def test_the_command_prints_a_file_and_the_same_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed is a fact file that breaks the rules, with its proof; JSON says the same. Found: exit code 1."""
    monkeypatch.chdir(tmp_path)
    Path("broken.dl").write_text(BROKEN, encoding="utf-8")
    asked = ["verify", "--no-default-rules", "--rules", "broken.dl", "--examples", "300", "--seed", "1"]
    told, data = CliRunner().invoke(cli, asked), CliRunner().invoke(cli, [*asked, "--json"])
    assert (told.exit_code, data.exit_code) == (1, 1)
    Path("found.dl").write_text(told.output, encoding="utf-8")
    found = json.loads(data.output)["finding"]
    assert found["facts"] in told.output
    assert found["invariant"]["never"] == "what is lost is not held"
    assert found["answer"]["proof"]["certain"]
    assert "takes no" not in told.output
    base = reasoner.load("broken.dl", "found.dl", default_rules=False)
    assert any("what is lost" in one.message for one in base.check())


def test_the_command_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing found: exit code 0; rules that cannot be read: diagnostics."""
    monkeypatch.chdir(tmp_path)
    Path("small.dl").write_text(SMALL, encoding="utf-8")
    told = CliRunner().invoke(cli, ["verify", "--no-default-rules", "--rules", "small.dl", "--examples", "50"])
    assert told.exit_code == 0
    assert "No fact base was found" in told.output
    with pytest.raises(reasoner.Problems):
        CliRunner().invoke(cli, ["verify", "--rules", "nowhere.dl"], catch_exceptions=False)

"""An archive is the knowledge base of what stands in it: whole, or refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import reasoner
from reasoner import Archive
from reasoner.archive.ledger import Ledger, Outrun
from reasoner.diagnostic import Problems
from reasoner.doors.cli import cli
from reasoner.evidence.claim import Claim, claims
from reasoner.knowledge_base import KnowledgeBase
from reasoner.render import json as as_json
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row, show_atom
from tests.programs import Written, programs, read
from tests.test_living import DAYS, WIDEST, fact, told

ROOT = Path(__file__).parent.parent
RAQQA = [ROOT / "facts" / "raqqa_2016.dl", ROOT / "facts" / "gazetteer.dl"]
ARTICLE = """
source later publisher "Later" date 2016-06-20 reliability b.
assume dam_is_tabqa "the dam is that of Tabqa".
capture(syrian_army, tabqa_dam)  s1 "took \\"the dam\\"" assuming dam_is_tabqa.
capture(kurdish_led_forces, village_of_nowhere, [2016-06-17..2016-06-19])  via sohr s2 "and a village".
backs(russia, syrian_army, tanks, 2016-06..2016-07).
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for an archive; no test depends on where it is."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "war"


def written(folder: Path, text: str) -> Path:
    """A fact file beside an archive."""
    path = folder.parent / "more.dl"
    path.write_text(text, encoding="utf-8")
    return path


def stated(kb: KnowledgeBase) -> Counter[tuple[Claim, str, int]]:
    """Every claim, with the file and the line on which it stands."""
    return Counter((one, Path(one.origin.file).name, one.origin.line) for one in kb.claims if one.origin)


def same(kept: KnowledgeBase, other: KnowledgeBase) -> None:
    """The law: what is kept says what a knowledge base says that is made anew."""
    assert told(kept.model()) == told(other.model())


# ---------------------------------------------------------------- what comes back


def test_what_is_kept_is_what_was_written(folder: Path) -> None:
    """Each claim comes back with its row, dates, source, words, assumptions and line, and so does what follows."""
    article = written(folder, ARTICLE)
    kb = reasoner.load(ROOT / "rules", [*RAQQA, article], default_rules=False)
    Archive.create(folder, [ROOT / "rules"], [*RAQQA, article], default_rules=False)
    kept = Archive.open(folder).base
    assert stated(kept) == stated(kb)
    same(kept, kb)
    assert not any(path.name.endswith("rules") for path in folder.iterdir())


def test_what_is_kept_answers_alike(folder: Path) -> None:
    """Sixty questions have the same answers, citations and evidence, to the letter, as of the files."""
    files = reasoner.load(ROOT / "rules", RAQQA, default_rules=False)
    kept = Archive.create(folder, [ROOT / "rules"], RAQQA, default_rules=False).base
    for line in (ROOT / "tests" / "sixty.txt").read_text(encoding="utf-8").splitlines():
        question = line.partition(" | ")[0]
        if question.endswith("?"):
            assert _said(kept, question) == _said(files, question), question


def _said(kb: KnowledgeBase, question: str) -> object:
    try:
        return as_json.answers(kb.ask(question))
    except Problems as problems:
        return [problem.as_json() for problem in problems.diagnostics]


def checked(text: str) -> bool:
    """Whether a drawn program passes the checks; now and then it counts with names."""
    try:
        KnowledgeBase(read(text))
    except Problems:
        return False
    return True


PROGRAMS = programs(DAYS, WIDEST).filter(lambda program: checked(program.text))


@settings(max_examples=25, deadline=None)
@given(PROGRAMS, st.sampled_from((0, 3, 300_000)))
def test_any_program_comes_back(program: Written, rows: int) -> None:
    """Facts and rules of every kind, also those without arguments or words, however much is left to be asked for."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as few:
        few.setattr("reasoner.archive.archive.ROWS", rows)
        few.setattr("reasoner.archive.archive.ROWS_A_FACT", 0)
        path = Path(name) / "program.dl"
        path.write_text(f"{program.text}\nfixed calm. loud :- not quiet. quiet :- calm. calm.\n", encoding="utf-8")
        made = Archive.create(Path(name) / "war", [path], default_rules=False)
        kept, files = Archive.open(Path(name) / "war").base, reasoner.load(path, default_rules=False)
        assert stated(kept) == stated(files)
        same(kept, files)
        made.check()


# ---------------------------------------------------------------- changes


class Lasting(RuleBasedStateMachine):
    """Facts come, go and are corrected on disk; each version equals a knowledge base made anew."""

    @initialize(program=PROGRAMS)
    def create(self, program: Written) -> None:
        """Any program."""
        self.folder, self.program = Path(tempfile.mkdtemp()), program
        path = self.folder / "program.dl"
        path.write_text(program.text, encoding="utf-8")
        self.archive = Archive.create(self.folder / "war", [path], default_rules=False)

    def follows(self, changed: Archive, facts: tuple[str, ...]) -> None:
        """Read again from the disk, it says what its facts say; the version before says what it said."""
        before = self.program.facts
        self.program = replace(self.program, facts=facts)
        for archive, its in ((Archive.open(self.archive.ledger.folder), facts), (self.archive, before)):
            text = replace(self.program, facts=its).text
            other = KnowledgeBase(read(text))
            assert Counter(map(str, archive.base.claims)) == Counter(map(str, other.claims))
            same(archive.base, other)
        self.archive = changed

    def row(self, written: str) -> tuple[str, Row]:
        """What a fact states."""
        (one,) = claims(Vocabulary(read(replace(self.program, rules=(), facts=(written,)).text)))
        return one.predicate, one.row

    def left(self, gone: str) -> tuple[str, ...]:
        """The facts that state something else."""
        return tuple(one for one in self.program.facts if self.row(one) != self.row(gone))

    @rule(more=st.lists(fact(), min_size=1, max_size=3))
    def append(self, more: list[str]) -> None:
        """Facts are added."""
        path = self.folder / "more.dl"
        path.write_text("".join(f"{one}.\n" for one in more), encoding="utf-8")
        self.follows(self.archive.append(path), (*self.program.facts, *more))

    @precondition(lambda self: self.program.facts)
    @rule(draw=st.data())
    def retract(self, draw: st.DataObject) -> None:
        """What states a row is taken away."""
        gone = draw.draw(st.sampled_from(self.program.facts))
        predicate, row = self.row(gone)
        self.follows(self.archive.retract(show_atom(predicate, row)), self.left(gone))

    @precondition(lambda self: self.program.facts)
    @rule(draw=st.data(), instead=fact())
    def correct(self, draw: st.DataObject, instead: str) -> None:
        """A fact takes the place of others."""
        gone = draw.draw(st.sampled_from(self.program.facts))
        predicate, row = self.row(gone)
        changed = self.archive.correct(show_atom(predicate, row), f"{instead}.")
        self.follows(changed, (*self.left(gone), instead))

    def teardown(self) -> None:
        """Nothing is left."""
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


TestLasting = Lasting.TestCase
TestLasting.settings = settings(max_examples=8, stateful_step_count=4, deadline=None)


def test_source_is_retracted(folder: Path) -> None:
    """With its source goes all that rests on it, and nothing else: what was kept before is what is kept then."""
    before = Archive.create(folder, [ROOT / "rules"], RAQQA, default_rules=False)
    after = before.append(written(folder, ARTICLE))
    assert after.page.holds["claims"] == before.page.holds["claims"] + 3
    gone = after.retract("later")
    gone.check()
    assert stated(gone.base) == stated(before.base)
    assert gone.page.holds["model"] == before.page.holds["model"]
    assert after.restored().retract("dam_is_tabqa").page.holds["claims"] == before.page.holds["claims"] + 2
    assert [Archive.open(folder, n).page.did.split()[0] for n in Ledger(folder).versions()] == [
        "create", "append", "retract", "restore", "retract",
    ]  # fmt: skip


def test_what_did_not_change_is_not_written_again(folder: Path) -> None:
    """A change writes what it changed: files of the other facts and relations stay those that they were."""
    before = Archive.create(folder, [ROOT / "rules"], RAQQA, default_rules=False)
    after = before.append(written(folder, ARTICLE))
    old, new = before.page.holds, after.page.holds
    assert old["rules"] == new["rules"]
    assert old["facts"] == new["facts"][:-1]
    changed = {name for name in new["model"] if new["model"][name] != old["model"].get(name)}
    rows, others = after.base.model().rows, before.base.model().rows
    assert changed == {name for name in new["model"] if dict(rows(name)) != dict(others(name))}
    assert {"holds"} < changed < new["model"].keys()


def test_rules_are_taken_as_they_are_now(folder: Path) -> None:
    """It can take the rules that are there now, over the same facts."""
    rules, facts = folder.parent / "rules.dl", folder.parent / "facts.dl"
    rules.write_text("fixed p(x). q(X) :- p(X).")
    facts.write_text("p(a).")
    archive = Archive.create(folder, [rules], [facts], default_rules=False)
    rules.write_text("fixed p(x). r(X) :- p(X).")
    kept = archive.under([rules], default_rules=False).base
    assert kept.model().rows("r")
    assert not kept.model().rows("q")
    assert [str(one) for one in kept.claims] == ["p(a)"]


def test_what_an_older_engine_kept_is_not_moved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the engine has changed an append evaluates anew, and leaves apart what is too much, as at first."""
    monkeypatch.setattr("reasoner.archive.archive.ROWS", 0)
    monkeypatch.setattr("reasoner.archive.archive.ROWS_A_FACT", 0)
    rules = written(folder, "fixed p(x). q(X) :- p(X). p(a).")
    archive = Archive.create(folder, [rules], default_rules=False)
    assert archive.page.holds["apart"] == ["q"]
    monkeypatch.setattr("reasoner.archive.archive._engine", lambda: "another")
    later = Archive.open(folder).append(written(folder, "p(b)."))
    assert later.page.holds["apart"] == ["q"]
    assert set(later.base.model().rows("q")) == {("a",), ("b",)}


# ---------------------------------------------------------------- kills, others, damage


@pytest.mark.skipif(sys.platform == "win32", reason="has no fork")
def test_kills_leave_all_or_nothing() -> None:
    """An append that is killed at any moment is there whole or not at all."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.killing", "--times", "24", "--seed", "6"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "of 24 appends" in told.stdout


def test_two_writers(folder: Path) -> None:
    """Two who append at once both do so, one after the other; nothing of either is lost."""
    code = """
import sys
from reasoner.archive.archive import Archive
folder, name = sys.argv[1:]
for n in range(4):
    path = f"{folder}.{name}.dl"
    open(path, "w").write(f"p({name}{n}).")
    Archive.open(folder).append(path)
"""
    rules = written(folder, "fixed p(x). q(X) :- p(X).")
    Archive.create(folder, [rules], default_rules=False)
    running = [subprocess.Popen([sys.executable, "-c", code, str(folder), name], cwd=ROOT) for name in "ab"]
    assert [process.wait() for process in running] == [0, 0]
    last = Archive.open(folder)
    assert last.page.version == 9
    assert {str(one) for one in last.base.claims} == {f"p({name}{n})" for name in "ab" for n in range(4)}
    last.check()


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [_truncated, _flipped, Path.unlink])
def test_damage_is_refused(folder: Path, damage: Callable[[Path], None]) -> None:
    """Whatever file is damaged, nobody is told anything that rests on it, but what to do; and that helps."""
    rules = written(folder, "event p(x). % a comment\nq(X) :- once p(X).\nr(X) :- q(X), not s(X). s(X) :- p(X), X < a.")
    facts = folder.parent / "facts.dl"
    facts.write_text('source s publisher "S" date 2016-06-01 reliability b. p(a). p(b, 2016-05).')
    Archive.create(folder, [rules], [facts], default_rules=False)
    facts.write_text("p(c, 2016-05-01) from s.")
    archive = Archive.open(folder).append(facts)
    expected, whole = told(archive.base.model()), folder.with_name("whole")
    shutil.copytree(folder, whole)
    newest = [*(folder / "parts").iterdir(), folder / "versions" / "000002.json"]
    seen = Counter[str]()
    for path in newest:
        damage(path)
        if path.parent.name == "versions" and not path.exists():
            assert Archive.open(folder).page.version == 1
        else:
            seen[_refused(folder, expected)] += 1
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
    assert seen.keys() <= {"rebuild", "restore", "fine"}
    assert {"rebuild", "restore"} <= seen.keys()


def _refused(folder: Path, expected: object) -> str:
    """What was advised, once it has been done; `fine` where the newest version has no such part."""
    try:
        Archive.open(folder).check()
    except Problems as problems:
        (problem,) = problems.diagnostics
        assert problem.code == "R552", problem
        command = (problem.help or "").rpartition("reasoner archive ")[2].split()
        done = _run("archive", *command)
        assert done.exit_code == 0 or "restore" in command, done.stderr
        if command[0] == "rebuild":
            Archive.open(folder).check()
            assert told(Archive.open(folder).base.model()).keys() >= set()
        return command[0]
    assert told(Archive.open(folder).base.model()) == expected
    return "fine"


def _run(*arguments: str) -> Result:
    """The command line, which tells problems as `main` does."""
    done = CliRunner().invoke(cli, arguments)
    if isinstance(done.exception, Problems):
        done.exit_code, done.stderr_bytes = 2, str(done.exception).encode()
    return done


def test_others_are_faster(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R555. Who never gets to write says so."""
    archive = Archive.create(folder, [written(folder, "fixed p(x).")], default_rules=False)

    def outrun(*_: object) -> None:
        raise Outrun

    monkeypatch.setattr(Ledger, "commit", outrun)
    more = written(folder, "p(a).")
    for change in (lambda: archive.append(more), archive.restored):
        with pytest.raises(Problems) as raised:
            change()
        assert [d.code for d in raised.value.diagnostics] == ["R555"]


def test_what_cannot_be_opened(folder: Path) -> None:
    """R551, R553, R554, R556: none there, one from a newer program, one that says what does not follow, one there."""
    rules = written(folder, "fixed p(x). q(X) :- p(X). r(X) :- p(X), X != a. p(a). p(b).")
    for code, act in (("R551", lambda: Archive.open(folder)), ("R556", lambda: Archive.create(folder, [rules]))):
        with pytest.raises(Problems) as raised:
            act()
        assert [d.code for d in raised.value.diagnostics] == [code]
        if code == "R551":
            archive = Archive.create(folder, [rules], default_rules=False)
    with pytest.raises(Problems, match="R551"):
        Archive.open(folder, 7)
    model = archive.page.holds["model"]
    wrong = replace(archive.page, version=2, holds={**archive.page.holds, "model": {**model, "q": model["r"]}})
    archive.ledger.commit(wrong)
    with pytest.raises(Problems, match="R554"):
        Archive.open(folder).check()
    with pytest.MonkeyPatch.context() as newer:
        newer.setattr("reasoner.archive.ledger.FORMAT", 2)
        archive.ledger.commit(replace(archive.page, version=3))
    with pytest.raises(Problems, match="R553"):
        Archive.open(folder)


# ---------------------------------------------------------------- the command line


def test_commands(folder: Path) -> None:
    """What is appended is asked, and what is wrong with it is told; `--json` tells the same."""
    article = written(folder, ARTICLE)
    assert _run("archive", "create", str(folder)).exit_code == 0
    assert _run("archive", "append", str(folder), str(article)).stdout.startswith("version 2: ")
    asked = _run("query", "capture(A, tabqa_dam)", "--archive", str(folder), "--json")
    assert [one["atom"] for one in json.loads(asked.stdout)["answers"]] == ["capture(syrian_army, tabqa_dam)"]
    article.write_text("kapture(isil, raqqa_city, 2016-06-19) from analyst.")
    wrong = _run("archive", "append", str(folder), str(article))
    assert wrong.exit_code == 2
    assert "did you mean `capture`" in wrong.stderr
    assert _run("archive", "retract", str(folder), "later", "--json").exit_code == 0
    log = json.loads(_run("archive", "log", str(folder), "--json").stdout)
    assert [one["version"] for one in log["versions"]] == [1, 2, 3]
    assert log["versions"][0]["facts"] == log["versions"][2]["facts"]
    supposed = _run("query", "capture(A, raqqa_city)", "--archive", str(folder), "--suppose",
                    "capture(syrian_army, raqqa_city, 2016-07-01)", "--json")  # fmt: skip
    assert len(json.loads(supposed.stdout)["answers"]) == 1

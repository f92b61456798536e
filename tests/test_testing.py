"""Cases as text, `reasoner test`, `reasoner coverage` and the plugin of pytest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given

from reasoner.diagnostic import Problems
from reasoner.doors.cli import cli
from reasoner.engine.columnar import evaluate as columnar
from reasoner.engine.naive import evaluate as naive
from reasoner.evidence.claim import claims
from reasoner.evidence.store import store
from reasoner.plan.plan import plan
from reasoner.syntax.tree import Program, Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.testing.cases import Project, find
from reasoner.testing.judge import Outcome, run
from reasoner.verify.coverage import firings
from tests.programs import Written, programs, read

pytest_plugins = ["pytester"]

FACTS = """
state truce(actor, place).
event clash(place).
truce(red, town, 2016-06-01..2016-06-09).
truce(blue, town, 2016-06-05..2016-06-09).
truce(red, hill, 2016-06).
clash(ford, 2016-06).
calm(P) :- truce(_, P)  "there is a truce in {P}".
"""


def case(folder: Path, expect: str, facts: str = FACTS, name: str = "one") -> Path:
    """A case that stands alone."""
    place = folder / "tests" / "cases" / name
    place.mkdir(parents=True)
    (place / "facts.dl").write_text(facts, encoding="utf-8")
    (place / "expect").write_text(f"no default rules\n{expect}", encoding="utf-8")
    return place


def judged(folder: Path, expect: str, facts: str = FACTS) -> Outcome:
    """What becomes of such a case."""
    return run(case(folder, expect, facts), Project(folder))


# ---------------------------------------------------------------- what a line means

MET = """
truce(red, town)           2016-06-01..2016-06-09
truce(red, town)           2016-06-04
truce(_, town)             2016-06-05..2016-06-06     % anybody
truce(X, town)             2016-06-08
truce(red, hill)           2016-06-30..               % from its last day on for certain
truce(red, hill)           2016-07
possibly truce(red, hill)  2016-06-01..2016-06-29
possibly clash(ford)       2016-06
possibly clash(_)          2016-06-04
not clash(ford)            2016-05
not clash(_)               ..2016-05-31
not truce(_, town)         2016-06-10..
not truce(blue, hill)
only truce(blue, _)        2016-06-10..
"""
MISSED = """
truce(red, town)           2016-06-01..2016-06-10
truce(red, town)
truce(blue, _)             2016-06-04..2016-06-05
truce(red, hill)           2016-06-29
clash(ford)                2016-06-04
possibly truce(red, town)  2016-06-04
possibly clash(ford)       2016-06..
possibly truce(red, hill)  2016-06-30
not clash(ford)            2016-06-30
not clash(_)
not truce(_, town)         2016-06-09..
not truce(blue, town)
only truce(blue, _)
only clash(_)              2016
"""


def lines(text: str) -> list[str]:
    """Each line."""
    return text.strip().splitlines()


@pytest.mark.parametrize("line", lines(MET))
def test_a_line_that_is_met(tmp_path: Path, line: str) -> None:
    """Certain is each day, possibly is each day and none certain, not is none, only is nothing beside other lines."""
    assert judged(tmp_path, line).passed


@pytest.mark.parametrize("line", lines(MISSED))
def test_a_line_that_is_not_met(tmp_path: Path, line: str) -> None:
    """One failure, which points at its line and repeats it."""
    (failure,) = judged(tmp_path, line).failures
    assert failure.origin.line == 2
    assert failure.expected == " ".join(line.split("%")[0].split())
    assert failure.seen


def test_only_counts_what_the_other_lines_name(tmp_path: Path) -> None:
    """Rows and days beyond the other lines are told, whether certain or possible, and no others."""
    (failure,) = judged(tmp_path, "truce(red, town) 2016-06-01..2016-06-09\nonly truce(_, _)").failures
    assert failure.seen == (
        "truce(blue, town) 2016-06-05 to 2016-06-09\n"
        "truce(red, hill) since 2016-06-30 for certain, possibly since 2016-06-01"
    )


def test_a_failure_tells_what_was_seen(tmp_path: Path) -> None:
    """Of one atom its days, of a pattern the rows that fit, and never where there are none."""
    expect = "truce(red, town) 2017\ntruce(red, hill) 2016\ntruce(X, town) 2017\nnot calm(_)\nclash(town) 2016"
    seen = [failure.seen for failure in judged(tmp_path, expect).failures]
    assert seen == [
        "2016-06-01 to 2016-06-09",
        "since 2016-06-30 for certain, possibly since 2016-06-01",
        "truce(blue, town) 2016-06-05 to 2016-06-09\ntruce(red, town) 2016-06-01 to 2016-06-09",
        "calm(hill) since 2016-06-30 for certain, possibly since 2016-06-01\ncalm(town) 2016-06-01 to 2016-06-09",
        "never",
    ]


def test_a_broken_invariant_fails_a_case(tmp_path: Path) -> None:
    """Whatever else it expects."""
    outcome = judged(tmp_path, "calm(town) 2016-06-01", FACTS + 'never truce(A, P), truce(B, P), A < B "one truce".')
    (failure,) = outcome.failures
    assert failure.origin.file.endswith("facts.dl")
    assert "A = blue, B = red, P = town" in failure.seen


# ---------------------------------------------------------------- what is wrong with a case

WRONG = {
    "truce(red, town": ("R101", 15),
    "truce(red town) 2016": ("R101", 11),
    "truce(red, town) 2016-06-31": ("R401", 18),
    "truce(red, town) 2016-06-09..2016-06-01": ("R402", 18),
    "truce(red, town) soon": ("R101", 18),
    "truce(red, town, 2016-06-01)": ("R217", 18),
    "truce(red, 1 + 1)": ("R414", 12),
    "truce(red, town) 2016.": ("R101", 22),
    "Truce(red, town)": ("R101", 1),
    "truse(red, town)": ("R201", 1),
    "not truce(red)": ("R202", 5),
    "not truce(red, twon)": ("R533", 16),
    "": ("R532", 0),
}


@pytest.mark.parametrize("line", WRONG)
def test_a_line_that_cannot_be_read(tmp_path: Path, line: str) -> None:
    """It has a message of the language, which points at the word, and the case is not judged."""
    outcome = judged(tmp_path, line)
    assert not outcome.passed
    assert not outcome.failures
    (found,) = outcome.diagnostics
    code, column = WRONG[line]
    assert found.code == code
    places = [(label.span.line, label.span.column) for label in found.labels if label.span.file.endswith("expect")]
    assert places == ([(2, column)] if column else [])
    assert "a `.`" not in found.message  # which a line has not


def test_a_case_without_an_answer(tmp_path: Path) -> None:
    """Rules that cannot be loaded, or never settle, have their messages; nothing is raised."""
    for expect, facts, code in (("p(b)", "p(a) :- q(a).", "R201"), ("p(1)", "p(1). p(N + 1) :- p(N).", "R501")):
        outcome = run(case(tmp_path, expect, facts, name=code), Project(tmp_path))
        assert [found.code for found in outcome.diagnostics] == [code]
        assert not outcome.failures


def test_a_folder_without_cases(tmp_path: Path) -> None:
    """Is no success."""
    problems = []
    assert find([tmp_path], problems) == ()
    assert [found.code for found in problems] == ["R531"]


def test_a_case_is_read_with_the_rules_of_its_project(tmp_path: Path) -> None:
    """With `rules/` of the project, else with the bundled ones, and with none where it says so."""
    place = case(tmp_path, "")
    (place / "expect").write_text("holds(red, town) 2016-06-05\n", encoding="utf-8")
    (place / "facts.dl").write_text("control(red, town, 2016-06-01).\n", encoding="utf-8")
    assert run(place, Project(tmp_path)).passed
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.dl").write_text("event control(a, b).\nholds(B, A) :- once control(A, B).\n")
    (failure,) = run(place, Project(tmp_path)).failures
    assert failure.seen == "never"


def test_a_proof_is_compared(tmp_path: Path) -> None:
    """`why.txt` names an atom and a day, and holds what `why` prints of it."""
    place = case(tmp_path, "calm(town) 2016-06-05")
    base = Project(tmp_path)
    (place / "why.txt").write_text("calm(town) 2016-06-03\n\nby magic\n", encoding="utf-8")
    (failure,) = run(place, base).failures
    assert "-by magic" in failure.seen
    printed = [line[1:] for line in lines(failure.seen) if line.startswith("+") and not line.startswith("+++")]
    assert "there is a truce in town" in "\n".join(printed)
    (place / "why.txt").write_text("\n".join(["calm(town) 2016-06-03", *printed]), encoding="utf-8")
    assert run(place, base).passed


# ---------------------------------------------------------------- reasoner test


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is also the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_counts(project: Path) -> None:
    """0 where all is as expected, 1 where something is not, and the same as JSON."""
    case(project, "calm(town) 2016-06-01")
    found = CliRunner().invoke(cli, ["test"])
    assert (found.exit_code, found.stdout) == (0, "ok    tests/cases/one\n")
    assert "1 case, as expected" in found.stderr
    case(project, "calm(town) 2016-06-01\nnot calm(_)", name="two")
    found = CliRunner().invoke(cli, ["test"])
    assert found.exit_code == 1
    assert "FAIL  tests/cases/two\n      tests/cases/two/expect:3:1\n        expected  not calm(_)\n" in found.stdout
    data = json.loads(CliRunner().invoke(cli, ["test", "tests/cases/two", "--json"]).stdout)
    (told,) = data["cases"]
    assert (data["passed"], told["passed"], told["expectations"]) == (0, False, 2)
    assert told["failures"][0]["line"] == 3


def test_the_command_reads_on_after_a_bad_case(project: Path) -> None:
    """2 where a case cannot be read; the others are judged all the same. Without any case there is a message."""
    case(project, "calm(town) 2016-06-01")
    case(project, "calm(town", name="bad")
    found = CliRunner().invoke(cli, ["test"])
    assert found.exit_code == 2
    assert "ok    tests/cases/one" in found.stdout
    assert "error[R101]" in found.stderr
    with pytest.raises(Problems):
        CliRunner().invoke(cli, ["test", "nowhere"], catch_exceptions=False)


# ---------------------------------------------------------------- coverage


def test_coverage_counts_rows(project: Path) -> None:
    """For each rule the rows that it derives by itself, over facts and over cases; first those that never do."""
    for folder in ("rules", "facts"):
        (project / folder).mkdir()
    (project / "rules" / "a.dl").write_text(
        "fixed road(from, to).\nway(X, Y) :- road(X, Y).\nway(X, Z) :- way(X, Y), road(Y, Z).\nloop(X) :- way(X, X).\n"
    )
    (project / "facts" / "a.dl").write_text("road(a, b). road(b, c).\n")
    found = CliRunner().invoke(cli, ["coverage", "--json"])
    data = json.loads(found.stdout)
    assert [(one["line"], one["facts"]) for one in data["rules"]] == [(4, 0), (2, 2), (3, 1)]
    assert (found.exit_code, data["fired"], data["of"], data["percent"]) == (1, 2, 3, 67)
    place = case(project, "")
    (place / "facts.dl").write_text("road(a, a).\n")
    (place / "expect").write_text("loop(a)\n")
    found = CliRunner().invoke(cli, ["coverage"])
    assert found.exit_code == 0
    assert "3 of 3 rules fired: 100%" in found.stderr
    assert "      0        1  rules/a.dl:4  loop(X) :- way(X, X)." in found.stdout


@given(programs())
def test_what_never_fires_is_not_missed(program: Written) -> None:
    """Without the rules that never fire all is as it was; engines agree on how often each one does."""
    tree = read(program.text)
    vocabulary = Vocabulary(tree)
    facts = store(vocabulary, claims(vocabulary))
    fired = firings(vocabulary, facts)
    assert fired.keys() == set(tree.of(Rule))
    assert fired == firings(vocabulary, facts, naive)
    (file,) = tree.files
    kept = replace(file, statements=tuple(s for s in file.statements if not isinstance(s, Rule) or fired[s]))
    whole, part = columnar(plan(vocabulary), facts), columnar(plan(Vocabulary(Program((kept,)))), facts)
    for predicate in vocabulary.derived:
        rows = {row: truth for row, truth in whole.rows(predicate).items() if truth.possible}
        assert {row: truth for row, truth in part.rows(predicate).items() if truth.possible} == rows


# ---------------------------------------------------------------- pytest

PLUGIN = ["-p", "no:reasoner", "-p", "reasoner.doors.pytest_plugin", "-p", "no:cacheprovider"]


def test_pytest_shows_cases_and_invariants(pytester: pytest.Pytester) -> None:
    """Each case and each `never` is an item; what fails is told without a traceback."""
    case(pytester.path, "calm(town) 2016-06-01")
    case(pytester.path, "not calm(town)", name="two")
    case(pytester.path, "calm(", name="three")
    for folder in ("rules", "facts"):
        (pytester.path / folder).mkdir()
    (pytester.path / "rules" / "a.dl").write_text(
        'state held(actor, place).\nnever held(A, P), held(B, P), A < B "one holder".\nnever held(_, sea).\n'
    )
    (pytester.path / "facts" / "a.dl").write_text("held(red, town, 2016..). held(blue, town, 2016-06-01..).\n")
    result = pytester.runpytest_inprocess("-v", *PLUGIN)
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines_random(
        [
            "rules/a.dl::one holder FAILED*",
            "rules/a.dl::line 3 PASSED*",
            "tests/cases/one/expect::one PASSED*",
            "tests/cases/two/expect::two FAILED*",
            "*expect:2:1",
            "*expected  not calm(town)",
            "*seen      2016-06-01 to 2016-06-09",
            "error[[]R101]: *",
            "*broken: one holder (A = blue, B = red, P = town)*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*runtest*")


def test_pytest_shows_rules_that_cannot_be_read(pytester: pytest.Pytester) -> None:
    """As an error of its file, since nobody knows what invariants it holds."""
    for folder in ("rules", "facts"):
        (pytester.path / folder).mkdir()
    (pytester.path / "rules" / "a.dl").write_text('never held(, sea) "lost".\n')
    result = pytester.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["error[[]R101]: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_pytest_pays_nothing_without_cases(pytester: pytest.Pytester) -> None:
    """Where there are none, nothing that reads or evaluates is loaded; another's file `expect` is left alone."""
    (pytester.path / "expect").write_text("spawn ssh\n")
    pytester.makepyfile(
        "import sys\ndef test_it(): assert not {m for m in sys.modules if m.startswith('reasoner.')} "
        "- {'reasoner.doors', 'reasoner.doors.pytest_plugin', 'reasoner.diagnostic', 'reasoner.text'}"
    )
    pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=1)

"""The command line: exit codes, the JSON contract, and what it says of bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home without memories."""
    return tmp_path


def run(home: Path, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own, with a home of its own."""
    environment = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-m", "reasoner", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def asked(home: Path, *arguments: str) -> Any:
    """What the command prints with `--json`."""
    return json.loads(run(home, *arguments, "--json").stdout)


def test_the_json_contract(home: Path) -> None:
    """`--json` prints the one object that scripts rely on."""
    found = asked(home, "ask", "who besieges Raqqa?")
    assert found["question"] == "who besieges Raqqa?"
    assert found["query"] == "besieges(Who, raqqa_city, Side)"
    assert found["last_evidence"] == "2016-06-04"
    first = found["answers"][0]
    assert first["id"] == 1
    assert first["atom"] == "besieges(syrian_army, raqqa_city, w)"
    assert first["bindings"] == {"Who": "syrian_army", "Side": "w"}
    assert first["certain"] == first["possible"] == [{"start": "2016-06-04", "end": None}]
    assert first["origin"] == "both"
    assert {
        "source": "aljazeera_2016_06_04",
        "locator": "s11",
        "quote": "besieged by government troops from the west",
    } in first["citations"]
    assert first["assumptions"]
    assert found["diagnostics"] == []
    assert [a["origin"] for a in found["answers"]] == ["both", "both", "reported"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("query", "encircled(raqqa_city)", "--at", "2016-06-04"), 1),
        (("query", "open_side(raqqa_city, S)"), 0),
        (("query", "open_sde(raqqa_city, S)"), 2),
        (("query", "open_side(raqqa_city, S"), 2),
        (("ask", "is Raqqa encircled?"), 0),
        (("ask", "is the Syrian army allied with the Kurdish-led forces?"), 1),
        (("ask", "who frobs Raqqa?"), 2),
        (("ask", "who besieges Rakka?"), 0),
        (("ask", "who besieges Rqqa?"), 2),
        (("query", "holds(A, P)", "--at", "2016-13"), 2),
        (("query", "holds(A, P)", "--known-by", "yesterday"), 2),
        (("query", "holds(A, P)", "--without", "sohrr"), 2),
        (("query", "holds(A, P)", "--engine", "warp"), 2),
        (("query", "holds(A, P)", "--suppose", "captured(x, y)"), 2),
        (("query", "holds(A, P)", "--suppose", "capture(isil, tabqa"), 2),
        (("query", "holds(A, P)", "--rules", "no/such/folder"), 2),
        (("query", "holds(A, P)", "--suppose", "not captial(isil, raqqa_city)"), 2),
        (("query", "holds(A, P)", "--suppose", "not capital(isil)"), 2),
        (("query", "holds(A, P)", "--suppose", ""), 2),
        (("query", "holds(A, P) during 2014.."), 0),
        (("query", "?- holds(isil, P)."), 0),
        (("why", "99", "--json"), 2),
        (("query", "holds(isil, raqqa_city)", "--suppose", "not capital(isil, raqqa_city)", "--without", "analyst"), 1),
        (("why", "encircled(raqqa_city)"), 1),
        (("why", "3"), 2),
        (("check",), 0),
    ],
)  # fmt: skip
def test_exit_codes(home: Path, arguments: tuple[str, ...], code: int) -> None:
    """0 answered, 1 no answer, 2 diagnostics; never a traceback, and what is wrong is said on stderr."""
    done = run(home, *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if code == 2:
        assert done.stderr
        assert not done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("query", "holds(A, P)", "--without", "sohrr"), "R422"),
        (("query", "holds(A, P)", "--engine", "warp"), "R506"),
        (("query", "holds(A, P)", "--suppose", "takes(A, b) :- holds(A, b)"), "R423"),
        (("query", "holds(A, P)", "--suppose", "not holds(isil, raqqa_city)"), "R424"),
        (("query", "holds(A, P)", "--suppose", "not capital(isil, raqqa_city, 2014)"), "R424"),
        (("query", "holds(A, P)", "--at", "2016-02-30"), "R401"),
        (("ask", "who besieges Rqqa?"), "R110"),
        (("ask", "colourless green ideas sleep furiously"), "R111"),
    ],
)
def test_messages_of_the_doors(home: Path, arguments: tuple[str, ...], code: str) -> None:
    """What is wrong with a question or a flag is a coded message, in JSON as well."""
    (message,) = asked(home, *arguments)["diagnostics"]
    assert message["code"] == code
    assert message["help"]


def test_why_remembers_the_question(home: Path) -> None:
    """`why 1` explains the first answer of the last question, down to the quoted words."""
    run(home, "ask", "who besieges Raqqa?")
    done = run(home, "why", "1")
    assert done.returncode == 0
    assert "and it follows:" in done.stdout
    assert 's2 "crossed the boundary of Raqqa province" (citing Syrian Observatory for Human Rights)' in done.stdout
    assert "rules/siege.dl:" in done.stdout
    reported = run(home, "why", "3").stdout
    assert 's11 "and from the east"' in reported
    assert "because" not in reported
    assert run(home, "why", "9").returncode == 1


def test_plain_datalog_needs_no_facts_and_no_doctrine(home: Path, tmp_path: Path) -> None:
    """A rule file alone is a program; `--no-default-rules` reads nothing else."""
    program = tmp_path / "tc.dl"
    program.write_text("edge(1, 2). edge(2, 3). path(X, Y) :- edge(X, Y). path(X, Y) :- path(X, Z), edge(Z, Y).\n")
    found = asked(home, "query", "--rules", str(program), "--no-default-rules", "path(X, Y)")
    assert {tuple(a["bindings"].values()) for a in found["answers"]} == {(1, 2), (2, 3), (1, 3)}
    assert all(a["certain"] == [{"start": None, "end": None}] for a in found["answers"])
    assert found["last_evidence"] is None


def test_both_engines_answer_alike(home: Path) -> None:
    """The engine is a choice of speed, never of answer."""
    question = ("query", "besieges(Who, town, Side)", "--facts", "tests/cases/ring/facts.dl")
    found = asked(home, *question)
    assert found["answers"]
    assert asked(home, *question, "--engine", "naive") == found


def test_broken_invariants_and_disputes(home: Path, tmp_path: Path) -> None:
    """`check` shows what the evidence breaks, with the days, and both sides of a dispute; broken is exit code 2."""
    facts = tmp_path / "facts.dl"
    facts.write_text(
        'source one publisher "One" date 2020-01-05.\ncontrol(red, town). clash(red, blue, town).\n'
        'source two publisher "Two" date 2020-01-05.\ncontrol(blue, town). allied(red, blue).\n'
        "hostile(red, blue, 2020-01-05..2020-01-05).\n"
    )
    done = run(home, "check", "--facts", str(facts))
    assert done.returncode == 2
    assert "error[R420]: broken: nobody is hostile to their own side (A = red, B = blue)" in done.stdout
    assert "holds 2020-01-05" in done.stdout
    assert "warning[R421]: `town` is contested: blue and red are both reported to hold it" in done.stdout
    assert "said by one" in done.stdout
    assert "said by two" in done.stdout


def test_fmt_changes_layout_only(home: Path, tmp_path: Path) -> None:
    """`fmt` lays a file out once and for all; a file that cannot be read is left as it is."""
    good, bad = tmp_path / "good.dl", tmp_path / "bad.dl"
    good.write_text("% why\np( X )   :-q(X),   not r( X ).\n")
    assert run(home, "fmt", "--check", str(good)).returncode == 1
    assert run(home, "fmt", str(good)).returncode == 0
    assert good.read_text() == "% why\np(X) :- q(X), not r(X).\n"
    assert run(home, "fmt", "--check", str(good)).returncode == 0
    bad.write_text("p(X :- q.\n")
    assert run(home, "fmt", str(bad)).returncode == 2
    assert bad.read_text() == "p(X :- q.\n"


def test_a_report_alone_is_no_yes(home: Path) -> None:
    """What the rules decide is not so because somebody said so: the verdict says that it is only reported."""
    found = asked(home, "ask", "is Raqqa besieged by the Kurdish-led forces from the east?")
    assert found["verdict"] == "reported"
    assert [a["origin"] for a in found["answers"]] == ["reported"]


def test_any_value_is_told_as_any_value(home: Path, tmp_path: Path) -> None:
    """An answer to `p(_, _)` speaks of no single row, whose days are not those of the answer."""
    facts = tmp_path / "facts.dl"
    facts.write_text(
        "state p(x, y).\nsource s date 2016-12-01.\np(a, 1, 2016-01-01..2016-01-31).\np(y: 2, x: b, 2015).\n"
    )
    found = asked(home, "query", "p(_, _)", "--no-default-rules", "--facts", str(facts))
    assert [a["atom"] for a in found["answers"]] == ["p(_, _)"]
    assert (
        found["answers"][0]["windows"] == [{"first": "2015-01-01", "last": "2015-12-31"}]
        or found["answers"][0]["certain"]
    )


def test_suppositions_are_told(home: Path) -> None:
    """An answer that rests on a supposition says so, also where it has no date."""
    found = asked(home, "query", "same_side(isil, B)", "--suppose", "allied(isil, syrian_army)")
    assumed = [text for a in found["answers"] for text in a["assumptions"]]
    assert "allied(isil, syrian_army): supposing allied(isil, syrian_army)" in assumed
    taken = asked(home, "query", "holds(isil, P)", "--suppose", "not capital(isil, raqqa_city)")
    assert taken["assumptions"] == ["supposing not capital(isil, raqqa_city)"]


def test_words_of_the_doctrine_in_another_shape(home: Path, tmp_path: Path) -> None:
    """A program of one's own may give `besieges` other arguments."""
    facts = tmp_path / "facts.dl"
    facts.write_text(
        'state besieges(actor: Actor, place: Place) "{actor} besieges {place}".\n'
        "state near(actor: Actor, place: Place).\n"
        "besieges(A, P) :- near(A, P).\nsource s date 2020-01-01.\nnear(x, foo).\n"
    )
    done = run(home, "ask", "does x besiege foo?", "--no-default-rules", "--facts", str(facts))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Yes.")


def test_deep_proofs_and_large_answers(home: Path, tmp_path: Path) -> None:
    """A proof of a thousand steps is found and told as far as it can be read; many answers are all given."""
    program = tmp_path / "chain.dl"
    edges = "".join(f"e({i}, {i + 1}).\n" for i in range(1000))
    program.write_text(f"r(0).\nr(Y) :- r(X), e(X, Y).\nc(X, Y) :- r(X), r(Y), X + 3 > Y, X < Y.\n{edges}")
    plain = ("--no-default-rules", "--rules", str(program))
    done = run(home, "why", "r(1000)", *plain)
    assert done.returncode == 0, done.stderr
    assert "and so on" in done.stdout
    assert len(asked(home, "query", "c(X, Y)", *plain)["answers"]) == 1997 + 2


def test_control_characters_are_written_out(home: Path, tmp_path: Path) -> None:
    """What a file says cannot drive a terminal."""
    facts = tmp_path / "facts.dl"
    facts.write_text('event p(x).\nsource s date 2020-01-01.\np(a) s1 "red \x1b[31m text".\n')
    done = run(home, "query", "p(X)", "--no-default-rules", "--facts", str(facts))
    assert "\x1b" not in done.stdout
    assert "red \\x1b[31m text" in done.stdout


@pytest.mark.parametrize("verb", ["why", "why-not", "sources", "compare"])
def test_a_day_outside_the_evidence(home: Path, verb: str) -> None:
    """Before the first fact there is nothing to explain; after the last one it is said what is taken to last."""
    beside = ["--without", "sohr"] if verb == "compare" else []
    before = run(home, verb, "encircled(raqqa_city)", "--at", "1850-01-01", *beside)
    assert (before.returncode, before.stdout) == (2, "")
    assert "error[R426]: nothing is known of 1850-01-01: the first fact is of 2014-07-01" in before.stderr
    assert "as in --at 2014-07-01" in before.stderr
    if verb != "compare":
        after = run(home, verb, "encircled(raqqa_city)", "--at", "2030")
        assert after.returncode in (0, 1)
        assert "warning[R427]: 2030 is after the last evidence: what held on 2016-06-04" in after.stderr


@pytest.mark.parametrize("verb", ["ask", "query", "why", "why-not", "compare", "sources", "check"])
def test_a_supposition_that_clashes(home: Path, verb: str) -> None:
    """With its arguments swapped, or a value that its type does not list, a supposition is refused where it stands."""
    what = {"ask": ["is Raqqa besieged?"], "check": []}.get(verb, ["besieged(raqqa_city)"])
    swapped = run(home, verb, *what, "--suppose", "capture(raqqa_city, syrian_army, 2016-06-20)")
    assert (swapped.returncode, swapped.stdout) == (2, "")
    assert "error[R215]: `raqqa_city` is a Place elsewhere, and an Actor here\n --> --suppose:1:9" in swapped.stderr
    wrong = run(home, verb, *what, "--suppose", "route_status(a, opened, 2016-06-20)")
    assert wrong.returncode == 2
    assert "error[R212]: `opened` is not a Status" in wrong.stderr
    assert "did you mean `open`?" in wrong.stderr

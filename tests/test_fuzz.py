"""Whatever is written, in files, in questions or behind options, gets an answer or a message: never a traceback.

500 inputs in the suite, 20,000 by night: `make nightly`. What is drawn is in anything.py.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from reasoner import loading
from reasoner.check import check
from reasoner.diagnostic import Diagnostic, Problems, draw, errors, sort
from reasoner.doors import cli
from reasoner.knowledge_base import KnowledgeBase
from reasoner.syntax.load import load
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import File, Program
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.syntax.write import format_file
from reasoner.text import Text
from tests.anything import OURS, ROOT, RULES, VALID, WORDS, asked, bodies, options, slips, statements, written
from tests.programs import Written, programs

LIMITS = {"R501", "R502", "R503", "R507"}  # what only an evaluation can run into
TIMES = 40 if settings.default.max_examples > 100 else 1  # by the profile `nightly`, see conftest.py


def inputs(share: int) -> settings:
    """So many inputs of the 500 in the suite; each may take its time, but not for ever."""
    return settings(max_examples=share * TIMES, deadline=timedelta(seconds=60), suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in an empty folder of its own, with a home of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


# ---------------------------------------------------------------- what must be so of any text


def holds_up(data: bytes, beside: tuple[File, ...] = ()) -> None:
    """A text is read, checked and laid out; each message points into its file; what is in order is evaluated."""
    Path("any.dl").write_bytes(data)
    problems: list[Diagnostic] = []
    program = load(["any.dl"], problems)
    lays_out(program, problems)
    program = Program((*beside, *program.files))
    found = sort([*problems, *check(Vocabulary(program))])
    can_be_shown(found)
    event("refused" if errors(found) else "evaluated")
    if errors(found):
        return
    limits: tuple[Diagnostic, ...] = ()
    try:
        base = KnowledgeBase(program, problems)
        can_be_shown(base.check())
        assert base.plan()
        for rows in base.model().relations.values():
            assert str(dict(rows))
    except Problems as limit:
        limits = limit.diagnostics
    assert {d.code for d in errors(limits)} <= LIMITS
    can_be_shown(limits)


def can_be_shown(found: tuple[Diagnostic, ...]) -> None:
    """Messages can be drawn and written as JSON, and point into their files."""
    assert draw(found).count("[R") >= len(found)
    assert json.dumps([d.as_json() for d in found])
    for label in (label for diagnostic in found for label in diagnostic.labels):
        assert 0 <= label.span.start < label.span.end <= len(label.span.text.content)


def lays_out(program: Program, problems: list[Diagnostic]) -> None:
    """Laid out, what can be read keeps its meaning, and what cannot is refused."""
    for file in program.files:
        if errors(problems):
            with pytest.raises(ValueError, match=r"any\.dl"):
                format_file(file)
            continue
        again: list[Diagnostic] = []
        text = format_file(file)
        back = parse(Text("any.dl", text), again)
        assert (back.statements, again) == (file.statements, [])
        assert format_file(back) == text


# ---------------------------------------------------------------- text that the grammar allows

SETTING = """
type Kind = red | blue.
event e(x: Kind) "{x} happens".
state on(x: Kind) "{x} is on".
source s1 publisher "One" date 2016-06-04.
e(red). e(blue, 2016-06). on(red, 2016-05..). p(1). p(a). q(X, Y) :- p(X), p(Y), X < Y. r(X) :- on(X).
"""


@inputs(60)
@given(st.lists(statements, min_size=1, max_size=3), st.sampled_from(("", SETTING, SETTING)))
def test_what_the_grammar_allows(drawn: list[str], setting: str) -> None:
    """Any statements of the grammar are read or refused with a message, alone and beside others."""
    holds_up("\n".join((setting, *drawn)).encode())


# ---------------------------------------------------------------- files with slips in them


def test_the_good_text_is_good() -> None:
    """The text of a little of everything can be read, so that slips in it reach every check."""
    problems: list[Diagnostic] = []
    assert parse(Text("valid.dl", VALID), problems).statements
    assert not problems


@inputs(20)
@given(st.binary(max_size=400))
def test_arbitrary_bytes(data: bytes) -> None:
    """No bytes bring it down."""
    holds_up(data)


@inputs(30)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(("", " ", "\n")))
def test_arbitrary_words(words: list[str], between: str) -> None:
    """No row of the language's own words brings it down."""
    holds_up(between.join(words).encode())


@inputs(165)
@given(st.data())
def test_files_with_slips(data: st.DataObject) -> None:
    """No slip of the hand or of the disk in a real file brings it down."""
    holds_up(data.draw(slips(data.draw(written), written)))


@inputs(60)
@given(st.data(), programs(days=8, most_facts=5, most_rules=2))
def test_programs_with_slips(data: st.DataObject, program: Written) -> None:
    """A program with a slip in it is refused, or evaluated like any other."""
    holds_up(data.draw(slips(program.text.encode(), st.just(program.text.encode()), most=1)))


@cache
def read(path: Path) -> File:
    """A file of ours."""
    return load([path], []).files[0]


CASES = sorted((ROOT / "tests" / "cases").glob("*/facts.dl"))


@inputs(10)
@given(st.data(), st.sampled_from(RULES))
def test_the_doctrine_with_slips(data: st.DataObject, path: Path) -> None:
    """The doctrine with a slip in one of its files is refused, or evaluated over the facts of a case."""
    case = read(data.draw(st.sampled_from(CASES)))
    mangled = data.draw(slips(OURS[path], st.sampled_from([*OURS.values()]), most=2))
    holds_up(mangled, (*(read(other) for other in RULES if other != path), case))


# ---------------------------------------------------------------- the command line

KEPT: dict[tuple[str, ...], tuple[Program, list[Diagnostic]]] = {}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files are read once."""

    def once(paths: Any, problems: list[Diagnostic], progress: Any = None, *more: Any) -> Program:
        key = (*map(str, paths), *more)
        if key not in KEPT:
            kept: list[Diagnostic] = []
            KEPT[key] = load(paths, kept, progress, *more), kept
        problems.extend(KEPT[key][1])
        return KEPT[key][0]

    monkeypatch.setattr(loading, "load_files", once)
    monkeypatch.setattr(sys, "argv", [])  # which `run` sets


def run(*arguments: str) -> tuple[object, str, str]:
    """The exit code of a command line, what it answers and what it says. Whatever else it raises is raised."""
    sys.argv = ["reasoner", *arguments]
    out, said, code = io.StringIO(), io.StringIO(), None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        try:
            cli.main()
        except SystemExit as left:
            code = left.code
    return code or 0, out.getvalue(), said.getvalue()


def answers(*arguments: str) -> None:
    """A command ends as it should: answered, no answer, or a message, in JSON where that is wanted."""
    code, out, said = run(*arguments)
    event(f"exit code {code}")
    assert code in (0, 1, 2)
    assert "Traceback" not in said
    if "--json" in arguments and (code != 2 or out):
        assert isinstance(json.loads(out), dict)
    elif code == 2:
        assert said.strip() or out.strip()


SMALL = ("--no-default-rules", "--rules", str(ROOT / "tests" / "questions.dl"))
WHOLE = ("--rules", str(ROOT / "rules"), "--facts", str(ROOT / "facts"), "--no-default-rules")
VERBS = ("query", "why", "why-not", "sources", "plan", "compare")


@pytest.mark.usefixtures("quick")
@inputs(80)
@given(asked(), st.sampled_from((SMALL, SMALL, WHOLE)), options())
@example("", SMALL, [])
def test_ask_anything(question: str, base: tuple[str, ...], given_options: list[str]) -> None:
    """Any question with any options is answered, has no answer, or is told what is wrong."""
    answers("ask", *base, *given_options, "--", question)


@pytest.mark.usefixtures("quick")
@inputs(75)
@given(st.sampled_from(VERBS), bodies(), st.sampled_from((SMALL, SMALL, SMALL, WHOLE)), options())
@example("why", "1", SMALL, [])
@example("why-not", f"{'9' * 5000} is besieged", SMALL, [])
def test_query_anything(verb: str, body: str, base: tuple[str, ...], given_options: list[str]) -> None:
    """Any atom or body with any options, under each verb that takes one, likewise."""
    answers(verb, *base, *given_options, "--", body)

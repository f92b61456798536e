"""Written trees read back as themselves; the formatter loses nothing and has one answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reasoner.diagnostic import Diagnostic
from reasoner.home import bundled
from reasoner.syntax import tree
from reasoner.syntax.parse import parse
from reasoner.syntax.write import format_file, write, write_term
from reasoner.term import Constant, Expression, Term, Variable
from reasoner.text import Text
from tests import trees

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def comments(file: tree.File) -> Counter[str]:
    """The comments of a file, in any order."""
    return Counter(comment.excerpt.rstrip() for comment in file.comments)


# ---------------------------------------------------------------- write


@few
@given(trees.statements)
def test_a_written_statement_reads_back(statement: tree.Statement) -> None:
    """parse(write(t)) is t, to the last digit, and on one line."""
    text = write(statement)
    assert "\n" not in text
    (back,) = trees.read(text).statements
    assert back == statement
    assert repr(back) == repr(statement)


@few
@given(st.lists(trees.statements, max_size=4), st.lists(trees.statements, max_size=4))
def test_a_written_program_reads_back(one: list[tree.Statement], two: list[tree.Statement]) -> None:
    """parse(write(t)) is t for files, and a program's files follow each other."""
    files = trees.file(*one), trees.file(*two)
    assert trees.read(write(files[0])) == files[0]
    program = tree.Program(files)
    assert trees.read(write(program)).statements == tuple(program)


@few
@given(trees.terms)
def test_a_term_has_no_needless_parentheses(term: Term) -> None:
    """Take any pair of parentheses away, and the term reads otherwise or not at all."""
    text = write_term(term)
    for place, letter in enumerate(text):
        if letter == "(" and '"' not in text:
            close = matching(text, place)
            less = text[:place] + text[place + 1 : close] + text[close + 1 :]
            problems: list[Diagnostic] = []
            file = parse(Text("less.dl", f"p({less})."), problems)
            assert problems or file != trees.read(f"p({text}).")


def matching(text: str, opening: int) -> int:
    """Where the parenthesis closes that opens there."""
    depth = 0
    for place in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return place
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Expression("-", Expression("-", Variable("A"), Variable("B")), Constant(-1)), "A - B - -1"),
        (Expression("-", Variable("A"), Expression("-", Variable("B"), Constant(1))), "A - (B - 1)"),
        (Expression("*", Expression("+", Constant(1), Variable("B")), Constant(2)), "(1 + B) * 2"),
        (Expression("+", Constant(0.0000001), Constant(100000000000000.0)), "0.0000001 + 100000000000000.0"),
    ],
)
def test_terms_look_as_people_write_them(term: Term, text: str) -> None:
    """Operators of one strength lean left, and decimals have no exponent."""
    assert write_term(term) == text


# ---------------------------------------------------------------- format


@few
@given(trees.commented_texts())
@example("p(a). % one\n% two\n\n\n% three\np(% four\nb) % five\n .% six")
@example("p :- q during 2016..\n. % an open range")
def test_formatting_keeps_meaning_and_comments(content: str) -> None:
    """The formatted text has the same statements and comments, and formatting it again changes nothing."""
    file = trees.read(content)
    text = format_file(file)
    again = trees.read(text)
    assert again == file
    assert comments(again) == comments(file)
    assert format_file(again) == text
    assert "\n\n\n" not in text
    assert not text.startswith("\n")
    assert text == "" or text.endswith("\n")


OURS = sorted([*bundled("rules").glob("*.dl"), *bundled("facts").glob("*.dl")])


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_files_survive_formatting(path: Path) -> None:
    """The rules and facts that come with the package keep their meaning and comments, and settle at once."""
    file = trees.read(path.read_text(encoding="utf-8"))
    text = format_file(file)
    assert trees.read(text) == file
    assert comments(trees.read(text)) == comments(file)
    assert format_file(trees.read(text)) == text


LONG = "encircled_by_nobody_at_all_or_so_they_say(Place, Other) :- holds(Actor, Place), not ground_supply(Actor, Place)"

CASES = {
    "a statement on one line": ("p( a,b ) :-q(a)\n , r .", "p(a, b) :- q(a), r.\n"),
    "comments stay before and after": (
        "% before\n\n%also before\np.% after\n\n\n\nq.\n% the end",
        "% before\n\n%also before\np.  % after\n\nq.\n% the end\n",
    ),
    "a comment inside a statement goes before it": (
        "p(a, % why a\n  b). % end",
        "% why a\np(a, b).  % end\n",
    ),
    "two statements on a line get a line each": ("p. q. % about q", "p.\nq.  % about q\n"),
    "blank lines shrink to one": ("\n\np.\n\n\n\n\nq.\n\n", "p.\n\nq.\n"),
    "facts that follow each other are aligned": (
        'p(a, 2014-08) s2 "x".\np(abcd, e) from b.\np(c).\n\np(d) s3.',
        'p(a, 2014-08)  s2 "x".\np(abcd, e)     from b.\np(c).\n\np(d)  s3.\n',
    ),
    "a text over the edge gets a line of its own": (
        f'{LONG} "a text".',
        f'{LONG}\n    "a text".\n',
    ),
    "a body over the edge gets a line for each literal": (
        f"{LONG}, not allied(Actor, Other).",
        "encircled_by_nobody_at_all_or_so_they_say(Place, Other) :-\n    holds(Actor, Place),\n"
        "    not ground_supply(Actor, Place),\n    not allied(Actor, Other).\n",
    ),
    "a long list of members is filled": (
        f"type Place = {' | '.join(f'place_{n}' for n in range(14))}.",
        f"type Place =\n    {' | '.join(f'place_{n}' for n in range(11))} |\n"
        f"    {' | '.join(f'place_{n}' for n in range(11, 14))}.\n",
    ),
    "a long source gets a line for each attribute": (
        f'source al_jazeera_1 date 2016-06-04 publisher "Al Jazeera" via sohr url "https://{"x" * 40}".',
        f'source al_jazeera_1\n    publisher "Al Jazeera"\n    url "https://{"x" * 40}"\n'
        "    date 2016-06-04\n    via sohr.\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_layout(case: str) -> None:
    """The canonical layout, case by case."""
    content, formatted = CASES[case]
    assert format_file(trees.read(content)) == formatted
    assert format_file(trees.read(formatted)) == formatted


def test_a_file_that_cannot_be_read_is_not_formatted() -> None:
    """Formatting never drops a statement that has an error."""
    problems: list[Diagnostic] = []
    file = parse(Text("wrong.dl", "p(a).\nq(a, .\nr(b)."), problems)
    assert problems
    with pytest.raises(ValueError, match=r"wrong\.dl:2:1: "):
        format_file(file)

"""The language reference is true: its examples parse, its programs come out, its mistakes are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reasoner.check import check
from reasoner.diagnostic import Diagnostic
from reasoner.engine.naive import evaluate
from reasoner.evidence.claim import claims
from reasoner.evidence.store import store
from reasoner.plan.plan import plan
from reasoner.syntax import tree
from reasoner.syntax.parse import parse
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.syntax.write import format_file, write
from reasoner.term import show_atom
from reasoner.text import Text
from reasoner.when import Truth, show_day
from tests import trees

GRAMMAR = Path(__file__).parent.parent / "grammar"
REFERENCE = (GRAMMAR / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```prolog\n(.*?)^```$", REFERENCE, re.MULTILINE | re.DOTALL)
PROGRAMS = [block for block in BLOCKS if block.startswith("% program")]
WRONG = [block for block in BLOCKS if block.startswith("% wrong")]
RIGHT = [block for block in BLOCKS if block not in WRONG]


def results(block: str) -> dict[str, str]:
    """What a block says it comes to: atoms, and the days behind the colon; `p: nothing` for no row of p."""
    return dict(re.findall(r"%= (.+?): (.+)", block))


def predicates(block: str) -> set[str]:
    """The predicates of which it tells all rows."""
    return {re.split(r"\W", atom)[0] for atom in results(block)}


def shown(truth: Truth) -> str:
    """As the reference writes it: one set where all is exact."""
    days = f"certain {truth.certain}; possible {truth.possible}"
    if truth.certain == truth.possible:
        days = str(truth.certain)
    return days + "".join(f"; on some day of {show_day(a)} to {show_day(b)}" for a, b in truth.windows)


def title(block: str) -> str:
    """A block's first statement, to name a test by."""
    return next((line for line in block.splitlines() if not line.startswith("%")), block)[:40]


@pytest.mark.parametrize("block", RIGHT, ids=title)
def test_examples_read_write_and_format(block: str) -> None:
    """Each example parses, reads back as itself when written, and keeps its meaning when formatted."""
    file = trees.read(block)
    assert file.statements
    assert trees.read(write(file)) == file
    assert trees.read(format_file(file)) == file


@pytest.mark.parametrize("block", PROGRAMS, ids=title)
def test_programs_come_to_what_is_said(block: str) -> None:
    """A program passes its checks and comes to the rows and days that stand there, all and no others."""
    vocabulary = Vocabulary(tree.Program((trees.read(block),)))
    assert [d for d in check(vocabulary) if d.severity == "error"] == []
    relations = evaluate(plan(vocabulary), store(vocabulary, claims(vocabulary))).relations
    found: dict[str, str] = {}
    for predicate in predicates(block):
        rows = {show_atom(predicate, row): shown(truth) for row, truth in relations.get(predicate, {}).items()}
        found |= rows or {predicate: "nothing"}
    assert results(block)
    assert found == results(block)


@pytest.mark.parametrize("block", [b for b in PROGRAMS if "clingo agrees" in b], ids=title)
def test_clingo_reads_plain_programs_alike(block: str) -> None:
    """clingo reads the same text and comes to the same rows."""
    clingo = pytest.importorskip("clingo")
    control = clingo.Control(["--warn=none"])
    control.add("base", [], block)
    control.ground([("base", [])])
    (model,) = (
        {str(s).replace(",", ", ") for s in m.symbols(atoms=True) if s.name in predicates(block)}
        for m in control.solve(yield_=True)
    )
    assert model == set(results(block))


@pytest.mark.parametrize("block", WRONG, ids=title)
def test_mistakes_are_refused(block: str) -> None:
    """What the reference calls wrong gives the diagnostic that it names."""
    assert block.split()[2] in codes(block)


@pytest.mark.parametrize(
    ("fact", "refused"),
    [
        ("happens(a).", {"R403"}),
        ("happens(a, 2016-06-04..).", {"R405"}),
        ("happens(a, ..2016-06-04).", {"R405"}),
        ("happens(a, 2016).", set()),
        ("lasts(a).", set()),
        ("lasts(a, [2016-05-21..2016-05-31]..).", set()),
        ("stands(a).", set()),
        ("stands(a, 2016-06).", {"R404"}),
        ("stands(a, 2016-06-04..).", {"R404"}),
        ("source s date 2016-06-04. happens(a).", set()),
        ("source s date 2016-06-04. happens(a, 2016-07).", {"R406"}),
    ],
)
def test_dates_go_with_kinds(fact: str, refused: set[str]) -> None:
    """The table of dates and kinds: what it calls an error is one, and nothing else is."""
    kinds = "event happens(x). state lasts(x). fixed stands(x). fact(X) :- happens(X), lasts(X), stands(X).\n"
    assert codes(kinds + fact) & {"R403", "R404", "R405", "R406"} == refused


def codes(content: str) -> set[str]:
    """The codes of what is wrong with a text."""
    problems: list[Diagnostic] = []
    file = parse(Text("wrong.dl", content), problems)
    return {d.code for d in problems or check(Vocabulary(tree.Program((file,))))}


def test_the_words_of_the_language_are_all_there() -> None:
    """The reference lists each word that the grammar reserves, and no other."""
    listed = re.search(r"\*\*Words of the language\*\*.*?\n\n", REFERENCE, re.DOTALL)
    assert listed
    lark = (GRAMMAR / "datalog.lark").read_text(encoding="utf-8")
    # What a source says of itself can be nothing else there, so that these stay free.
    free = {"publisher", "title", "url", "date", "reliability"}
    assert set(re.findall(r"`(\w+)`", listed[0])) == set(re.findall(r'"([a-z]+)"', lark)) - free
    assert set(re.findall(r"`(\w+)`", listed[0])) == trees.RESERVED


def test_the_links_lead_somewhere() -> None:
    """Each link within the reference leads to one of its headings, each other one to a file beside it."""
    headings = re.findall(r"^#+ (.+)$", REFERENCE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for link in re.findall(r"\]\(([^)]+)\)", REFERENCE):
        assert link[1:] in anchors if link.startswith("#") else (GRAMMAR / link).exists(), link

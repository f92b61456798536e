"""Programs of Souffle give Souffle's answers, or are refused by name.

`SOUFFLE_TESTS=/path/to/souffle/tests pytest -s tests/test_peers.py` runs Souffle's own tests too, and counts them.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reasoner
from reasoner.diagnostic import Diagnostic, Problems
from reasoner.syntax.souffle import parse
from reasoner.term import Quoted, show_atom
from reasoner.text import Text
from tests.peers.runner import Case, Outcome, cases, outcome
from tests.test_cli import run
from tests.test_engines import solved

OURS = tuple(cases(Path(__file__).parent / "peers"))
SUITES = ("evaluation", "example", "semantic", "syntactic", "provenance", "scheduler", "profile")


@pytest.mark.parametrize("engine", ["columnar", "naive"])
@pytest.mark.parametrize("case", OURS, ids=lambda case: case.program.stem)
def test_our_programs(case: Case, engine: str) -> None:
    """The rows of each relation that a program asks for are those that Souffle wrote, all and no others."""
    assert outcome(case, engine).verdict == "equal", outcome(case, engine)


def test_souffles_own_programs() -> None:
    """Of Souffle's own tests, each program that can be read in time has Souffle's answers."""
    if "SOUFFLE_TESTS" not in os.environ:
        pytest.skip("SOUFFLE_TESTS does not say where Souffle's tests are")
    root = Path(os.environ["SOUFFLE_TESTS"])
    found = {case.name: outcome(case) for suite in SUITES for case in cases(root / suite)}
    print("\n" + report(found))
    assert found
    assert not {name: one for name, one in found.items() if one.verdict == "different"}


def report(found: dict[str, Outcome]) -> str:
    """How many programs came out how, and why the others were refused."""
    verdicts = Counter(one.verdict for one in found.values())
    reasons = Counter(one.reason for one in found.values() if one.verdict == "refused")
    named = (f"{name}: {one.reason}" for name, one in found.items() if one.verdict in ("different", "slow"))
    return "\n".join((str(dict(verdicts)), *(f"{times:4} {reason}" for reason, times in reasons.most_common()), *named))


def test_the_reference(tmp_path: Path) -> None:
    """The program that the reference of the language shows comes to the rows that stand under it."""
    reference = (Path(__file__).parent.parent / "grammar" / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```souffle\n(.*?)^```", reference, re.MULTILINE | re.DOTALL)
    (tmp_path / "p.dl").write_text(shown, encoding="utf-8")
    (tmp_path / "Road.facts").write_text("", encoding="utf-8")
    base = reasoner.load(tmp_path / "p.dl", dialect="souffle")
    asked = [name for name in base.vocabulary.declarations if name in {*re.findall(r"\.output (\w+)", shown)}]
    found = [show_atom(name, row) for name in asked for row in base.model().rows(name)]
    assert sorted(found) == sorted(re.findall(r"^//= (.*)$", shown, re.MULTILINE))


# ---------------------------------------------------------------- what is refused


def refusals(content: str) -> list[tuple[str, str, str]]:
    """Of each message on a program: its code, what it says, and the words that it points at."""
    problems: list[Diagnostic] = []
    parse(Text("program.dl", content), "program_dl", problems)
    return [(d.code, d.message, d.labels[0].span.excerpt) for d in problems]


@pytest.mark.parametrize(
    ("written", "named", "pointed"),
    [
        (".type R = [a: number]", "records", ".type R = [a: number]"),
        ("a(x) :- a(x), x = [1, 2].", "records", "[1, 2]"),
        (".type T = A { x: number } | B {}", "algebraic data types", ".type T = A { x: number } | B {}"),
        (".comp C {\n .decl b(x: number)\n}", "components", ".comp C {"),
        (".init c = C", "components", ".init c = C"),
        (".decl e(x: number, y: number) eqrel", "`eqrel`", "eqrel"),
        (".decl e(x: number) choice-domain x", "`choice-domain`", "choice-domain x"),
        (".decl f(x: float)", "floats", "float"),
        ("a(x) :- a(x), x < 1.5.", "floats", "1.5"),
        ("a(x) <= a(y) :- x < y.", "subsumption", "a(x) <= a(y) :- x < y."),
        ('a(strlen("a")).', "the functor `strlen`", 'strlen("a")'),
        ("a(min(x, 1)) :- a(x).", "the functor `min`", "min(x, 1)"),
        ("a(@f(x)) :- a(x).", "user-defined functors", "@f(x)"),
        ("a($).", "counters", "$"),
        ("a(x band 1) :- a(x).", "operations on bits and truth values", "band"),
        ("a(x ^ y) :- a(x), a(y).", "powers, but for small fixed ones", "x ^ y"),
        ('a(1) :- match("a.*", "ab").', "`match`", 'match("a.*", "ab")'),
        ("a(x) :- x = mean y : a(y).", "`mean`", "mean y : a(y)"),
        ("a(x) :- x = count : { a(y), (y < 2; y > 3) }.", "`;` in an aggregate", "{ a(y), (y < 2; y > 3) }"),
        ('s(x + "b") :- s(x).', "symbols joined by `+`", 'x + "b"'),
        ("u(x - 1) :- u(x).", "differences of unsigned numbers", "x - 1"),
        ("u(as(x, unsigned)) :- a(x).", "conversions from one type to another", "as(x, unsigned)"),
        (".limitsize a(n=3)", "`.limitsize`", ".limitsize a(n=3)"),
        (".input a(IO=sqlite)", "the setting `IO=sqlite`", "IO=sqlite"),
        ('.pragma "fact-dir" "x"', "the option `fact-dir`", '.pragma "fact-dir" "x"'),
        ('.include "b.dl"', "`.include`", '.include "b.dl"'),
        ("#define N 3", "the C preprocessor", "#define N 3"),
        ("@[note] a(1).", "annotations and aggregates of one's own", "@"),
    ],
)
def test_constructs_are_refused(written: str, named: str, pointed: str) -> None:
    """What cannot be said here is told by its name, once, and the message points at it."""
    declared = ".decl a(x: number)\n.decl s(x: symbol)\n.decl u(x: unsigned)\n"
    assert refusals(declared + written) == [("R112", f"Souffle is read without {named}", pointed)]


@pytest.mark.parametrize(
    ("written", "code", "pointed"),
    [
        ("a(1) :- .", "R101", "."),
        ("a(1", "R103", "1"),
        ('s("x).', "R102", '"x).'),
        ("b(1).", "R201", "b"),
        (".output b", "R201", "b"),
        (".decl b(x: place)", "R201", "place"),
        (".type T = T", "R201", "T"),
        (".decl a(x: number)", "R207", "a"),
        (".type T <: symbol\n.type T <: number", "R207", "T"),
        ("a(x).", "R203", "x"),
        ('a("1").', "R213", '"1"'),
        ("a(x) :- s(x).", "R213", "x"),
        ('a(x) :- a(x), x < "b".', "R213", 'x < "b"'),
        ("a(n) :- n = sum x : s(x).", "R213", "sum x : s(x)"),
        ("a(2147483648).", "R109", "2147483648"),
        ("u(-1).", "R109", "-1"),
    ],
)
def test_mistakes_are_told(written: str, code: str, pointed: str) -> None:
    """What Souffle would not read either gives the code that the same mistake has in our language, at its place."""
    declared = ".decl a(x: number)\n.decl s(x: symbol)\n.decl u(x: unsigned)\n"
    found = refusals(declared + written)
    assert [(code, pointed)] == [(given_, place) for given_, _, place in found]


@pytest.mark.parametrize("length", [250, 1500])
@pytest.mark.parametrize("written", ["a(x{}) :- a(x).", "a(x) :- a(x){}."])
def test_what_is_too_long(written: str, length: int) -> None:
    """More arithmetic, or more ways through a body, than can be walked through is told, not tried."""
    more = " + x" if "{})" in written else ", (x < 1; x > 2)"
    found = refusals(".decl a(x: number)\n" + written.format(more * length))
    assert {code for code, _, _ in found} == {"R505"}


# ---------------------------------------------------------------- tables and doors

PROGRAM = """\
.decl Edge(a: symbol, n: number)
.input Edge
.decl from(a: symbol)
.output from
from(a) :- Edge(a, x), x > 1.
"""


def loaded(folder: Path, table: str | None) -> reasoner.KnowledgeBase:
    """The program with its table beside it."""
    (folder / "p.dl").write_text(PROGRAM, encoding="utf-8")
    if table is not None:
        (folder / "Edge.facts").write_text(table, encoding="utf-8")
    return reasoner.load(folder / "p.dl", dialect="souffle")


@pytest.mark.parametrize(
    ("table", "code"),
    [(None, "R511"), ("a\t1\tb\n", "R415"), ("a\n", "R415"), ("a\tb\n", "R415"), ("a\t2147483648\n", "R415")],
)
def test_tables_that_do_not_fit(tmp_path: Path, table: str | None, code: str) -> None:
    """A table that is not there, or a line of it that is no row, is told with its place."""
    with pytest.raises(Problems) as raised:
        loaded(tmp_path, table)
    (found,) = raised.value.diagnostics
    assert found.code == code
    assert found.labels[0].span.file.endswith("Edge.facts" if table else "p.dl")


def test_tables_are_cited(tmp_path: Path) -> None:
    """A row of a table cites the file and the line; names that we cannot write are made so; nothing is warned of."""
    base = loaded(tmp_path, "a\t1\nb b\t2\n")
    assert not base.diagnostics
    (answer,) = base.query("from_(A)").answers
    assert answer.bindings == (("A", Quoted("b b")),)
    (citation,) = (c.evidence for c in base.claims if c.predicate == "edge" and c.row[1] == 2)
    assert citation
    assert (citation.source, citation.locator) == ("edge_facts", "2")


def test_command_line(tmp_path: Path) -> None:
    """`--dialect souffle` reads a program and its folder of tables, and no default rules; no other dialect is known."""
    (tmp_path / "p.dl").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "Edge.facts").write_text("a\t5\n", encoding="utf-8")
    files = ("--rules", "p.dl", "--facts", "tables")
    done = run(tmp_path, "query", "from_(A)", "--dialect", "souffle", *files, cwd=tmp_path)
    assert (done.returncode, '"a"' in done.stdout, done.stderr) == (0, True, "")
    why = run(tmp_path, "why", "1", cwd=tmp_path)
    assert (why.returncode, "edge_facts, 1" in why.stdout) == (0, True)
    wrong = run(tmp_path, "query", "from_(A)", "--dialect", "prolog", *files, cwd=tmp_path)
    assert (wrong.returncode, "R508" in wrong.stderr) == (2, True)


# ---------------------------------------------------------------- a third reading

HEADS = ("p", "q", "r")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """The same program of numbers twice: as Souffle writes it, and as clingo does."""
    number = st.integers(-1, 3)
    theirs = [f".decl {name}(x: number, y: number)" for name in ("e", *HEADS)]
    clingo: list[str] = []

    def add(souffle: str) -> None:
        theirs.append(souffle)
        text = re.sub(r"!(?!=)", "not ", souffle)
        text = text.replace("count : {", "#count{ v, w :").replace("sum v : {", "#sum{ v, w :")
        clingo.append(re.sub(r"\b[v-z]\b", lambda name: name[0].upper(), text))

    for _ in range(draw(st.integers(2, 7))):
        add(f"e({draw(number)}, {draw(number)}).")
    lower = ["e"]
    for head in HEADS[: draw(st.integers(1, 3))]:
        for _ in range(draw(st.integers(1, 2))):
            body = [f"{draw(st.sampled_from((*lower, head)))}(x, y)", f"{draw(st.sampled_from(lower))}(y, z)"]
            if draw(st.booleans()):
                body.append(f"!{draw(st.sampled_from(lower))}({draw(st.sampled_from(('x', 'z', '_', '1')))}, x)")
            if draw(st.booleans()):
                body.append(
                    f"x {draw(st.sampled_from(('=', '!=', '<', '<=')))} {draw(st.sampled_from(('z', 'y - 1')))}"
                )
            if draw(st.booleans()):
                function = draw(st.sampled_from(("count : {", "sum v : {")))
                group = draw(st.sampled_from(("", ", v < 2", ", w != 1", ", v = w")))
                body.append(f"{draw(st.integers(0, 3))} <= {function} {draw(st.sampled_from(lower))}(v, w){group} }}")
            left, right = draw(st.sampled_from(("x", "y"))), draw(st.sampled_from(("z", "y")))
            add(f"{head}({left}, {right}) :- {', '.join(body)}.")
        lower.append(head)
    return "\n".join(theirs), "\n".join(clingo)


@given(pairs())
def test_drawn_programs_are_clingos(tmp_path_factory: pytest.TempPathFactory, pair: tuple[str, str]) -> None:
    """A program of the plain part means what the same program means to clingo."""
    theirs, clingo = pair
    path = tmp_path_factory.mktemp("drawn") / "p.dl"
    path.write_text(theirs, encoding="utf-8")
    relations = reasoner.load(path, dialect="souffle").model().relations
    found = {
        f"{name}({','.join(map(str, row))})" for name, rows in relations.items() if "#" not in name for row in rows
    }
    assert found == solved(clingo)

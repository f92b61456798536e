"""Each law is checked; each message is as its golden file has it; each code has one."""

from __future__ import annotations

import os
import re
from cProfile import Profile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoner.check import check
from reasoner.diagnostic import Diagnostic, draw, errors, sort
from reasoner.engine.naive import evaluate
from reasoner.evidence.claim import claims
from reasoner.evidence.store import store
from reasoner.plan.plan import plan
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Program
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.text import Text

ROOT = Path(__file__).parent.parent
GOLDEN = sorted((ROOT / "tests" / "diagnostics").glob("*.dl"))

# Codes that no text by itself can give: where they are tested instead.
ELSEWHERE = {
    "R110": "tests of the questions: a name that nobody has",
    "R111": "tests of the questions: a question that is not understood",
    "R112": "test_peers.py: what Souffle has, and we have not",
    "R415": "test_peers.py: a line of a table that is no row",
    "R508": "test_peers.py: a dialect that does not exist",
    "R501": "tests of the engines: rules that never settle",
    "R502": "tests of the engines",
    "R503": "tests of the engines: sums over uncertain dates",
    "R420": "test_cli.py: a broken invariant",
    "R421": "test_cli.py: a dispute",
    "R422": "test_cli.py: a source to drop that does not exist",
    "R423": "test_cli.py: a supposition that is not one fact",
    "R424": "test_cli.py: a fact to take away that is not there",
    "R426": "test_cli.py: a day before all evidence",
    "R427": "test_cli.py: a day after all evidence",
    "R428": "test_verify.py: more rows than a check waits for",
    "R425": "test_why_not.py: a question that is not about one atom",
    "R506": "test_cli.py: an engine that does not exist",
    "R431": "test_mappings.py: a mapping that does not exist",
    "R432": "test_mappings.py: what cannot be in a mapping",
    "R433": "test_mappings.py: a column that a table does not have",
    "R434": "test_zones.py: polygons in a table that has none",
    "R435": "test_zones.py: changes that cannot be told",
    "R436": "test_zones.py: no known place to look for",
    "R551": "test_archive.py: no archive there",
    "R552": "test_archive.py: a damaged file",
    "R553": "test_archive.py: an archive of a newer program",
    "R554": "test_archive.py: what is kept is not what follows",
    "R555": "test_archive.py: others write all the time",
    "R556": "test_archive.py: an archive is there already",
    "R541": "test_mappings.py, test_zones.py: no pyarrow, no shapely",
    "R542": "test_mappings.py: a table that cannot be read",
    "R543": "test_mappings.py: a fact file that is damaged",
    "R544": "test_pictures.py: a picture that is too large for PNG",
    "R504": "test_bad_files.py: a file that is too large",
    "R507": "test_engines.py: more rows than fit in memory",
    "R505": "test_bad_files.py: a statement that is nested too deeply",
    "R521": "test_pydatalog.py: what takes too long",
    "R522": "test_pydatalog.py: what fails inside pyDatalog",
    "R523": "test_pydatalog.py: a recursion that lends to an aggregate",
    "R511": "test_bad_files.py: no such file",
    "R517": "test_pictures.py: a file that cannot be written",
    "R512": "test_bad_files.py: a file that may not be read",
    "R513": "test_bad_files.py: a binary file",
    "R514": "test_bad_files.py: not UTF-8",
    "R515": "test_bad_files.py: a folder without .dl files",
    "R516": "test_bad_files.py: an empty file",
    "R531": "test_testing.py: a folder without cases",
    "R532": "test_testing.py: a case that expects nothing",
    "R533": "test_testing.py: a name that is nowhere in the case",
}


def found(*contents: str, name: str = "a.dl") -> tuple[Diagnostic, ...]:
    """The messages on some texts; where one cannot be read, the checks would only guess."""
    problems: list[Diagnostic] = []
    texts = [Text(name if n == 0 else f"{n}_{name}", content) for n, content in enumerate(contents)]
    program = Program(tuple(parse(text, problems) for text in texts))
    return sort(problems) if errors(problems) else sort([*problems, *check(Vocabulary(program))])


def codes(*contents: str) -> list[str]:
    """The codes of the messages on some texts."""
    return [d.code for d in found(*contents)]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_message_is_golden(path: Path) -> None:
    """The messages on a file are, to the letter, those beside it (`GOLDEN=write pytest` writes them anew)."""
    drawn = draw(found(path.read_text("utf-8"), name=path.name))
    golden = path.with_suffix(".txt")
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(drawn + "\n" if drawn else "", "utf-8")
    assert golden.read_text("utf-8") == (drawn + "\n" if drawn else "")


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_file_shows_its_code_alone(path: Path) -> None:
    """A golden file says in its first line what it guards, and gives the code in its name and no other."""
    content = path.read_text("utf-8")
    assert content.startswith("% ")
    code = re.match(r"R\d{3}", path.stem)
    assert {d.code for d in found(content)} == ({code[0]} if code else set())


def test_every_code_has_a_golden_file() -> None:
    """No code can be given without a case that shows its message; none is listed that is not given."""
    sources = (path.read_text("utf-8") for path in (ROOT / "reasoner").rglob("*.py"))
    used = {code for source in sources for code in re.findall(r'"(R\d{3})"', source)}
    shown = {path.stem[:4] for path in GOLDEN if path.stem[0] == "R"}
    assert used == shown | ELSEWHERE.keys()
    assert not shown & ELSEWHERE.keys()


def test_plain_datalog_passes() -> None:
    """Without declarations nothing is typed, timed or cited, and nothing is remarked on that."""
    assert not found("edge(1, 2). edge(2, 3). path(X, Y) :- edge(X, Y). path(X, Y) :- path(X, Z), edge(Z, Y).")
    assert not found('p(a). p("a"). p(1.5). q(X, N) :- N = #count{ Y : p(Y) }, p(X), not r(X). r(a) :- p(b).')


@pytest.mark.parametrize(
    "body",
    [
        "p(X), X + 1 = Y, q(Y)",
        "Y = X + 1, p(X)",
        "p(X + 1), q(X)",
        "not p(X), q(X)",
        "not p(X) since q(X)",
        "q(X), N = #count{ Y : p(Y), Y < X }, N > 1",
        "q(X), #sum{ Y, Z : p(Y), q(Z), Y != X } > 3",
        "q(X), always[3] not p(X)",
        "not p(_), q(X)",
        "N = #count{ Y : p(Y), M = #count{ Z : q(Z), Z < Y }, M > 2 }, q(X), X < N",
    ],
)
def test_safe_rules_pass(body: str) -> None:
    """A variable is bound by an atom that holds, by `=`, by a time operator, or by the rule around."""
    assert not errors(found(f"p(1). q(2). r(X) :- {body}." if "X" in body else f"p(1). q(2). r :- {body}."))


@pytest.mark.parametrize(
    "body",
    [
        "p(X + 1)",
        "always[3] not p(X)",
        "not always[3] p(X)",
        "X = Y, Y = X",
        "q(Y), X < Y",
        "p(X) since q(Y)",
        "p(X + 1) since q(X)",
        "X > #count{ Y : p(Y) }, q(_)",
        "#count{ X : p(Y) } > 1",
        "q(X), _ = #count{ Y : p(Y) }",
        "q(X), X < _",
        "q(X), p(_ + 1)",
    ],
)
def test_unsafe_rules_do_not_pass(body: str) -> None:
    """What the plan could not put in an order of evaluation is an error before it."""
    assert "R203" in codes(f"p(1). q(2). r(X) :- {body}.")


LITERALS = """
    p(X)
    q(X, Y)
    q(Y, Z)
    not p(Z)
    not q(X, _)
    X = Y
    Z = X + 1
    Y < Z
    p(X + 1)
    q(X, Y + Z)
    p(X) since q(X, Y)
    not q(X, Z) since p(X)
    q(Y, X + 1) since p(Y)
    once p(Z)
    not once p(Y)
    always[2] p(Z)
    always[2] not p(X)
    not always[2] p(X)
    begins p(X)
    N = #count{ Y : q(X, Y) }
    #sum{ Z, Y : q(Y, Z) } > X
    N = #count{ Y : q(X, Y), Y < Z }
    #max{ Z : p(Z), not q(Z, Y) } < N
    2 < #count{ Z : p(Z), Y = Z + 1 }
    N > 1
""".split("\n")[1:-1]


@given(
    st.lists(st.sampled_from(LITERALS), min_size=1, max_size=4),
    st.sampled_from(["r", "r(X)", "r(N)", "r(X + Z, Y)"]),
)
def test_what_passes_can_be_evaluated(body: list[str], head: str) -> None:
    """No engine meets a variable without a value in a rule that the checks let through."""
    content = f"p(1). p(2). q(1, 2). q(2, 3). {head} :- {', '.join(body)}."
    if not errors(found(content)):
        vocabulary = Vocabulary(Program((parse(Text("a.dl", content), []),)))
        evaluate(plan(vocabulary), store(vocabulary, claims(vocabulary)))


def test_what_is_blamed() -> None:
    """Of variables that wait for each other, only those that nothing else could bind are told."""
    assert [d.message for d in found("p(1). q(1). s(1). r(A) :- p(A) since q(B), s(B).")] == [
        "`A` is in the head but nothing in the body binds it"
    ]


def test_one_mistake_one_message() -> None:
    """A misspelt variable is unbound, and leaves another alone: only the first is told."""
    assert codes("p(1, 2). r(Place) :- p(Plcae, Plcae).") == ["R203"]
    assert codes("p(1, 2). r(Place, Y) :- p(Plaec, Y), p(Y, Y).") == ["R203"]
    assert codes("event p(a). source s date 2016. pp(x, y). pp(x).") == ["R201"]
    assert codes("event p(a). p(x) from t.") == ["R407"]
    assert codes("event p(a). p(x).") == ["R403"]


def test_same_words_in_two_files_are_two_messages() -> None:
    """A message is known by its file too: two files with one mistake at the same place give two."""
    rule = "p(A) :- q(A), r(B). "
    assert codes(rule + "q(1).", rule + "r(1).") == ["R206", "R206"]


def test_names_across_files() -> None:
    """Files are read together: what one declares another uses, in any order."""
    assert not found("p(x) from s.", "event p(a).", "source s date 2016-06-04.")
    assert codes("p(x) from analyst. q(X) :- p(X).", "state q(a).") == ["R201"]


def test_a_nearest_source_is_of_the_same_file() -> None:
    """A source reaches down to the end of its file and no further."""
    assert codes("source s date 2016. fixed p(a). p(x).", "p(y).") == ["R409"]


def test_type_predicates_may_be_read_and_given() -> None:
    """`place(P)` holds of what stands in an argument of Place, and a fact may name one more place."""
    program = "fixed near(place: Place, other: Place). state far(place: Place). source s. place(tabqa). "
    assert not found(program + "far(P) :- place(P), not near(P, _).")
    assert codes(program + "far(P) :- plaec(P).") == ["R201"]
    assert codes("type Side = n | s. fixed at(side: Side). source s. side(north).") == ["R212"]
    assert codes(program + "place(tabqa, 2014-08).") == ["R404"]


def test_a_year_is_a_date() -> None:
    """A last extra number of four digits is a year, in its place and behind named arguments alike."""
    program = "event p(a, b). source s date 2016. "
    assert not found(program + "p(x, y, 2014). p(a: x, b: y, 2014). p(b: y, a: x, 2014-08).")
    assert codes(program + "p(x, y, 2017).") == ["R406"]
    assert codes(program + "p(x, 2014).") == []
    assert codes(program + "p(x, y, 20145).") == ["R202"]


@pytest.mark.parametrize("step", ["not p(X), q(X)", "once p(X)", "always[3] p(X)", "begins p(X)", "ends p(X)"])
def test_no_cycle_through_a_strict_step(step: str) -> None:
    """Negation and time look at what is known already, however long the way around."""
    assert codes(f"q(1). p(X) :- r(X). r(X) :- {step}.") == ["R301"]
    assert codes(f"q(1). p(1). r(X) :- {step}.") == []


def test_a_cycle_of_many_files_is_shown_with_its_files() -> None:
    """Each step of a cycle is shown in the file in which it stands."""
    (message,) = found("p(X) :- q(X), not r(X).", "r(X) :- s(X).", "s(X) :- p(X). q(1).")
    assert [label.span.file for label in message.labels] == ["a.dl", "1_a.dl", "2_a.dl"]
    assert "-->" in draw([message]).splitlines()[4]


def test_checking_is_linear_in_the_facts() -> None:
    """Ten times the facts take some ten times the calls."""

    def called(number: int) -> int:
        lines = (f"capture(a{n % 50}, p{n % 997}, 2016-0{n % 9 + 1}) s{n}." for n in range(number))
        text = Text("a.dl", "event capture(actor: Actor, place: Place). source s date 2017." + "\n".join(lines))
        vocabulary = Vocabulary(Program((parse(text, []),)))
        profile = Profile()
        assert not profile.runcall(check, vocabulary)
        return sum(its.callcount for its in profile.getstats())

    assert called(5000) < 12 * called(500)

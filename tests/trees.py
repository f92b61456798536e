"""Hypothesis strategies for the tree: every kind of statement, as a parser could have read it."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from reasoner.diagnostic import Diagnostic
from reasoner.syntax import tree
from reasoner.syntax.parse import parse
from reasoner.syntax.write import write
from reasoner.term import Atom, Constant, Expression, Quoted, Term, Value, Variable
from reasoner.text import Text
from reasoner.when import FUTURE, Date, When

NOWHERE = Text("made.dl", "").span(0, 0)
RESERVED = frozenset(
    "event state fixed type source assume never reports denies from via assuming".split()
    + "not since once always begins ends during".split()
)


def read(content: str) -> tree.File:
    """The file that a text holds; fails where any of it cannot be read."""
    problems: list[Diagnostic] = []
    found = parse(Text("test.dl", content), problems)
    assert not problems, (content, problems)
    return found


def file(*statements: tree.Statement) -> tree.File:
    """A file of these statements, without a text."""
    return tree.File(NOWHERE.text, statements)


def sometimes(strategy: SearchStrategy[str]) -> SearchStrategy[str | None]:
    """The strategy, or nothing."""
    return st.none() | strategy


# ---------------------------------------------------------------- words

_WORDS = ("p", "q", "notable", "since2", "oncer", "date", "title", "url", "raqqa_city", "e5", "s2", "type_")
names = st.sampled_from(_WORDS) | st.from_regex(r"[a-z][A-Za-z0-9_]{0,5}", fullmatch=True).filter(
    lambda name: name not in RESERVED
)
variable_names = st.sampled_from(("_", "X", "Y", "_Z", "Who")) | st.from_regex(
    r"[A-Z][A-Za-z0-9_]{0,3}|_[A-Za-z0-9_]{0,3}", fullmatch=True
)
texts = st.text(max_size=12) | st.lists(
    st.sampled_from(("\\", '"', "\n", "\\n", "%", ".", "..", "{actor}", " ", "\r", "é", "“", "مدينة", "\u2028")),
    max_size=6,
).map("".join)

# ---------------------------------------------------------------- values and terms

values: SearchStrategy[Value] = st.one_of(
    names,
    texts.map(Quoted),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.integers(-3, 2020),
    st.floats(-1e15, 1e15, allow_nan=False),
)
variables = variable_names.map(Variable)
terms: SearchStrategy[Term] = st.recursive(
    values.map(Constant) | variables,
    lambda inner: st.builds(Expression, st.sampled_from("+-*/"), inner, inner),
    max_leaves=5,
)


@st.composite
def atoms(draw: st.DrawFn, arguments: SearchStrategy[Term] = terms) -> Atom:
    """An atom, each of its arguments named or not."""
    given = draw(st.lists(arguments, max_size=3))
    named = draw(st.lists(sometimes(names), min_size=len(given), max_size=len(given)))
    return Atom(draw(names), tuple(given), tuple(named) if any(named) else ())


# ---------------------------------------------------------------- time

_FIRST, _LAST = date(1000, 1, 1).toordinal(), date(9999, 12, 31).toordinal()


def _calendar(strategy: SearchStrategy[date]) -> SearchStrategy[Date]:
    """Days, whole months and whole years."""

    def spans(day: date) -> SearchStrategy[Date]:
        after = date(day.year + day.month // 12, day.month % 12 + 1, 1).toordinal() - 1
        year = Date(date(day.year, 1, 1).toordinal(), date(day.year, 12, 31).toordinal())
        month = Date(day.replace(day=1).toordinal(), after)
        return st.sampled_from((Date(day.toordinal(), day.toordinal()), month, year))

    return strategy.flatmap(spans)


dates: SearchStrategy[Date] = st.one_of(
    _calendar(st.dates(date(1000, 1, 1), date(9998, 12, 31))),
    _calendar(st.dates(date(2016, 1, 1), date(2017, 12, 31))),
    st.tuples(st.integers(_FIRST, _LAST), st.integers(0, 400)).map(lambda d: Date(d[0], min(d[0] + d[1], _LAST))),
)
open_ranges = st.builds(lambda d: When(d, None, True), dates) | st.builds(lambda d: When(None, d, True), dates)
ranges = st.builds(lambda a, b: When(a, b, True) if a.first <= b.last else When(b, a, True), dates, dates)
whens: SearchStrategy[When] = st.one_of(dates.map(When), ranges, open_ranges)

# ---------------------------------------------------------------- literals

_operators = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
_windows = st.tuples(st.integers(0, 40), st.integers(0, 400)).map(lambda w: (w[0], w[0] + w[1]))


@st.composite
def literals(draw: st.DrawFn) -> tree.Literal:
    """A formula of any operator, negated where the language has a way to write it."""
    atom, negated = draw(atoms()), draw(st.booleans())
    signed = tree.Signed(atom, draw(st.booleans()))
    formula: tree.Formula
    match draw(st.sampled_from(("plain", "once", "window", "always", "since", "begins", "ends"))):
        case "plain":
            formula = tree.Plain(atom)
        case "once":
            formula = tree.Once(atom, 0, FUTURE)
        case "window":
            formula = tree.Once(atom, *draw(_windows))
        case "always":
            formula = tree.Always(signed, *draw(_windows))
            negated = negated and not signed.negated
        case "since":
            formula, negated = tree.Since(signed, draw(atoms())), False
        case "begins":
            formula = tree.Begins(atom)
        case _:
            formula = tree.Ends(atom)
    return tree.Literal(formula, negated, draw(st.none() | whens), origin=NOWHERE)


comparisons = st.builds(tree.Comparison, _operators, terms, terms, origin=st.just(NOWHERE))
body_literals: SearchStrategy[tree.BodyLiteral] = st.recursive(
    literals() | comparisons,
    lambda inner: st.builds(
        tree.Aggregate,
        st.sampled_from(("count", "sum", "min", "max")),
        st.lists(terms, min_size=1, max_size=2).map(tuple),
        st.lists(inner, min_size=1, max_size=2).map(tuple),
        _operators,
        terms,
        origin=st.just(NOWHERE),
    ),
    max_leaves=4,
)
bodies = st.lists(body_literals, min_size=1, max_size=4).map(tuple)

# ---------------------------------------------------------------- statements

citations = st.builds(
    tree.Citation,
    sometimes(names),
    sometimes(names),
    sometimes(names | st.from_regex(r"[0-9]{1,3}", fullmatch=True)),
    sometimes(texts),
    st.lists(names, max_size=3).map(tuple),
)
_parameters = st.lists(
    st.builds(tree.Parameter, names, sometimes(variable_names), origin=st.just(NOWHERE)), max_size=3
).map(tuple)
declarations = st.builds(
    tree.Declaration,
    st.sampled_from(("event", "state", "fixed")),
    names,
    _parameters,
    st.lists(texts, max_size=3).map(tuple),
    sometimes(names),
    sometimes(names),
    name_origin=st.just(NOWHERE),
    origin=st.just(NOWHERE),
)
types = st.builds(
    tree.TypeDeclaration,
    variable_names,
    st.none() | st.lists(names, min_size=1, max_size=30).map(tuple),
    origin=st.just(NOWHERE),
)
sources = st.builds(
    tree.Source,
    names,
    *(sometimes(texts),) * 3,
    st.none() | dates,
    sometimes(names),
    sometimes(names),
    origin=st.just(NOWHERE),
)
assumptions = st.builds(tree.Assumption, names, texts, origin=st.just(NOWHERE))
facts = st.builds(tree.Fact, atoms(), st.none() | whens, citations, origin=st.just(NOWHERE))


def _readable(rule: tree.Rule) -> bool:
    """`p during 2016-05.. 12` would be a range: there a numeric locator needs `from` or `via` before it."""
    last, cited = rule.body[-1], rule.citation
    numeric = (cited.locator or "").isdigit() and not cited.source and not cited.via
    return not (
        numeric and isinstance(last, tree.Literal) and last.during and last.during.ranged and not last.during.end
    )


rules = st.builds(tree.Rule, atoms(), bodies, citations, origin=st.just(NOWHERE)).filter(_readable)
invariants = st.builds(tree.Invariant, bodies, sometimes(texts), origin=st.just(NOWHERE))
queries = st.builds(tree.Query, bodies, origin=st.just(NOWHERE))
statements: SearchStrategy[tree.Statement] = st.one_of(
    declarations, types, sources, assumptions, facts, rules, invariants, queries
)

# ---------------------------------------------------------------- texts with comments

_remarks = st.text(st.characters(exclude_characters="\n\r"), max_size=8).map(lambda remark: f"%{remark}")
_STRING = re.compile(r'("(?:\\.|[^"\\\n])*")')
_blanks = st.sampled_from(("", " ", "\n", "\n\n", "\n\n\n", "  \n \n", "\t"))


@st.composite
def commented_texts(draw: st.DrawFn) -> str:
    """Statements, some alike, with comments and blank lines between them, after them and inside them."""
    similar = st.builds(
        tree.Fact, st.just(Atom("p", (Constant("a"),))), st.none() | whens, citations, origin=st.just(NOWHERE)
    )
    text = ""
    for statement in draw(st.lists(statements | similar, max_size=5)):
        for _ in range(draw(st.integers(0, 2))):
            text += draw(_blanks) + draw(_remarks) + "\n"
        text += draw(_blanks)
        # A comment may stand wherever a space stands outside a string.
        for place, piece in enumerate(_STRING.split(write(statement))):
            if place % 2 == 0 and " " in piece and draw(st.integers(0, 4)) == 0:
                piece = piece.replace(" ", f" {draw(_remarks)}\n ", draw(st.integers(1, 2)))
            text += piece
        if draw(st.booleans()):
            text += draw(st.sampled_from(("", " ", "\t"))) + draw(_remarks) + "\n"
    return text + draw(_blanks) + draw(st.sampled_from(("", "% the end", "% one\n\n% two\n")))

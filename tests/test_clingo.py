"""clingo as a second opinion: it reads the text of a plain program as it stands, and comes to the same atoms.

The grounder knows nothing of our engines. What it says otherwise is left out of what is drawn here, and stands in the
reference: the `#min` of nothing, decimals, and all that has to do with time and sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoner.engine.columnar import evaluate as columnar
from reasoner.engine.naive import evaluate as naive
from tests.test_engines import answer, solved

ENGINES = {"columnar": columnar, "naive": naive}
VALUES = ("a", "b", "1", "2", "-1", '"a"', '"b c"')
VARIABLES = ("X", "Y", "Z")
ARITIES = {"e": 2, "n": 1, "flag": 0}
HEADS = {"p": 2, "q": 1, "r": 0, "s": 2, "t": 3}


def ours(text: str, evaluate: Callable = columnar) -> set[str]:
    """The atoms that hold, as clingo writes them."""
    return {
        f"{predicate}({','.join(map(str, row))})" if row else predicate for predicate, row in answer(text, evaluate)
    }


@st.composite
def atoms(draw: st.DrawFn, predicates: dict[str, int], terms: tuple[str, ...]) -> str:
    """An atom of one of the predicates, mostly over these terms."""
    name = draw(st.sampled_from(sorted(predicates)))
    term = st.sampled_from((*terms, *terms, *terms, draw(st.sampled_from(VALUES))))
    inside = ", ".join(draw(term) for _ in range(predicates[name]))
    return f"{name}({inside})" if inside else name


@st.composite
def aggregates(draw: st.DrawFn, lower: dict[str, int], bound: tuple[str, ...]) -> str:
    """What gives W the value of an aggregate, for each value of what is bound outside."""
    function = draw(st.sampled_from(("count", "sum", "min", "max")))
    inside = draw(atoms({name: arity for name, arity in lower.items() if arity}, ("I", "J", *bound[:1])))
    local = tuple(v for v in ("I", "J") if v in inside) or ("1",)
    body = [inside]
    if draw(st.booleans()):
        body.append(
            f"{local[0]} {draw(st.sampled_from(('!=', '<', '>=')))} {draw(st.sampled_from(('1', 'a', *bound)))}"
        )
    if draw(st.booleans()):
        body.append(f"not {draw(atoms(lower, (*local, *bound, '_')))}")
    gathered = f"#{function}{{ {', '.join(local)} : {', '.join(body)} }}"
    if function in ("min", "max"):
        # Of nothing, that is #sup or #inf to clingo, and has no value here.
        return f'W = {gathered}, W >= -9, W <= "z"'
    return f"W = {gathered}"


@st.composite
def plain(draw: st.DrawFn) -> str:
    """Timeless programs of numbers, names and texts: recursion, denial, arithmetic, every aggregate, no arguments."""
    value = st.sampled_from(VALUES)
    lines = [f"e({draw(value)}, {draw(value)})." for _ in range(draw(st.integers(2, 7)))]
    lines += [f"n({draw(value)})." for _ in range(draw(st.integers(1, 4)))]
    lower = {"e": 2, "n": 1}
    if draw(st.booleans()):
        lines.append("flag.")
        lower["flag"] = 0
    for head, arity in tuple(HEADS.items())[: draw(st.integers(1, len(HEADS)))]:
        for _ in range(draw(st.integers(1, 2))):
            body = draw(st.lists(atoms(lower, VARIABLES), min_size=1, max_size=2))
            if recursive := draw(st.booleans()):
                body.append(draw(atoms({head: arity}, VARIABLES)))
            bound = tuple(v for v in VARIABLES if any(v in literal for literal in body))
            terms = bound or ("a", "1")
            if draw(st.booleans()):
                body.append(f"not {draw(atoms(lower, (*terms, '_')))}")
            if draw(st.booleans()):
                sign = draw(st.sampled_from(("=", "!=", "<", "<=", ">", ">=")))
                body.append(f"{draw(st.sampled_from(terms))} {sign} {draw(st.sampled_from((*terms, *VALUES)))}")
            if not recursive and bound and draw(st.booleans()):
                one, other = draw(st.sampled_from(bound)), draw(st.sampled_from(("2", *bound)))
                more = f"{one} {draw(st.sampled_from('+-*/'))} {other}"
                body.append(draw(st.sampled_from((f"W = {more}", f"W = ({more}) * 2 - 1"))))
                terms = (*terms, "W")
            elif not recursive and draw(st.booleans()):
                body.append(draw(aggregates(lower, bound)))
                terms = (*terms, "W")
            inside = ", ".join(draw(st.sampled_from(terms)) for _ in range(arity))
            lines.append(f"{head}({inside}) :- {', '.join(body)}." if arity else f"{head} :- {', '.join(body)}.")
        lower[head] = arity
    return "\n".join(lines)


@given(plain())
def test_drawn_programs(text: str) -> None:
    """A plain program means what clingo says that it means, the text passed through unchanged."""
    assert ours(text) == solved(text)


@settings(max_examples=25, deadline=None)
@given(plain())
def test_drawn_programs_by_definition(text: str) -> None:
    """So it does to the engine that is the definition."""
    assert ours(text, naive) == solved(text)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "text",
    [
        'p(1). p(a). p("a"). p(-3). q(X, Y) :- p(X), p(Y), X < Y.',
        "n(7). n(-7). n(0). half(X / 2) :- n(X). part(14 / X) :- n(X).",
        "n(1). n(2). n(3). up(X + 1) :- n(X). up(X + 1) :- up(X), X < 9.",
        "p(a, 1). p(a, 2). p(b, 1). s(X, N) :- p(X, _), N = #sum{ Y : p(X, Y) }.",
        "p(a, 1). p(b, 1). all(N) :- N = #sum{ Y, X : p(X, Y) }. each(N) :- N = #sum{ Y : p(_, Y) }.",
        "p(a). p(1). p(2). least(N) :- N = #min{ X : p(X) }. most(N) :- N = #max{ X : p(X) }.",
        "p(1). none(N) :- N = #count{ X : p(X), X > 1 }. zero(N) :- N = #sum{ X : p(X), X > 1 }.",
        "p(1). p(2). some :- 2 <= #count{ X : p(X) }. few :- #count{ X : p(X) } < 2. other :- not few, some.",
        "p(1). p(2). p(3). rest(X, N) :- p(X), N = #count{ Y : p(Y), not same(X, Y) }. same(X, X) :- p(X).",
        "p(1). p(2). more(X, N) :- p(X), N = #sum{ Y * X, Y : p(Y), Y >= X }.",
        'p("a\\"b"). p("c\\\\d"). p("e\\nf"). q(X) :- p(X), X > "b".',
        "on. off :- not on. lit :- on, not off. e(1, 2). lone(X) :- e(X, _), not e(_, X), lit.",
    ],
)
def test_programs(text: str, engine: str) -> None:
    """The order of values, division, bounds, sums of rows and of values, and what nothing comes to are clingo's."""
    assert ours(text, ENGINES[engine]) == solved(text)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("order", ["as written", "backwards"])
@pytest.mark.parametrize(
    "text",
    [
        "n(0, 0). n(R + 1, Z) :- n(R, _), R < 3, Z = #count{ X : p(X), X <= R }.",
        "m(0). m(R + 1) :- n(R, _), R < 3. n(R, Z) :- m(R), Z = #count{ X : p(X), X <= R }.",
        "n(1, 0). n(R + 1, Z) :- n(R, S), R < 9, Z = #sum{ X : p(X), X <= R }, Z >= S.",
        "a(2). a(X) :- b(X, N), N < 3. b(Y, N) :- a(X), Y = X - 1, Y >= 0, N = #count{ Z : p(Z), Z < Y, not q(Z) }.",
    ],
)
def test_an_aggregate_whose_group_the_recursion_lends(text: str, order: str, engine: str) -> None:
    """It looks at all of its elements, however soon the round comes in which it is first asked."""
    rules = ["p(0).", "p(1).", "p(2).", "p(5).", "q(1).", *re.findall(r".+?\.(?:\s|$)", text)]
    program = "\n".join(rules if order == "as written" else reversed(rules))
    assert ours(program, ENGINES[engine]) == solved(program)

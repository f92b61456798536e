"""Uncertain dates against every world: fix each date on one of its days, and look at what holds then."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import assume, given

from reasoner.engine import ENGINES, engine
from reasoner.syntax.tree import Program
from reasoner.term import Row
from reasoner.when import Day, Days, Truth, parse_date
from tests.oracle import Snapshots, evaluate, world_count, worlds
from tests.programs import Written, build, day, programs, read

FIRST, LAST = parse_date(day(1)).first, parse_date(day(30)).first
MOST_WORLDS = 24

Key = tuple[str, Row]


def answers(text: str, name: str) -> dict[Key, Truth]:
    """What an engine says, without the plan's own predicates."""
    relations = engine(name)(*build(text)).relations
    return {(p, row): truth for p, rows in relations.items() for row, truth in rows.items() if "#" not in p}


def days_of(days: Days, first: Day, last: Day) -> set[Day]:
    """The days among these from first to last."""
    return {d for start, end in days for d in range(max(start, first), min(end, last + 1))}


def histories(snapshots: Snapshots, first: Day, last: Day) -> dict[Key, set[Day]]:
    """The days from first to last on which each row holds."""
    found: dict[Key, set[Day]] = {}
    for d in range(first, last + 1):
        for predicate, rows in snapshots[d].items():
            for row in rows:
                found.setdefault((predicate, row), set()).add(d)
    return found


def all_worlds(program: Program, first: Day, last: Day) -> Iterator[dict[Key, set[Day]]]:
    """What holds when, in each world."""
    for world in worlds(program):
        yield histories(evaluate(program, world, first - 2, last), first, last)


@pytest.mark.parametrize("name", ENGINES)
@given(programs(days=10, widest=1, most_facts=6, months=False))
def test_exact_programs(name: str, program: Written) -> None:
    """Snapshot reducibility: an engine says of each exact day what the oracle finds on its snapshot."""
    tree = read(program.text)
    assume(name != "pydatalog" or not any(stratum.gathered for stratum in build(program.text)[0].strata))  # R523
    first, last = FIRST - 2, FIRST + 30
    (expected,) = all_worlds(tree, first, last)
    found = {key: days_of(truth.certain, first, last) for key, truth in answers(program.text, name).items()}
    assert {key: days for key, days in found.items() if days} == expected


@given(programs(days=8, widest=3, most_facts=5, most_rules=2, months=False))
def test_sound_in_every_world(program: Written) -> None:
    """Certain days hold in every world, days of any world are possible, each window is hit in every world."""
    tree = read(program.text)
    assume(1 < world_count(tree) <= MOST_WORLDS)
    first, last = FIRST - 2, FIRST + 24
    found = answers(program.text, "columnar")
    for world in all_worlds(tree, first, last):
        for key, truth in found.items():
            held = world.get(key, set())
            assert days_of(truth.certain, first, last) <= held, key
            assert held <= days_of(truth.possible, first, last), key
            for a, b in truth.windows:
                assert b > last or any(a <= d <= b for d in held), (key, a, b)
        assert world.keys() <= found.keys()


# ---------------------------------------------------------------- how exact

WINDOWS = ("once[3] {0}", "once[2..5] {0}", "always[2] {0}", "always[2] not {0}")
UNARY = ("not {0}", "begins {0}", "ends {0}", *WINDOWS)
BINARY = ("{0}, {1}", "{0} since {1}", "not {0} since {1}", "either")
SPAN = 12


def expression(rng: random.Random) -> str:
    """Rules for `goal` over three events of up to two partial dates each, as uncertain_time.py draws them."""
    lines, fresh = ["event e0.", "event e1.", "event e2."], iter(range(1000))
    for name in ("e0", "e1", "e2"):
        for _ in range(rng.randrange(3)):
            first = 1 + rng.randrange(SPAN)
            last = min(SPAN, first + rng.choice((0, 0, 1, 2, 4)))
            lines.append(f"{name}([{day(first)}..{day(last)}]).")

    def drawn(depth: int) -> str:
        if depth == 0 or rng.random() < 0.25:
            return f"e{rng.randrange(3)}"
        pattern = rng.choice((*UNARY, *BINARY))
        name = f"g{next(fresh)}"
        operands = [drawn(depth - 1) for _ in range(2 if pattern in BINARY else 1)]
        bodies = operands if pattern == "either" else [pattern.format(*operands)]
        lines.extend(f"{name} :- {body}." for body in bodies)
        return name

    lines.append(f"goal :- {drawn(3)}.")
    return "\n".join(lines)


def test_mostly_exact() -> None:
    """In nine of ten expressions certain is just what holds in all worlds, and possible what holds in any."""
    rng = random.Random(7)
    first, last = FIRST - 1, FIRST + SPAN + 12
    exact_certain = exact_possible = cases = 0
    while cases < 120:
        text = expression(rng)
        tree = read(text)
        if not 1 < world_count(tree) <= MOST_WORLDS:
            continue
        cases += 1
        held = [world.get(("goal", ()), set()) for world in all_worlds(tree, first, last)]
        truth = answers(text, "columnar").get(("goal", ()), Truth())
        certain, possible = (days_of(days, first, last) for days in truth[:2])
        assert certain <= set.intersection(*held), text
        assert set.union(*held) <= possible, text
        exact_certain += certain == set.intersection(*held)
        exact_possible += possible == set.union(*held)
    assert exact_certain >= 0.9 * cases, exact_certain
    assert exact_possible >= 0.9 * cases, exact_possible


# ---------------------------------------------------------------- the page's examples


@pytest.mark.parametrize("name", ENGINES)
def test_capture_within_a_month(name: str) -> None:
    """A capture "in October" ends the other's hold possibly from the 1st and certainly by the 31st."""
    text = """
        event capture(a, p).
        capture(red, town, 2014-08-24).  capture(blue, town, 2014-10).
        loses(A, P) :- capture(B, P), actor(A), A != B.
        fixed actor(a).  actor(red).  actor(blue).
        holds(A, P) :- not loses(A, P) since capture(A, P).
    """
    found = answers(text, name)
    span = lambda start, end: (parse_date(start).first, parse_date(end).first if end else 2**30)  # noqa: E731
    red, blue = found["holds", ("red", "town")], found["holds", ("blue", "town")]
    assert red.certain == Days((span("2014-08-24", "2014-10-01"),))
    assert red.possible == Days((span("2014-08-24", "2014-10-31"),))
    assert blue.certain == Days((span("2014-10-31", ""),))
    assert blue.possible == Days((span("2014-10-01", ""),))


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("start", "end"), list(product(((3, 3), (2, 5), (4, 9)), ((3, 3), (1, 6), (5, 8)))))
def test_states_with_uncertain_ends(name: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    """A state is as certain and as possible as the worlds in which it does not end before it starts."""
    written = [f"[{day(a)}..{day(b)}]" for a, b in (start, end)]
    if end[1] < start[0]:
        return
    text = f"state on(x).\non(a, {written[0]}..{written[1]})."
    held = [world.get(("on", ("a",)), set()) for world in all_worlds(read(text), FIRST - 1, FIRST + 12)]
    truth = answers(text, name)["on", ("a",)]
    assert days_of(truth.certain, FIRST - 1, FIRST + 12) == set.intersection(*held)
    assert days_of(truth.possible, FIRST - 1, FIRST + 12) == set.union(*held)
    assert all(any(a <= d <= b for d in days) for a, b in truth.windows for days in held)

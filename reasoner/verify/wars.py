"""A Hypothesis strategy that draws whole wars on a grid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from hypothesis import strategies as st

FIRST = date(2020, 1, 1)
_STEPS = {"n": (-1, 0), "e": (0, 1), "s": (1, 0), "w": (0, -1)}

Spot = tuple[int, int]


@st.composite
def wars(
    draw: st.DrawFn, rows: int = 3, columns: int = 3, actors: int = 3, days: int = 20, most_changes: int = 12
) -> str:
    """Whole wars on a grid, as the text of a fact file for the default doctrine.

    Every place has a neighbour, and mostly a road, in each of four directions. Each actor holds some places on the
    first day and has a base in one; two of three or more actors may be allied, all others are enemies. Then actors
    advance on places next to their own, and capture them, day by day.

    >>> import reasoner
    >>> from reasoner.strategies import wars
    >>> text = wars(2, 3, actors=2).example()  # doctest: +SKIP
    >>> kb = reasoner.load(facts="empty.dl").append(text)  # doctest: +SKIP
    >>> kb.query("besieged(P)")  # doctest: +SKIP
    """
    spots = [(row, column) for row in range(rows) for column in range(columns)]
    names = [f"actor_{number}" for number in range(1, actors + 1)]
    who = st.sampled_from(names)
    held = {spot: draw(who) for spot in spots}
    last = FIRST + timedelta(days)
    facts = [f'source war publisher "A made-up war" date {last}.', *_map(draw, spots)]
    facts += [f"control({actor}, {_name(spot)}, {FIRST})." for spot, actor in held.items()]
    for actor in names:
        own = [spot for spot in spots if held[spot] == actor]
        if own:
            facts.append(f"base({actor}, {_name(draw(st.sampled_from(own)))}, {FIRST}).")
    friends = names[:2] if actors > 2 and draw(st.booleans()) else []
    for place, actor in enumerate(names):
        for other in names[place + 1 :]:
            relation = "allied" if {actor, other} == set(friends) else "hostile"
            facts.append(f"{relation}({actor}, {other}, {FIRST}).")
    for day in sorted(draw(st.lists(st.integers(1, days), max_size=most_changes))):
        moves = [
            (actor, target, side)
            for spot, actor in held.items()
            for side, target in _around(spot, spots)
            if held[target] != actor and {held[target], actor} != set(friends)
        ]
        if not moves:
            break
        actor, target, side = draw(st.sampled_from(moves))
        on = FIRST + timedelta(day)
        if draw(st.booleans()):
            held[target] = actor
            facts.append(f"capture({actor}, {_name(target)}, {on}).")
        else:
            facts.append(f"advance_from({actor}, {_name(target)}, {_opposite(side)}, {on}).")
    return "\n".join(dict.fromkeys(facts)) + "\n"


def _map(draw: st.DrawFn, spots: list[Spot]) -> Iterator[str]:
    for spot in spots:
        for side, other in _around(spot, spots):
            if side in "es":
                yield f"adjacent({_name(spot)}, {_name(other)}, {side})."
                if draw(st.integers(0, 7)):
                    yield f"route(road_{_name(spot)}_{side}, {_name(spot)}, {_name(other)}, road)."


def _around(spot: Spot, spots: list[Spot]) -> Iterator[tuple[str, Spot]]:
    """The sides of a place, and what lies there."""
    for side, (down, right) in _STEPS.items():
        other = (spot[0] + down, spot[1] + right)
        if other in spots:
            yield side, other


def _opposite(side: str) -> str:
    return {"n": "s", "s": "n", "e": "w", "w": "e"}[side]


def _name(spot: Spot) -> str:
    return f"place_{spot[0] + 1}_{spot[1] + 1}"

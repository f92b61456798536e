"""A theatre as compact JSON, from which a page draws any day by itself."""

from __future__ import annotations

from collections.abc import Iterable

from reasoner.query.theatre import Theatre
from reasoner.render.exports.colours import DOUBTFUL, STATUSES, colours
from reasoner.render.json import Json
from reasoner.render.text import TextRenderer
from reasoner.when import FUTURE, PAST, Days, Truth


def as_data(theatre: Theatre, renderer: TextRenderer) -> Json:
    """Places and actors by their numbers; days as ordinals, 1 = 0001-01-01.

    Where something holds is a flat list of first days and days after, in turn; null: since ever, or still.
    """
    actors = theatre.actors()
    number = {actor: n for n, actor in enumerate(actors)}
    at = {one.spot.id: n for n, one in enumerate(theatre.places)}
    colour, names = colours(actors), renderer.names
    statuses = sorted({status for way in theatre.ways for status, _ in way.statuses})
    return {
        "days": list(theatre.days),
        "last_evidence": theatre.last_evidence,
        "statuses": {one: STATUSES.get(one, DOUBTFUL) for one in statuses},
        "actors": [{"id": one, "name": names.show(one, "Actor"), "colour": colour[one]} for one in actors],
        "places": [
            {
                "id": one.spot.id, "name": one.spot.name, "lat": one.spot.latitude, "lon": one.spot.longitude,
                "holders": [[number[actor], *_when(truth)] for actor, truth in one.holders],
                "sieges": [[number[s.actor], s.side, *_when(s.truth), s.origin] for s in one.sieges],
                "flags": {name: _when(truth) for name, truth in one.flags.items()},
            }
            for one in theatre.places
        ],
        "ways": [
            {
                "id": one.id, "name": names.show(one.id), "from": at[one.start], "to": at[one.end], "mode": one.mode,
                "statuses": [[status, *_when(truth)] for status, truth in one.statuses],
            }
            for one in theatre.ways
            if one.start in at and one.end in at
        ],
        "fronts": [[at[one.place], at[one.other], *_when(one.truth)] for one in theatre.fronts],
    }  # fmt: skip


def _when(truth: Truth) -> list[list[int | None]]:
    return [list(_flat(truth.certain)), list(_flat(truth.possible))]


def _flat(days: Days) -> Iterable[int | None]:
    for start, end in days:
        yield from (None if start == PAST else start, None if end == FUTURE else end)

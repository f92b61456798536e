"""How all places, and what runs between them, stand on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reasoner.query.atlas import Spot
from reasoner.query.names import COMPASS, direction
from reasoner.query.theatre import Standing, Theatre, Way
from reasoner.render.pictures.statuses import WAYS, spoken
from reasoner.render.text import TextRenderer
from reasoner.when import Day, Truth

RINGS = {"encircled": 1, "cut_off": 2}
HATCHED = "contested"


@dataclass(frozen=True)
class Besieger:
    """Who besieges a place from a side; what is not `derived` is reported only."""

    actor: str
    side: str
    sure: bool
    derived: bool


@dataclass(frozen=True)
class Look:
    """A place on a day: who holds it for certain, who may beside them, who besieges it, and what is said of it alone.

    `flags` tell of each state that may hold whether it does for certain.
    """

    spot: Spot
    holders: tuple[str, ...]
    maybe: tuple[str, ...]
    sieges: tuple[Besieger, ...]
    flags: Mapping[str, bool]

    @property
    def rings(self) -> int:
        """How many rings are around it."""
        return max((many for name, many in RINGS.items() if name in self.flags), default=0)

    @property
    def ringed(self) -> bool:
        """Whether it has its rings for certain."""
        return any(self.flags.get(name, False) for name, many in RINGS.items() if many == self.rings)

    @property
    def hatched(self) -> bool:
        """Whether it is drawn in several colours."""
        return len(self.holders + self.maybe) > 1 or HATCHED in self.flags


@dataclass(frozen=True)
class Passage:
    """A way on a day, and its statuses, the worst first: several if several hold its start, none if nothing is said."""

    way: Way
    statuses: tuple[str, ...]
    sure: bool

    @property
    def status(self) -> str:
        """The one to warn of, or nothing."""
        return self.statuses[0] if self.statuses else ""


@dataclass(frozen=True)
class Scene:
    """A theatre on a day. `fronts` are pairs of places, and whether there is a front between them for certain."""

    places: tuple[Look, ...]
    passages: tuple[Passage, ...]
    fronts: tuple[tuple[str, str, bool], ...]


def scene(theatre: Theatre, day: Day) -> Scene:
    """How everything stands on a day."""
    passages = []
    for way in theatre.ways:
        sure = {status for status, truth in way.statuses if day in truth.certain}
        found = sure or {status for status, truth in way.statuses if day in truth.possible}
        passages.append(Passage(way, tuple(sorted(found, key=_badness)), bool(sure)))
    fronts = ((one.place, one.other, day in one.truth.certain) for one in theatre.fronts if day in one.truth.possible)
    return Scene(tuple(_look(one, day) for one in theatre.places), tuple(passages), tuple(fronts))


def _look(standing: Standing, day: Day) -> Look:
    holders = tuple(actor for actor, truth in standing.holders if day in truth.certain)
    maybe = tuple(actor for actor, truth in standing.holders if day in truth.possible and actor not in holders)
    sieges: dict[tuple[str, str], Besieger] = {}
    for one in standing.sieges:
        if day in one.truth.possible:
            known = sieges.get((one.actor, one.side))
            sure, derived = day in one.truth.certain, one.origin != "reported"
            if known is None or (derived, sure) > (known.derived, known.sure):
                sieges[one.actor, one.side] = Besieger(one.actor, one.side, sure, derived)
    return Look(standing.spot, holders, maybe, tuple(sieges.values()), _holding(standing.flags, day))


def _holding(flags: Mapping[str, Truth], day: Day) -> dict[str, bool]:
    return {name: day in truth.certain for name, truth in flags.items() if day in truth.possible}


def _badness(status: str) -> tuple[int, str]:
    """The place of a status among all, the worst first; what is not known comes last."""
    return -list(WAYS).index(status) if status in WAYS else 1, status


def words(look: Look, renderer: TextRenderer) -> str:
    """How a place stands, in a few words."""
    said = [f"held by {named(one, renderer)}" for one in look.holders]
    said += [f"possibly held by {named(one, renderer)}" for one in look.maybe]
    said = said or ["holder unknown"]
    told = {name: sure for name, sure in look.flags.items() if name in (HATCHED, "besieged", *RINGS)}
    said += [f"{'' if sure else 'possibly '}{spoken(name)}" for name, sure in told.items()]
    said += [_besieging(one, renderer) for one in look.sieges]
    return "; ".join(said)


def _besieging(one: Besieger, renderer: TextRenderer) -> str:
    doubt = "" if one.sure else "possibly "
    side = direction(one.side) if one.side in COMPASS else one.side
    return f"{doubt}from the {side} by {named(one.actor, renderer)}{'' if one.derived else ', as reported'}"


def named(actor: str, renderer: TextRenderer) -> str:
    """What people call an actor."""
    return renderer.names.show(actor, "Actor")


def located(looks: Iterable[Look]) -> dict[str, Look]:
    """Those of which it is known where they are."""
    return {one.spot.id: one for one in looks if one.spot.latitude is not None and one.spot.longitude is not None}

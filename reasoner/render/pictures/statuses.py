"""How statuses that take each other's place are told apart: by colour, by dashes, and by height."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reasoner.render.exports.colours import HOLDERS, NOBODY, STATUSES
from reasoner.syntax.vocabulary import Vocabulary

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Look:
    """A colour, the dashes of a line, and the height of a bar as a part of the whole."""

    colour: str
    dashes: str
    height: float


# The better the way, the fuller its line and its bar.
WAYS = {
    "open": Look(STATUSES["open"], "none", 1),
    "threatened": Look(STATUSES["threatened"], "14 3", 0.85),
    "restricted": Look(STATUSES["restricted"], "8 4", 0.7),
    "under_fire": Look(STATUSES["under_fire"], "8 3 2 3", 0.55),
    "contested": Look(STATUSES["contested"], "4 4", 0.4),
    "closed": Look(STATUSES["closed"], "1.5 4", 0.25),
}
NOT_KNOWN = Look(NOBODY, "1 7", 1)
DASHES = ("none", "10 3", "6 4", "6 3 2 3", "3 4", "1.5 4")


def looks(statuses: Iterable[str], vocabulary: Vocabulary) -> dict[str, Look]:
    """A look for each of them, in the order in which their types list them."""
    members = [one for type_name in vocabulary.types.values() for one in type_name or ()]
    wanted = set(statuses)
    listed = [one for one in dict.fromkeys((*WAYS, *members, *sorted(wanted))) if one in wanted]
    found: dict[str, Look] = {}
    for n, status in enumerate(listed):
        other = Look(HOLDERS[n % len(HOLDERS)], DASHES[n % len(DASHES)], max(1 - 0.15 * n, 0.25))
        found[status] = NOT_KNOWN if status == UNKNOWN else WAYS.get(status, other)
    return found


def spoken(status: str) -> str:
    """`under fire` for `under_fire`."""
    return status.replace("_", " ")

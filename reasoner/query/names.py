"""What people call things: from the names in a question to constants, and from constants to names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from reasoner.evidence.aliases import Aliases, called
from reasoner.evidence.spelling import fold, key

ALIKE = 60  # of 100: what a misspelt name may be meant for
COMPASS = {
    "n": "north", "ne": "north east", "e": "east", "se": "south east",
    "s": "south", "sw": "south west", "w": "west", "nw": "north west",
}  # fmt: skip


@dataclass(frozen=True)
class Name:
    """A name as it was read: the constant, what else it can mean there, and whether its type fits there."""

    written: str
    constant: str
    others: tuple[str, ...] = ()
    fits: bool = True

    @property
    def assumption(self) -> str | None:
        """The reading that was chosen, where there was a choice."""
        if not self.others:
            return None
        return f'"{self.written}" is read as {self.constant}; it can also mean {" or ".join(self.others)}'


class Names(Aliases):
    """The alias table as questions need it: with directions in words, and `city of Raqqa` for `Raqqa city`."""

    def _table(self, listed: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
        """Key to constants, the default reading first."""
        table = {name: dict.fromkeys(constants) for name, constants in super()._table(listed).items()}
        for name, members in self.members.items():
            for member in members if self.is_compass(name) else ():
                for spoken in _spoken(member):
                    table.setdefault(spoken, {})[member] = None
        for name, constants in list(table.items()):
            *rest, last = name.split(" ")
            if rest and constants:
                table.setdefault(f"{last} of {key(tuple(rest))}", {}).update(constants)
        return {name: list(constants) for name, constants in table.items()}

    @cached_property
    def longest(self) -> int:
        """The number of words in the longest name, with an article before each of them."""
        return 2 * max((name.count(" ") + 1 for name in self.table), default=0)

    def is_compass(self, type_name: str | None) -> bool:
        """Whether a type's members are directions, which `north`, `northern` and `north-west` name."""
        return set(self.members.get(type_name or "", "?")) <= set(COMPASS)

    def find(self, words: tuple[str, ...], type_name: str | None, written: str) -> Name | None:
        """What these folded words name where that type is due; one that does not fit is the last resort."""
        constants = self.table.get(key(words))
        if not constants:
            return None
        fitting = [c for c in constants if self.fits(c, type_name)]
        if fitting:
            if len(fitting) > 1:  # what is written just so is meant before what is only folded alike
                fitting.sort(key=lambda c: all(fold(a) != words for a in self.aliases.get(c, ())))
            return Name(written, fitting[0], tuple(fitting[1:]))
        if type_name in self.members or all(self.types[c] & set(self.members) for c in constants):
            return None
        return Name(written, constants[0], tuple(constants[1:]), False)

    def nearest(self, words: tuple[str, ...], type_name: str | None) -> tuple[str, ...]:
        """Up to three known names that are spelled much like these words, and fit."""
        from reasoner.query.nearness import nearness

        fitting: dict[str, str] = {}
        for name, constants in self.table.items():
            if found := [c for c in constants if self.fits(c, type_name)]:
                fitting[name] = found[0]
        likeness = nearness([key(words)], list(fitting))[0].tolist() if fitting else []
        shown: dict[str, str] = {}
        for score, name in sorted(zip(likeness, fitting, strict=True), key=lambda one: -one[0]):
            if score < ALIKE:
                break
            shown.setdefault(fitting[name], self._spelled(name, fitting[name], type_name))
        return tuple(shown.values())[:3]

    def _spelled(self, name: str, constant: str, type_name: str | None) -> str:
        """A key as people write it: the alias that it stands for, else what the constant is shown as."""
        alias = next((a for a in self.aliases.get(constant, ()) if called(a) == name), None)
        return alias or self.show(constant, type_name)

    def show(self, constant: str, type_name: str | None = None) -> str:
        """A constant by its first alias with all its words, else by its first; never by one that is shared."""
        if self.is_compass(type_name) and constant in COMPASS:
            return direction(constant)
        if constant not in self._shown:
            own = [alias for alias in self.aliases.get(constant, ()) if self.table[called(alias)] == [constant]]
            words = {*called(constant).split(" ")}
            own.sort(key=lambda alias: not words <= {*called(alias).split(" ")})
            self._shown[constant] = own[0] if own else constant.replace("_", " ")
        return self._shown[constant]

    @cached_property
    def _shown(self) -> dict[str, str]:
        return {}


def direction(member: str) -> str:
    """`north-west` for nw."""
    return COMPASS[member].replace(" ", "-")


def _spoken(member: str) -> Iterable[str]:
    """The names of a direction: north west, northwest, north western, northwestern."""
    for joined in (COMPASS[member], COMPASS[member].replace(" ", "")):
        yield from (joined, f"{joined}ern")

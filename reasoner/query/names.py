"""What people call things: from the names in a question to constants, and from constants to names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from reasoner.query.words import fold, key
from reasoner.syntax.tree import Fact
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Constant

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


class Names:
    """The names of a program's constants: their aliases, and themselves with spaces.

    `aliases` are (constant, name) in the order of the facts: where a name is shared, that order decides.
    `typed` are further (type, constant), for facts that are not part of the program's text.
    `types` has the types of each constant: none where it only stands in arguments without one.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        aliases: Iterable[tuple[str, str]],
        typed: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.vocabulary = vocabulary
        self.members = {name: members for name, members in vocabulary.types.items() if members}
        self.types: dict[str, set[str]] = {}
        for name, members in self.members.items():
            for member in members:
                self.types.setdefault(member, set()).add(name)
        for name, constant in vocabulary.typed_constants():
            if isinstance(constant.value, str):
                self.types.setdefault(constant.value, set()).add(name)
        for name, known in typed:
            self.types.setdefault(known, set()).add(name)
        for known in _untyped(vocabulary):
            self.types.setdefault(known, set())
        listed = [(known, alias) for known, alias in aliases if key(fold(alias))]
        self.aliases: dict[str, list[str]] = {}
        for known, alias in listed:
            self.types.setdefault(known, set())
            self.aliases.setdefault(known, []).append(alias)
        self.table = self._table(listed)

    def _table(self, listed: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
        """Key to constants, the default reading first: a constant's own name, then aliases as listed."""
        table: dict[str, dict[str, None]] = {}
        for constant in self.types:
            table.setdefault(key(fold(constant)), {})[constant] = None
        for constant, alias in listed:
            table.setdefault(key(fold(alias)), {})[constant] = None
        for name, members in self.members.items():
            for member in members if self.is_compass(name) else ():
                for spoken in _spoken(member):
                    table.setdefault(spoken, {})[member] = None
        for called, constants in list(table.items()):
            *rest, last = called.split(" ")
            if rest and constants:
                table.setdefault(f"{last} of {key(tuple(rest))}", {}).update(constants)
        return {called: list(constants) for called, constants in table.items() if called}

    @cached_property
    def longest(self) -> int:
        """The number of words in the longest name, an article included."""
        return 1 + max((called.count(" ") + 1 for called in self.table), default=0)

    def is_compass(self, type_name: str | None) -> bool:
        """Whether a type's members are directions, which `north`, `northern` and `north-west` name."""
        return set(self.members.get(type_name or "", "?")) <= set(COMPASS)

    def fits(self, constant: str, type_name: str | None) -> bool:
        """Whether a constant may stand in a place of that type. One without types may stand anywhere."""
        types = self.types[constant]
        return type_name is None or type_name in types or (not types and type_name not in self.members)

    def find(self, words: tuple[str, ...], type_name: str | None, written: str) -> Name | None:
        """What these folded words name where that type is due; one that does not fit is the last resort."""
        constants = self.table.get(key(words))
        if not constants:
            return None
        fitting = [c for c in constants if self.fits(c, type_name)]
        if fitting:
            return Name(written, fitting[0], tuple(fitting[1:]))
        if type_name in self.members or all(self.types[c] & set(self.members) for c in constants):
            return None
        return Name(written, constants[0], tuple(constants[1:]), False)

    def nearest(self, words: tuple[str, ...], type_name: str | None) -> tuple[str, ...]:
        """Up to three known names that are spelled much like these words, and fit."""
        from difflib import get_close_matches

        fitting: dict[str, str] = {}
        for called, constants in self.table.items():
            if found := [c for c in constants if self.fits(c, type_name)]:
                fitting[called] = found[0]
        shown: dict[str, str] = {}
        for called in get_close_matches(key(words), fitting, n=9, cutoff=0.6):
            shown.setdefault(fitting[called], self._spelled(called, fitting[called], type_name))
        return tuple(shown.values())[:3]

    def _spelled(self, called: str, constant: str, type_name: str | None) -> str:
        """A key as people write it: the alias that it stands for, else what the constant is shown as."""
        alias = next((a for a in self.aliases.get(constant, ()) if key(fold(a)) == called), None)
        return alias or self.show(constant, type_name)

    def show(self, constant: str, type_name: str | None = None) -> str:
        """A constant by its first alias that nobody shares, else by its own name; a direction as a word."""
        if self.is_compass(type_name) and constant in COMPASS:
            return direction(constant)
        for alias in self.aliases.get(constant, ()):
            if self.table[key(fold(alias))] == [constant]:
                return alias
        return constant.replace("_", " ")


def direction(member: str) -> str:
    """`north-west` for nw."""
    return COMPASS[member].replace(" ", "-")


def _untyped(vocabulary: Vocabulary) -> Iterator[str]:
    """The constants of facts that stand in arguments without a type, such as what a place is said to be."""
    for fact in vocabulary.program.of(Fact):
        parameters = vocabulary.parameters(fact.atom.predicate)
        by_name = {p.name: p for p in parameters}
        for place, term in enumerate(fact.atom.terms[: len(parameters)]):
            name = fact.atom.names[place] if fact.atom.names else None
            parameter = by_name.get(name) if name else parameters[place]
            if parameter and not parameter.type and isinstance(term, Constant) and isinstance(term.value, str):
                yield term.value


def _spoken(member: str) -> Iterable[str]:
    """The names of a direction: north west, northwest, north western, northwestern."""
    for joined in (COMPASS[member], COMPASS[member].replace(" ", "")):
        yield from (joined, f"{joined}ern")

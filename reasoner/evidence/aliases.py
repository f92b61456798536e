"""The one alias table: what things are called, by `alias` facts, wherever these stand, and by their constants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Self

from reasoner.evidence.claims import Claims
from reasoner.evidence.spelling import fold, key
from reasoner.syntax.tree import Fact
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Constant, Quoted, Row, Value

APART = 0.1  # degrees, some ten kilometres: places of one name that lie farther apart are two places
At = tuple[float, float]  # latitude and longitude, in degrees


class Aliases:
    """The names of a program's constants: their aliases, and themselves with spaces.

    `aliases` are (constant, name) in the order of the facts: where a name is shared, that order decides.
    `more` are further (type, constant), without a type None, for facts that are not part of the program's text.
    `types` has the types of each constant: none where it only stands in arguments without one.
    `located` has the points at which places are said to lie.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        aliases: Iterable[tuple[str, str]],
        more: Iterable[tuple[str | None, str]] = (),
        located: Mapping[str, tuple[At, ...]] | None = None,
    ) -> None:
        self.vocabulary, self.located = vocabulary, located or {}
        self.members = {name: members for name, members in vocabulary.types.items() if members}
        self.types: dict[str, set[str]] = {}
        for name, members in self.members.items():
            for member in members:
                self.types.setdefault(member, set()).add(name)
        for name, constant in vocabulary.typed_constants():
            if isinstance(constant.value, str):
                self.types.setdefault(constant.value, set()).add(name)
        for typed, known in more:
            self.types.setdefault(known, set()).update((typed,) if typed else ())
        for known in _untyped(vocabulary):
            self.types.setdefault(known, set())
        listed = [(known, alias) for known, alias in aliases if called(alias)]
        self.aliases: dict[str, list[str]] = {}
        for known, alias in listed:
            self.types.setdefault(known, set())
            self.aliases.setdefault(known, []).append(alias)
        self.table = self._table(listed)

    @classmethod
    def of(cls, claims: Claims) -> Self:
        """The alias table of some claims."""
        located: dict[str, dict[At, None]] = {}
        for place, latitude, longitude in rows(claims, "located"):
            if isinstance(place, str) and isinstance(latitude, int | float) and isinstance(longitude, int | float):
                located.setdefault(place, {})[float(latitude), float(longitude)] = None
        said = ((str(one), str(name.text if isinstance(name, Quoted) else name)) for one, name in rows(claims, "alias"))
        points = {place: tuple(its) for place, its in located.items()}
        return cls(claims.vocabulary, said, claims.constants(), points)

    def _table(self, listed: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
        """Key to constants, the default reading first: a constant's own name, then aliases as listed."""
        table: dict[str, dict[str, None]] = {}
        for constant in self.types:
            table.setdefault(called(constant), {})[constant] = None
        for constant, alias in listed:
            table.setdefault(called(alias), {})[constant] = None
        return {name: list(constants) for name, constants in table.items() if name}

    def fits(self, constant: str, type_name: str | None) -> bool:
        """Whether a constant may stand in a place of that type. One without types may stand anywhere."""
        types = self.types[constant]
        return type_name is None or type_name in types or (not types and type_name not in self.members)


def called(name: str) -> str:
    """The key of a name as it is written."""
    return key(fold(name))


def near(one: At, other: At) -> bool:
    """Whether two points may be one place."""
    return abs(one[0] - other[0]) < APART and abs(one[1] - other[1]) < APART


def rows(claims: Claims, predicate: str) -> Iterator[Row]:
    """The rows that are claimed of a predicate with as many arguments as are declared."""
    width = len(claims.vocabulary.parameters(predicate))
    yield from (one.row for one in claims.texts if one.predicate == predicate and len(one.row) == width)
    for table in claims.tables:
        if table.predicate == predicate and len(table.codes) == width:
            columns: list[list[Value]] = [
                [domain[code] for code in codes.tolist()]
                for domain, codes in zip(table.domains, table.codes, strict=True)
            ]
            yield from zip(*columns, strict=True)


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

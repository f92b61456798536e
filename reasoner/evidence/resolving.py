"""The names of a table to the entities of an alias table: by name and place, never by likeness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from reasoner.evidence.aliases import Aliases, At, called, near
from reasoner.evidence.cells import Named
from reasoner.evidence.columns import identify
from reasoner.evidence.feeds import Feed, apart
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Value

if TYPE_CHECKING:
    from reasoner.evidence.columns import Ints

Entities = tuple[str, ...]
Group = tuple[str, frozenset[str]]  # a name, and the types of the arguments that it stands in


@dataclass(frozen=True)
class Resolution:
    """What the names of a table are taken for.

    `entities` are those of names that are known, where they are others than the name itself; `apart` the new constants
    of places that share their names with others, far away; what an `ambiguous` name means is not decided.
    """

    entities: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, Entities] = field(default_factory=dict)


@dataclass(frozen=True)
class Arguments:
    """The arguments of a predicate as a table gives them: batches, each with the numbers of values in the feeds."""

    predicate: str
    feeds: Sequence[Feed]
    batches: Sequence[Sequence[Ints]]


def resolve(
    tables: Iterable[Arguments], names: dict[int, list[Value]], aliases: Aliases, vocabulary: Vocabulary
) -> Resolution:
    """Gives the values of feeds, `names` by the id of their feed, the names of the entities that they are."""
    every = list(tables)
    feeds = {id(feed): feed for one in every for feed in one.feeds}
    types: dict[int, set[str]] = {one: set() for one in feeds}
    for one in every:
        for feed, parameter in zip(one.feeds, vocabulary.parameters(one.predicate), strict=True):
            if parameter.type:
                types[id(feed)].add(parameter.type)
    # What is named once is one thing in the whole table, wherever its name stands.
    groups: dict[Group, dict[Named, None]] = {}
    for at, feed in feeds.items():
        if types[at] & aliases.members.keys():
            continue  # a listed type says itself what may stand there
        for value, name in zip(feed.domain, names[at], strict=True):
            if isinstance(value, Named):
                groups.setdefault((str(name), frozenset(types[at])), {})[value] = None
    points = _points(every, names, vocabulary)
    lies: dict[Group, list[At]] = {}
    means: dict[Group, Entities] = {}
    typed = {name for name, kinds in groups if kinds}
    for (name, kinds), values in groups.items():
        lies[name, kinds] = [*points.get(name, ()), *(value.at for value in values if value.at)]
        if (kinds or name not in typed) and not any(value.mapped for value in values):
            means[name, kinds] = _entities(values, kinds, lies[name, kinds], aliases)
    scattered = _scattered(means, lies, aliases)
    becomes: dict[Group, str] = {}
    entities, moved, ambiguous = dict[str, str](), dict[str, str](), dict[str, Entities]()
    for (name, kinds), found in means.items():
        at_all = lies[name, kinds]
        if len(found) == 1 and found[0] not in scattered:
            becomes[name, kinds] = found[0]
            entities.update({name: found[0]} if name != found[0] else {})
            continue
        if found and found != (name,):
            ambiguous[name] = found
        if at_all and _elsewhere(name, at_all, aliases):
            becomes[name, kinds] = moved[name] = apart(name, at_all[0])
    for at, feed in feeds.items():
        kinds = frozenset(types[at])
        names[at] = [_resolved(v, str(n), kinds, becomes) if isinstance(v, Named) else n
                     for v, n in zip(feed.domain, names[at], strict=True)]  # fmt: skip
    return Resolution(entities, moved, ambiguous)


def _resolved(value: Named, name: str, kinds: frozenset[str], becomes: Mapping[Group, str]) -> str:
    """What is named where no type is due follows the typed arguments of its name, where these agree."""
    if value.mapped or kinds or (name, kinds) in becomes:
        return becomes.get((name, kinds), name)
    others = {one for (its, _), one in becomes.items() if its == name}
    return others.pop() if len(others) == 1 else name


def _entities(values: Iterable[Named], kinds: frozenset[str], at: Sequence[At], aliases: Aliases) -> Entities:
    """The entities that all these spellings can mean, none of them apart from where the name lies."""
    spellings = {called(word) for value in values for word in (*value.called, value.constant)}
    found = [its for one in sorted(spellings) if (its := _fitting(one, kinds, aliases))]
    if not found:
        return ()
    common = [one for one in found[0] if all(one in its for its in found)]
    if not common:
        return tuple(dict.fromkeys(one for its in found for one in its))
    if not at:
        return tuple(common)
    here = [one for one in common if all(any(near(p, q) for q in aliases.located.get(one, ())) for p in at)]
    if here:
        return tuple(here)
    nowhere = [one for one in common if one not in aliases.located]
    return tuple(nowhere) if len(common) == len(nowhere) else tuple(common) if nowhere else ()


def _scattered(means: Mapping[Group, Entities], lies: Mapping[Group, Sequence[At]], aliases: Aliases) -> set[str]:
    """Entities without coordinates that places far from each other would be: which of these they are is not known."""
    spread: dict[str, list[At]] = {}
    for group, points in lies.items():
        found = means.get(group, ())
        # What is not decided keeps its name, which may be that of an entity.
        meant = found[0] if len(found) == 1 else group[0]
        if meant not in aliases.located:
            spread.setdefault(meant, []).extend(points)
    corners = {one: [(min(axis), max(axis)) for axis in zip(*its, strict=True)] for one, its in spread.items() if its}
    return {one for one, ((s, n), (w, e)) in corners.items() if not near((s, w), (n, e))}


def _fitting(spelling: str, kinds: frozenset[str], aliases: Aliases) -> list[str]:
    known = aliases.table.get(spelling, ())
    return [one for one in known if not kinds or any(aliases.fits(one, kind) for kind in kinds)]


def _elsewhere(name: str, at: Sequence[At], aliases: Aliases) -> bool:
    """Whether the facts have another place of that constant."""
    its = aliases.located.get(name, ())
    return bool(its) and not all(any(near(p, q) for q in its) for p in at)


def _points(
    tables: Iterable[Arguments], names: Mapping[int, Sequence[Value]], vocabulary: Vocabulary
) -> dict[str, list[At]]:
    """Where the table says that the places of its names lie."""
    found: dict[str, dict[At, None]] = {}
    parameters = [one.name for one in vocabulary.parameters("located")]
    if parameters != ["place", "latitude", "longitude"]:
        return {}
    for one in tables:
        if one.predicate == "located" and one.batches:
            columns = [np.concatenate(its) for its in zip(*one.batches, strict=True)]
            rows = np.unique(identify(columns), return_index=True)[1]
            its = [
                [names[id(feed)][code] for code in codes[rows].tolist()]
                for feed, codes in zip(one.feeds, columns, strict=True)
            ]
            for place, latitude, longitude in zip(*its, strict=True):
                found.setdefault(str(place), {})[float(str(latitude)), float(str(longitude))] = None
    return {place: list(points) for place, points in found.items()}

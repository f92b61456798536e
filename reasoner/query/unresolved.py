"""What is not settled about names: constants that may be one thing or are two, and places that lie nobody says where.

Nothing is decided here. Two constants are two things where facts have told them apart: they lie apart, one source
locates the two at two points, the analyst names both, or one fact that rests on no assumption is about both.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import asin, cos, radians, sin, sqrt

import numpy as np

from reasoner.evidence.aliases import APART, Aliases, At, called, near, rows
from reasoner.evidence.claim import ANALYST
from reasoner.evidence.claims import Claims
from reasoner.query.nearness import nearness, sound, word_by_word
from reasoner.term import Quoted, Value

BESIDE = 78  # of 100: how near names are that places near each other may share
ALIKE = 85  # and any others
MOST = 3  # candidates that are shown
ONE_POINT = 1.0  # km between two points of one source that may be one place, rounded
_ROWS = 256  # names that are compared at once

Pair = tuple[str, str]


@dataclass(frozen=True)
class Candidate:
    """What a constant may be another name of: how near in spelling, 100 where both are called so, and in space.

    `line` is the fact that says so, none where the candidate is called like the constant already.
    """

    constant: str
    score: int
    km: float | None
    facts: int
    line: str | None


@dataclass(frozen=True)
class Unresolved:
    """A constant, how many dated facts are about it, and what it may be another name of.

    `spread` is how far apart the points lie at which one place cannot lie, if it has such.
    """

    constant: str
    type: str
    facts: int
    located: bool
    spread: float | None
    candidates: tuple[Candidate, ...]

    @property
    def hanging(self) -> int:
        """The facts that would come together."""
        return self.facts or max(one.facts for one in self.candidates)


def unresolved(claims: Claims) -> tuple[Unresolved, ...]:
    """The constants about which something is open, first those on which most facts hang."""
    return tuple(_Search(claims).found())


class _Search:
    """The names of some claims, and what tells them apart."""

    def __init__(self, claims: Claims) -> None:
        self.claims, self.aliases, self.facts = claims, Aliases.of(claims), _dated(claims)
        self.located = self.aliases.located

    def found(self) -> Iterator[Unresolved]:
        open_ended = [name for name, members in self.claims.vocabulary.types.items() if not members]
        every: list[Unresolved] = []
        met: set[Pair] = set()  # what has no type is compared with all, and told once
        for type_name in open_ended:
            typed = {one for one, types in self.aliases.types.items() if type_name in types}
            if typed.isdisjoint((*self.aliases.aliases, *self.located)):
                continue  # kinds and other words that name nothing
            members = sorted({*typed, *(one for one in self.aliases.aliases if not self.aliases.types[one])})
            its: dict[str, list[Candidate]] = defaultdict(list)
            pairs = self._pairs(members)
            for one, other in pairs.keys() - met:
                subject, target = sorted((one, other), key=self._standing)
                its[subject].append(self._candidate(subject, target, pairs[one, other]))
            met |= pairs.keys()
            spread = {one: km for one in sorted(typed) if self.facts[one] and (km := self._spread(one))}
            for subject in {**its, **spread, **dict.fromkeys(self._nowhere(sorted(typed)))}:
                best = sorted(its.get(subject, ()), key=lambda c: (-c.score, c.km is None, c.km or 0, c.constant))
                some, at = tuple(best[:MOST]), subject in self.located
                every.append(Unresolved(subject, type_name, self.facts[subject], at, spread.get(subject), some))
        yield from sorted(every, key=lambda one: (-one.hanging, one.constant))

    def _standing(self, one: str) -> tuple[bool, int, bool, str]:
        """Of two, the one that is named by hand is what the other is called by; else that of which more is told."""
        return one in self._by_hand, self.facts[one], one in self.located, one

    def _candidate(self, subject: str, target: str, score: float) -> Candidate:
        km = min((_km(p, q) for p in self.located.get(subject, ()) for q in self.located.get(target, ())), default=None)
        own = called(subject)
        written = [name for name in self.aliases.aliases.get(subject, ()) if f"{own} ".startswith(f"{called(name)} ")]
        name = max(written, key=len, default=subject.replace("_", " "))
        known = target in self.aliases.table.get(called(name), ())
        line = None if known else f"alias({target}, {Quoted(name)})."
        return Candidate(target, round(score), km, self.facts[target], line)

    # ---------------------------------------------------------------- what looks alike

    def _pairs(self, members: list[str]) -> dict[Pair, float]:
        """Constants that may be one thing, each pair once, with how near their names are."""
        found: dict[Pair, float] = {}

        def meet(one: str, other: str, score: float) -> None:
            pair = (min(one, other), max(one, other))
            if one != other and (self.facts[one] or self.facts[other]) and score > found.get(pair, 0):
                found[pair] = score

        names = {one: self._spellings(one) for one in members}
        for shared in self._shared(members):
            for one, other in combinations(shared, 2):
                meet(one, other, 100)
        for one, others in self._beside(members):
            choices = [(its, other) for other in others for its in names[other]]
            for name, (its, other) in _near(names[one], choices):
                meet(one, other, min(word_by_word(name, its), 99))
        blocks: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for one in members:
            for name in names[one]:
                blocks[sound(name)[:1]].append((name, one))
        for block in blocks.values():
            nowhere = [(name, one) for name, one in block if one not in self.located]
            for at in range(0, len(nowhere), _ROWS):
                some = nowhere[at : at + _ROWS]
                scores = nearness([name for name, _ in some], [name for name, _ in block])
                for row, column in zip(*(scores >= ALIKE).nonzero(), strict=True):
                    (name, one), (its, other) = some[row], block[column]
                    if one != other and (score := word_by_word(name, its)) >= ALIKE:
                        meet(one, other, min(score, 99))
        least = {pair: score for pair, score in found.items() if score >= BESIDE}
        return {pair: score for pair, score in least.items() if not self._told_apart(*pair)}

    def _spellings(self, one: str) -> list[str]:
        """What a constant is called, in Latin letters, without what only adds a word: Manbij, and not Manbij town."""
        words = (part for name in (one, *self.aliases.aliases.get(one, ())) for part in re.split(r"[/()]", name))
        keys = sorted({name for word in words if (name := called(word)).isascii() and len(name) > 2}, key=len)
        return [name for n, name in enumerate(keys) if not any(name.startswith(f"{less} ") for less in keys[:n])]

    def _shared(self, members: Iterable[str]) -> Iterator[list[str]]:
        """The constants that have one name."""
        wanted = frozenset(members)
        for constants in self.aliases.table.values():
            if len(constants) > 1 and len(some := [one for one in constants if one in wanted]) > 1:
                yield some

    def _beside(self, members: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
        """For each place with evidence those that lie where it may lie too."""
        grid: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
        for one in members:
            for at in self.located.get(one, ()):
                grid[_square(at)][one] = None
        for one in members:
            if not self.facts[one] or one not in self.located:
                continue
            squares = {(x + dx, y + dy) for x, y in map(_square, self.located[one])
                       for dx in (-1, 0, 1) for dy in (-1, 0, 1)}  # fmt: skip
            others = {other for square in squares for other in grid.get(square, ()) if other != one}
            if others:
                yield one, sorted(others)

    # ---------------------------------------------------------------- what tells them apart

    def _told_apart(self, one: str, other: str) -> bool:
        its, others = self.located.get(one), self.located.get(other)
        if its and others and not any(near(p, q) for p in its for q in others):
            return True
        if (min(one, other), max(one, other)) in self._together or {one, other} <= self._named_by_analyst:
            return True
        points, more = self._located_by.get(one, {}), self._located_by.get(other, {})
        return any(
            all(_km(p, q) > ONE_POINT for p in points[source] for q in more[source])
            for source in points.keys() & more.keys()
        )

    @cached_property
    def _together(self) -> frozenset[Pair]:
        """The constants that one fact is about, in arguments of one type."""
        found: set[Pair] = set()
        for claim in self.claims.texts:
            if not claim.assumptions:
                for one, other in self._alike_places(claim.predicate):
                    found.add((str(claim.row[one]), str(claim.row[other])))
        for table in self.claims.tables:
            if any(word.assuming for word in table.words):
                continue
            for one, other in self._alike_places(table.predicate):
                columns = table.codes[one].tolist(), table.codes[other].tolist()
                for its, others in set(zip(*columns, strict=True)):
                    found.add((str(table.domains[one][its]), str(table.domains[other][others])))
        return frozenset((min(pair), max(pair)) for pair in found)

    def _alike_places(self, predicate: str) -> Iterator[tuple[int, int]]:
        typed = [(n, one.type) for n, one in enumerate(self.claims.vocabulary.parameters(predicate)) if one.type]
        return ((one, other) for (one, kind), (other, its) in combinations(typed, 2) if kind == its)

    @cached_property
    def _located_by(self) -> dict[str, dict[str, set[At]]]:
        """For each place, by source, where it lies."""
        found: dict[str, dict[str, set[At]]] = defaultdict(lambda: defaultdict(set))
        for row, source in self._sourced("located"):
            if source and isinstance(row[1], int | float) and isinstance(row[2], int | float):
                found[str(row[0])][source].add((float(row[1]), float(row[2])))
        return found

    @cached_property
    def _named_by_analyst(self) -> frozenset[str]:
        return frozenset(str(row[0]) for row, source in self._sourced("alias") if source == ANALYST)

    @cached_property
    def _by_hand(self) -> frozenset[str]:
        """What texts name or locate."""
        return frozenset(str(one.row[0]) for one in self.claims.texts if one.predicate in ("alias", "located"))

    def _sourced(self, predicate: str) -> Iterator[tuple[tuple[Value, ...], str | None]]:
        for one in self.claims.texts:
            if one.predicate == predicate:
                yield one.row, one.evidence.source if one.evidence else None
        for table in self.claims.tables:
            if table.predicate == predicate:
                yield from ((table.row(n), table.words[table.word[n]].source) for n in range(table.size))

    # ---------------------------------------------------------------- what lies nowhere, or in two places

    def _nowhere(self, members: Iterable[str]) -> list[str]:
        """Places with evidence and without coordinates, where most have them; areas and their kinds need none."""
        wholes = {row[1] for row in rows(self.claims, "part_of")}
        kinds = {row[0]: row[-1] for row in rows(self.claims, "kind")}
        points = {kinds[one] for one in self.located if one in kinds}
        told = [one for one in members if self.facts[one] and one not in wholes
                and (one not in kinds or kinds[one] in points)]  # fmt: skip
        nowhere = [one for one in told if one not in self.located]
        return nowhere if 2 * len(nowhere) < len(told) else []

    def _spread(self, one: str) -> float | None:
        its = self.located.get(one, ())
        far = [_km(p, q) for p, q in combinations(its, 2) if not near(p, q)]
        return max(far, default=None)


def _dated(claims: Claims) -> Counter[Value]:
    """How many dated claims are about each constant."""
    found = Counter(value for one in claims.texts if one.dates for value in set(one.row))
    for table in claims.tables:
        if claims.kind(table) != "fixed":
            for domain, codes in zip(table.domains, table.codes, strict=True):
                for value, times in zip(domain, np.bincount(codes, minlength=len(domain)).tolist(), strict=True):
                    found[value] += times
    return found


def _near(names: list[str], choices: list[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Names with those of the choices that are near them in spelling."""
    if names and choices:
        scores = nearness(names, [name for name, _ in choices])
        for row, column in zip(*(scores >= BESIDE).nonzero(), strict=True):
            yield names[row], choices[column]


def _square(at: At) -> tuple[int, int]:
    return int(at[0] // APART), int(at[1] // APART)


def _km(one: At, other: At) -> float:
    """The distance on a sphere, by the haversine formula."""
    (a, b), (c, d) = (map(radians, at) for at in (one, other))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return round(2 * 6371 * asin(sqrt(min(half, 1))), 2)

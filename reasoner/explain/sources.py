"""On whose word: the independent sources that an answer rests on, and what falls without one of them.

A source that only repeats another is the same voice: what AFP quotes from SOHR is SOHR's. Sources of what is fixed
alone, the map and the definitions, are background: they stay when it is asked which sources suffice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reasoner.engine.model import Model
from reasoner.evidence.claim import Claim, known_sources
from reasoner.evidence.store import store
from reasoner.explain.compare import Difference, Side, compare, conclusions
from reasoner.explain.ground import Evaluate
from reasoner.plan.plan import plan
from reasoner.syntax.tree import Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Row, unify
from reasoner.when import Day

MOST = 6  # sets of sources that are told
UNCITED = "(uncited)"

Holds = Callable[[Sequence[Claim]], bool]
Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Backing:
    """On whose word an answer stands.

    `sets` are minimal sets of independent sources: each is enough, and none of its members can be spared.
    `needed` are in all of them, so that the answer falls with any one. `weakest` is the least reliable source of the
    strongest set. `more` says that there may be further sets.
    """

    sets: tuple[frozenset[str], ...]
    background: frozenset[str]
    needed: frozenset[str]
    weakest: str | None
    more: bool = False

    @property
    def sources(self) -> frozenset[str]:
        """All the sources of the sets."""
        return frozenset().union(*self.sets)

    @property
    def single(self) -> bool:
        """Whether it all hangs on one voice."""
        return bool(self.sets) and all(len(one) == 1 for one in self.sets) and len(self.sets) == 1


@dataclass(frozen=True)
class Alone:
    """What holds on a day on the word of one source, and of no other: without it these fall, or become less sure."""

    source: str
    claims: int
    falls: tuple[Difference, ...]


def origin(claim: Claim) -> str:
    """Whose voice a claim is in the end."""
    return claim.evidence.voices[-1] if claim.evidence else UNCITED


def background(vocabulary: Vocabulary, claims: Iterable[Claim]) -> frozenset[str]:
    """The sources that say nothing but what is fixed."""
    news: set[str] = set()
    every: set[str] = set()
    for one in claims:
        declaration = vocabulary.declarations.get(one.predicate)
        every.add(origin(one))
        if declaration is None or declaration.kind != "fixed":
            news.add(origin(one))
    return frozenset(every - news - {UNCITED})


def backings(
    vocabulary: Vocabulary, claims: Sequence[Claim], evaluate: Evaluate, pattern: Atom, day: Day
) -> tuple[tuple[Row, Backing], ...]:
    """Each row that matches a pattern and is certain on the day, with the sources it rests on."""
    follow, sources = _followed(vocabulary, evaluate, (pattern.predicate,)), known_sources(vocabulary.program)
    found = []
    for row in sorted(follow(claims).rows(pattern.predicate), key=str):
        if unify(pattern, row, {}) is not None:

            def holds(some: Sequence[Claim], row: Row = row) -> bool:
                return day in follow(some).truth(pattern.predicate, row).certain

            one = backing(vocabulary, claims, holds, sources)
            found += [(row, one)] if one else []
    return tuple(found)


def _followed(vocabulary: Vocabulary, evaluate: Evaluate, goals: Iterable[str]) -> Callable[[Sequence[Claim]], Model]:
    """What follows from some claims."""
    needed = plan(vocabulary, goals)
    return lambda some: evaluate(needed, store(vocabulary, some))


def backing(
    vocabulary: Vocabulary, claims: Sequence[Claim], holds: Holds, reliability: Mapping[str, Source]
) -> Backing | None:
    """The sources that an answer rests on; None where it does not hold. `holds` says whether it does by some claims."""
    if not holds(claims):
        return None
    always = background(vocabulary, claims)
    voices = frozenset(map(origin, claims)) - always

    def enough(kept: frozenset[str]) -> bool:
        return holds([one for one in claims if origin(one) in kept or origin(one) in always])

    # Each set found hands on one search without each of its members (Reiter 1987): so all of them are found.
    found: list[frozenset[str]] = []
    waiting, tried = [frozenset[str]()], {frozenset[str]()}
    while waiting and len(found) < MOST:
        dropped = waiting.pop(0)
        one = next((known for known in found if not known & dropped), None)
        if one is None and enough(voices - dropped):
            one = _minimal(voices - dropped, enough, reliability)
            found.append(one)
        for voice in sorted(one or ()):
            if dropped | {voice} not in tried:
                tried.add(dropped | {voice})
                waiting.append(dropped | {voice})
    needed = frozenset.intersection(*found) if found else frozenset()
    strongest = min(found, key=lambda s: (max((_grade(v, reliability) for v in s), default=""), len(s)), default=None)
    weakest = max(strongest, key=lambda v: (_grade(v, reliability), v), default=None) if strongest else None
    return Backing(tuple(found), always, needed, weakest, bool(waiting))


def _minimal(
    voices: frozenset[str], enough: Callable[[frozenset[str]], bool], sources: Mapping[str, Source]
) -> frozenset[str]:
    """The voices without those that can be spared, the least reliable tried first."""
    spared = True
    while spared:  # with negation, one may come to be spared after another
        spared = False
        for voice in sorted(voices, key=lambda v: (_grade(v, sources), v), reverse=True):
            if enough(voices - {voice}):
                voices -= {voice}
                spared = True
    return voices


def alone(
    vocabulary: Vocabulary, claims: Sequence[Claim], evaluate: Evaluate, day: Day, progress: Progress | None = None
) -> tuple[Alone, ...]:
    """For each independent source of news, what rests on it alone; the one on which most rests first."""
    follow = _followed(vocabulary, evaluate, conclusions(vocabulary))
    whole = Side(follow(claims), day)
    said = Counter(map(origin, claims))
    voices = sorted(said.keys() - background(vocabulary, claims) - {UNCITED})
    found = []
    for done, voice in enumerate(voices):
        if progress:
            progress(done, len(voices))
        rest = Side(follow([one for one in claims if origin(one) != voice]), day)
        lost = (d for d in compare(vocabulary, whole, rest) if d.before is not None)
        falls = tuple(d for d in lost if d.after != d.before or not rest.sure(d.predicate, d.before or ()))
        found.append(Alone(voice, said[voice], falls))
    return tuple(sorted(found, key=lambda one: (-len(one.falls), one.source)))


def _grade(voice: str, sources: Mapping[str, Source]) -> str:
    """The NATO letter, a to f; what is not graded, and the analyst's own word, cannot be judged."""
    source = sources.get(voice)
    return (source.reliability if source else None) or "f"

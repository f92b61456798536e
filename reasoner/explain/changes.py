"""The smallest changes of the facts that would make an atom hold: bounded abduction, each answer checked by running it.

Changes are read off the rules: a premise that fails is made to hold, by a fact or through its own rules; one that must
not hold is broken, by ending or removing each thing that it rests on. What is read off knows nothing of side effects:
every set is evaluated before it is returned, and thinned to what it needs. Bounded in depth, width and number of tries.

Events are tried first, then states and what is taken away, and the map last: a town may fall, a river does not move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import product

from reasoner.diagnostic import Diagnostic
from reasoner.engine.values import compare
from reasoner.evidence.claim import SUPPOSED, Claim, claim
from reasoner.explain.abduction import Search
from reasoner.explain.ground import Ground
from reasoner.explain.options import TIERS, Change, Option
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Fact
from reasoner.syntax.vocabulary import Vocabulary, type_predicate
from reasoner.term import Atom, Constant, Row, Term, Value, Variable
from reasoner.text import Text
from reasoner.when import Day

TRIES = 60  # sets of changes that are evaluated
SHOWN = 3
VALUES = 6  # constants that are tried where any would do
FILLINGS = 12
AGAIN = 4  # sets that fell short and are mended once more

Follow = Callable[[Iterable[Claim]], Ground]
Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Remedy:
    """Changes that, made together, make the atom hold on that day: checked."""

    day: Day
    changes: tuple[Change, ...]

    @property
    def suppositions(self) -> tuple[str, ...]:
        """The same as `--suppose` takes them."""
        return tuple(dict.fromkeys(one for change in self.changes for one in change.suppositions))


class Remedies:
    """Looks for changes that make an atom hold. `follow` is what follows from some claims."""

    def __init__(self, vocabulary: Vocabulary, claims: Sequence[Claim], follow: Follow) -> None:
        self.vocabulary, self.claims, self.follow = vocabulary, claims, follow
        self._left = TRIES

    def find(
        self, goal: Atom, days: Sequence[Day], ground: Ground, progress: Progress | None = None
    ) -> tuple[Remedy, ...]:
        """A few sets of changes, the best first, on the first of the days on which there are any.

        The goal's variables stand for any value.
        """
        for tier in range(TIERS):
            for day in days:
                starts: list[tuple[frozenset[Change], Ground]] = [(frozenset(), ground)]
                for again in (False, True):
                    found, short = self._round(goal, day, tier, starts, progress)
                    if found or again:
                        break
                    starts = [(made, self.follow(self._changed(made))) for made in short[:AGAIN]]
                if found:
                    return tuple(found)
        return ()

    def _round(
        self,
        goal: Atom,
        day: Day,
        tier: int,
        starts: Iterable[tuple[frozenset[Change], Ground]],
        progress: Progress | None,
    ) -> tuple[list[Remedy], list[frozenset[Change]]]:
        """What works, and what falls short, from where some changes are already made."""
        found: list[Remedy] = []
        short: list[frozenset[Change]] = []
        seen: set[frozenset[object]] = set()
        for made, ground in starts:
            options = Search(ground, tier).make(goal, day)
            near = ground.beside(term.value for term in goal.terms if isinstance(term, Constant))
            best = sorted(options, key=lambda o: (o.size[::-1], -_touching(o, near), sorted(map(str, o.changes))))
            for option in best:
                # The same things done by other words are no second answer.
                if not option.changes or option.about in seen:
                    continue
                for filled in self._fillings(option, goal, ground):
                    changes = made | filled
                    if self._left <= 0 or len(found) >= SHOWN:
                        return found, short
                    if progress:
                        progress(TRIES - self._left, TRIES)
                    if self._works(goal, day, changes):
                        thin = self._thinned(goal, day, changes)
                        remedy = Remedy(day, tuple(sorted(thin, key=str)))
                        if remedy not in found:
                            found.append(remedy)
                        seen.add(option.about)
                        break
                    short.append(changes)
        return found, short

    def _works(self, goal: Atom, day: Day, changes: frozenset[Change]) -> bool:
        self._left -= 1
        rows = self.follow(self._changed(changes)).model.rows(goal.predicate)
        return any(day in truth.certain and _is(goal, row) for row, truth in rows.items())

    def _thinned(self, goal: Atom, day: Day, changes: frozenset[Change]) -> frozenset[Change]:
        """The changes without those that are not needed."""
        for one in sorted(changes, key=str):
            if len(changes) > 1 and self._works(goal, day, changes - {one}):
                changes -= {one}
        return changes

    def _changed(self, changes: Iterable[Change]) -> list[Claim]:
        """The claims after some changes, as `--suppose` would have them."""
        gone = {(one.predicate, one.row) for one in changes if one.kind != "add"}
        kept = [one for one in self.claims if (one.predicate, one.row) not in gone]
        for written in (one.fact for one in changes if one.kind != "remove"):
            problems: list[Diagnostic] = []
            (fact,) = parse(Text(SUPPOSED, f"{written}\n."), problems).statements
            assert isinstance(fact, Fact)
            kept.append(claim(fact, self.vocabulary, {}, None))
        return kept

    # ---------------------------------------------------------------- values where any would do

    def _fillings(self, option: Option, goal: Atom, ground: Ground) -> Iterator[frozenset[Change]]:
        """The changes with values for what they leave open: first one value for all of a type, then any mixture."""
        holes: dict[str, str | None] = {}
        values: dict[str, list[Value]] = {}
        for change in sorted(option.changes, key=str):
            parameters = self.vocabulary.parameters(change.predicate)
            for place, term in enumerate(change.terms):
                if isinstance(term, Variable) and term.name not in holes:
                    kind = parameters[place].type if place < len(parameters) else None
                    holes[term.name] = kind
                    values[term.name] = self._values(kind, change.predicate, place, goal, option, ground)
        if not all(values.values()):
            return
        together = [tuple(v[min(n, len(v) - 1)] for v in values.values()) for n in range(VALUES)]
        mixed = sorted(product(*(range(len(v[:4])) for v in values.values())), key=sum) if len(holes) <= 4 else []
        each = [tuple(v[n] for v, n in zip(values.values(), at, strict=True)) for at in mixed]
        tried = 0
        for filling in dict.fromkeys((*together, *each)):
            named = dict(zip(holes, map(Constant, filling), strict=True))
            if tried < FILLINGS and all(_allowed(limit, named) for limit in option.limits):
                tried += 1
                yield frozenset(change.filled(named) for change in option.changes)

    def _values(
        self, kind: str | None, predicate: str, place: int, goal: Atom, option: Option, ground: Ground
    ) -> list[Value]:
        """The constants that may stand in an argument: those of the other changes first, then those most spoken of."""
        facts = ground.store.facts
        if kind:
            known = {row[0] for row in facts.get(type_predicate(kind), {})}
        else:
            known = {row[place] for row in facts.get(predicate, {}) if place < len(row)}
            known = known or {value for one in self.claims for value in one.row}
        terms = (*goal.terms, *(term for change in option.changes for term in change.terms))
        own = {term.value for term in terms if isinstance(term, Constant)}
        return sorted(known, key=lambda v: (v not in own, -ground.spoken_of((v,)), str(v)))[:VALUES]


def _allowed(limit: tuple[str, Term, Term], named: dict[str, Constant]) -> bool:
    operator, *sides = limit
    left, right = (named.get(s.name) if isinstance(s, Variable) else s for s in sides)
    if not isinstance(left, Constant) or not isinstance(right, Constant):
        return True
    return compare(operator, left.value, right.value)


def _is(goal: Atom, row: Row) -> bool:
    return all(not isinstance(t, Constant) or t.value == value for t, value in zip(goal.terms, row, strict=True))


def _touching(option: Option, near: Set[Value]) -> int:
    """How many changes are about what the map has beside the things asked about."""
    return sum(any(isinstance(t, Constant) and t.value in near for t in one.terms) for one in option.changes)

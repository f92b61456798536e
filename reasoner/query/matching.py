"""A question's clause against a phrase: which slots its names fill, and which slot it asks for.

A question is a statement with pieces moved to its front: the question word, with its preposition or without,
and the auxiliary. Reading one is putting them back: `from which side | is | Raqqa besieged` is
`Raqqa is besieged from [which side]`. So the words are walked along the phrase; the auxiliary is lifted where
it stands and set down where the phrase has its like; the question word fills a slot and takes up no word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from reasoner.query.names import Name, Names
from reasoner.query.phrases import Flat, Pattern, Slot, Sorting, Word, sortings
from reasoner.query.words import (
    ANYONE,
    ARTICLES,
    AUXILIARIES,
    BE,
    DO,
    FILLERS,
    HAVE,
    NEGATIONS,
    PAST_AUXILIARIES,
    PREPOSITIONS,
    QUESTION_WORDS,
    RELATIVES,
    past,
    stem,
)  # fmt: skip

Asking = Literal["who", "what", "where", "which", "far"]

_IN_PLACE: dict[str, Asking] = {"who": "who", "whom": "who", "what": "what", "where": "where"}
# Prepositions that ask for the same place; for a side all of them do: on which side, from which side.
_SAME_PLACE = frozenset("on in at".split())
_SAME_SIDE = frozenset("on in at from to toward towards".split())
_DISTANCES = frozenset((stem(word),) for word in ("km", "kilometres", "kilometers", "distance", "miles"))
# What no unknown name has in it, and what none begins or ends with.
_NO_NAME = AUXILIARIES | QUESTION_WORDS | NEGATIONS
_SMALL = ARTICLES | FILLERS | PREPOSITIONS
_LONGEST_UNKNOWN = 5
_LONGEST_NUMBER = 16  # digits: those of the largest number of the language
_MOST_AUXILIARIES = 3


@dataclass(frozen=True)
class Token:
    """A folded word of the question and where it stands there; `auxiliary`: one that may have been moved."""

    word: str
    start: int
    end: int
    auxiliary: bool = False
    possessive: bool = False


@dataclass(frozen=True)
class Clause:
    """The words after the question word. With `which`, they begin with the noun that is asked for.

    `loose`: the question word stands for a preposition too, as in `which sides of Raqqa are open`.
    """

    text: str
    tokens: tuple[Token, ...]
    asking: Asking | None = None
    preposition: str | None = None
    loose: bool = False


@dataclass(frozen=True)
class Fill:
    """What stands in a slot: a name or a number, a question word, or nothing said (`anyone`).

    `unknown` are words that name nothing that may stand there.
    """

    name: Name | None = None
    number: int | None = None
    asking: Asking | None = None
    unknown: tuple[Token, ...] = ()


class Reading(NamedTuple):
    """A phrase as far as it is read."""

    fills: tuple[tuple[str, Fill], ...] = ()
    lifted: str = ""
    asked: bool = False
    moved: bool = False
    dropped: int = 0
    negated: bool = False
    past: bool = False
    literals: int = 0
    cost: int = 0
    notes: tuple[str, ...] = ()

    def fill(self, slot: Slot, fill: Fill, cost: int = 0) -> Reading:
        return self._replace(fills=(*self.fills, (slot.name, fill)), cost=self.cost + cost)


@dataclass(frozen=True)
class Sort:
    """What the asked thing must be: the city of `which cities`, by a phrase such as `{place} is a {kind}`."""

    thing: Slot
    saying: Sorting
    kind: str


@dataclass(frozen=True)
class Match:
    """A phrase that a clause can be read as."""

    pattern: Pattern
    reading: Reading
    sort: Sort | None = None

    @property
    def fills(self) -> dict[str, Fill]:
        return dict(self.reading.fills)

    @property
    def fit(self) -> tuple[int, int, int, int, bool]:
        """How well it fits, smallest best: unknown words, arguments left open, liberties, words shared."""
        fills = self.fills
        unknown = sum(len(f.unknown) for f in fills.values())
        unsaid = len(self.pattern.declaration.parameters) - len(fills)
        return unknown, unsaid, self.reading.cost, -self.reading.literals, self.pattern.derived


def match(pattern: Pattern, clause: Clause, names: Names, lenient: bool = False) -> Match | None:
    """The best reading of a clause as a phrase. `lenient` lets unknown words stand where a name is due."""
    best: Match | None = None
    for hole, start, sort in _holes(pattern.items, clause, names):
        walk = _Walk(pattern.items, clause, names, hole, start, lenient)
        for reading in walk.along(0, start, Reading(asked=hole is None)):
            found = Match(pattern, reading, sort)
            if best is None or found.fit < best.fit:
                best = found
    return best


def _holes(items: Flat, clause: Clause, names: Names) -> Iterator[tuple[Slot | None, int, Sort | None]]:
    """The slots that may be asked for, each with where the clause goes on after the noun asked for."""
    if clause.asking is None:
        yield None, 0, None
        return
    skip = 0
    while skip < len(clause.tokens) and clause.tokens[skip].word in ARTICLES | FILLERS:
        skip += 1
    for slot in dict.fromkeys(item for item in items if isinstance(item, Slot)):
        if clause.asking != "which":
            yield slot, 0, None
            continue
        for length in (2, 1):
            words = tuple(t.word for t in clause.tokens[skip : skip + length])
            if len(words) == length and tuple(map(stem, words)) in slot.nouns:
                yield slot, skip + length, None
            elif len(words) == length:
                yield from ((slot, skip + length, sort) for sort in _sorts(slot, words, names))


def _sorts(slot: Slot, words: tuple[str, ...], names: Names) -> Iterator[Sort]:
    """`cities` as the name of a kind, where some phrase says what kind a thing in this slot is."""
    *start, last = words
    singular = (last, last.removesuffix("s"), re.sub("ies$", "y", last), re.sub("es$", "", last))
    for saying in sortings(names.vocabulary):
        if saying.thing.type == slot.type:
            named = (names.find((*start, one), saying.kind.type, last) for one in singular)
            name = next((n for n in named if n and n.fits), None)
            if name:
                yield Sort(slot, saying, name.constant)


def suits(asking: Asking, slot: Slot, names: Names) -> int | None:
    """How well a question word asks for a slot, smallest best; None where it cannot."""
    place, listed = slot.type == "Place", slot.type in names.members
    match asking:
        case "far":
            return 0 if slot.nouns & _DISTANCES else None
        case "who":
            return None if listed else 4 if place else 0
        case "where":
            if listed or slot.type == "Actor":
                return 0 if names.is_compass(slot.type) else None
            return 0 if place else 1
    return 0


class _Walk:
    """One clause along one phrase, with one slot asked for."""

    def __init__(self, items: Flat, clause: Clause, names: Names, hole: Slot | None, start: int, lenient: bool) -> None:
        self.items, self.clause, self.tokens, self.names = items, clause, clause.tokens, names
        self.hole, self.start, self.lenient = hole, start, lenient
        stems = {i.stem: i.text for i in items if isinstance(i, Word)}
        self.progressive = any(
            t.word.endswith("ing") and not stems.get(stem(t.word), "ing").endswith("ing") for t in clause.tokens
        )

    def along(self, i: int, at: int, so_far: Reading) -> Iterator[Reading]:
        """Every way to read the tokens from `at` as the items from `i`."""
        if i == len(self.items) and at == len(self.tokens):
            if so_far.asked and not so_far.lifted and (so_far.moved or not self.clause.preposition):
                yield so_far
            return
        if at < len(self.tokens):
            yield from self._skip_token(i, at, so_far)
        if i < len(self.items):
            item = self.items[i]
            yield from (self._word(item, i, at, so_far) if isinstance(item, Word) else self._slot(item, i, at, so_far))

    def _skip_token(self, i: int, at: int, so_far: Reading) -> Iterator[Reading]:
        """A token that the phrase has no word for."""
        token = self.tokens[at]
        word = token.word
        if word in ARTICLES or word in FILLERS:
            yield from self.along(i, at + 1, so_far)
        elif word in NEGATIONS and not so_far.negated:
            yield from self.along(i, at + 1, so_far._replace(negated=True))
        elif word in RELATIVES and at == self.start and self.clause.asking == "which":
            yield from self.along(i, at + 1, so_far)
        elif word in ("first", "last"):
            note = f'"{word}" is left out: every time is given'
            yield from self.along(i, at + 1, so_far._replace(notes=(*so_far.notes, note), cost=so_far.cost + 1))
        elif so_far.dropped < _MOST_AUXILIARIES and (word in DO | HAVE or (word in BE and self.progressive)):
            tense = so_far.past or word in PAST_AUXILIARIES
            yield from self.along(i, at + 1, so_far._replace(past=tense, dropped=so_far.dropped + 1))
        if token.auxiliary and word in BE | HAVE:
            tense = so_far.past or word in PAST_AUXILIARIES
            yield from self.along(i, at + 1, so_far._replace(lifted=stem(word), past=tense))

    def _word(self, item: Word, i: int, at: int, so_far: Reading) -> Iterator[Reading]:
        said = so_far._replace(literals=so_far.literals + (item.text not in ARTICLES))
        if at < len(self.tokens) and stem(self.tokens[at].word) == item.stem:
            word = self.tokens[at].word
            changed = word in PAST_AUXILIARIES or (past(word) and not past(item.text) and not item.participle)
            yield from self.along(i + 1, at + 1, said._replace(past=so_far.past or changed))
        if so_far.lifted == item.stem:
            yield from self.along(i + 1, at, said._replace(lifted=""))
        if item.text in ARTICLES or item.text == "that" or self._silent(item, i):
            yield from self.along(i + 1, at, so_far)
        elif self._moved(item, i):
            same = item.text == self.clause.preposition
            further = said if same else so_far._replace(cost=so_far.cost + 1)
            yield from self.along(i + 1, at, further._replace(moved=True))

    def _silent(self, item: Word, i: int) -> bool:
        """What may be lacking: `has` of `has reached`, `is` of `is advancing`, `side` of `side {side}`."""
        following = self.items[i + 1] if i + 1 < len(self.items) else None
        if isinstance(following, Word) and (
            item.stem == "have" or (item.stem == "be" and following.text.endswith("ing"))
        ):
            return True
        if item.text in PREPOSITIONS:  # also where an argument is called so: `{actor} is ousted by {by}`
            return False
        return any(isinstance(s, Slot) and (item.stem,) in s.nouns for s in (self._next(i, 1), self._next(i, -1)))

    def _moved(self, item: Word, i: int) -> bool:
        """Whether a preposition went to the front with the question word, or stands in it as in `where`."""
        following = self._next(i, 1)
        if item.text not in PREPOSITIONS or self.hole is None:
            return False
        if isinstance(following, Word) and (following.stem,) not in self.hole.nouns:
            return False
        if isinstance(following, Slot) and following != self.hole:
            return False
        fronted = self.clause.preposition
        if fronted is None:
            return self.clause.loose or self.clause.asking == "where"
        alike = _SAME_SIDE if self.names.is_compass(self.hole.type) else _SAME_PLACE
        return item.text == fronted or {item.text, fronted} <= alike

    def _next(self, i: int, step: int) -> Word | Slot | None:
        """The item after one, or before it, past articles."""
        i += step
        while 0 <= i < len(self.items):
            item = self.items[i]
            if not isinstance(item, Word) or item.text not in ARTICLES:
                return item
            i += step
        return None

    def _slot(self, slot: Slot, i: int, at: int, so_far: Reading) -> Iterator[Reading]:
        if slot == self.hole and not so_far.asked and self.clause.asking:
            cost = suits(self.clause.asking, slot, self.names)
            if cost is not None:
                fill = Fill(asking=self.clause.asking)
                yield from self.along(i + 1, at, so_far.fill(slot, fill, cost)._replace(asked=True))
        known = dict(so_far.fills).get(slot.name)
        for fill, end, cost in self._fillings(slot, at):
            if known is None or (known.name and fill.name and known.name.constant == fill.name.constant):
                yield from self.along(i + 1, end, so_far.fill(slot, fill, cost) if known is None else so_far)

    def _fillings(self, slot: Slot, at: int) -> Iterator[tuple[Fill, int, int]]:
        """What the words from `at` can be in a slot, longest name first, with where it ends and its cost."""
        after_noun = at + self._noun(slot, at)
        for first in dict.fromkeys((at, after_noun)):
            for end in range(min(len(self.tokens), first + self.names.longest), first, -1):
                words = tuple(t.word for t in self.tokens[first:end])
                written = self.clause.text[self.tokens[first].start : self.tokens[end - 1].end]
                name = self.names.find(words, slot.type, re.sub(r"['’]s?$", "", written))
                if (name is None or not name.fits) and first and self.tokens[first - 1].word == "the":
                    name = self._definite(slot, words, written) or name
                if name:
                    cost = self._oddity(slot, name)
                    yield Fill(name=name), end, cost
                    if noun := self._noun(slot, end):
                        yield Fill(name=name), end + noun, cost
        if at >= len(self.tokens):
            return
        word = self.tokens[at].word
        if word.isdecimal() and len(word) <= _LONGEST_NUMBER and slot.type not in self.names.members:
            yield Fill(number=int(word)), at + 1, 0
        if word in ANYONE:
            yield Fill(), at + 1, 0
        if word in ("any", "some") and (noun := self._noun(slot, at + 1)):
            yield Fill(), at + 1 + noun, 0
        asking = _IN_PLACE.get(word)
        price = suits(asking, slot, self.names) if asking else None
        if price is not None:
            yield Fill(asking=asking), at + 1, price
        if self.lenient and word not in _NO_NAME | _SMALL:
            for end in range(at + 1, min(len(self.tokens), at + _LONGEST_UNKNOWN) + 1):
                if self.tokens[end - 1].word in _NO_NAME:
                    break
                if self.tokens[end - 1].word not in _SMALL:
                    yield Fill(unknown=self.tokens[at:end]), end, 0

    def _definite(self, slot: Slot, words: tuple[str, ...], written: str) -> Name | None:
        """`the province`: the first that facts say is one; it is told which else there are."""
        for saying in sortings(self.names.vocabulary):
            kind = self.names.find(words, saying.kind.type, written) if saying.thing.type == slot.type else None
            if kind and kind.fits and (things := saying.members(kind.constant, self.names.vocabulary)):
                return Name(f"the {written}", things[0], things[1:])
        return None

    def _oddity(self, slot: Slot, name: Name) -> int:
        """The cost of a name in a slot: none where its type is the slot's; one that has a type wants it."""
        if not name.fits:
            return 6
        return 2 if slot.type is None and self.names.types[name.constant] else 0

    def _noun(self, slot: Slot, at: int) -> int:
        """The number of words at `at` that say what the slot is: the `side` of `the western side`."""
        stems = tuple(stem(t.word) for t in self.tokens[at : at + 2])
        return 2 if stems in slot.nouns and len(stems) == 2 else 1 if stems[:1] in slot.nouns else 0

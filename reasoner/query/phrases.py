"""A declaration's phrases: how its atoms are told, and every way to say them in a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, pairwise, product

from reasoner.evidence.spelling import fold
from reasoner.query.names import COMPASS, Names, direction
from reasoner.query.words import ARTICLES, BE, DO, HAVE, PREPOSITIONS, RELATIVES, filled, stem
from reasoner.syntax.tree import Declaration, Fact, Parameter
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Quoted, Variable, show_atom

# A phrase with g optional groups can be said in 2**g ways; of more than this many the fullest are kept.
MOST_WAYS = 64


@dataclass(frozen=True)
class Word:
    """A word of a phrase, folded. `participle`: of a passive that was made from an active phrase."""

    text: str
    participle: bool = False

    @cached_property
    def stem(self) -> str:
        return stem(self.text)


@dataclass(frozen=True)
class Slot:
    """A place in a phrase for an argument."""

    parameter: Parameter

    @property
    def name(self) -> str:
        return self.parameter.name

    @property
    def type(self) -> str | None:
        return self.parameter.type

    @cached_property
    def nouns(self) -> frozenset[tuple[str, ...]]:
        """The stems of what the argument is called: its name, its type, and the usual words for that type."""
        called = [self.name, noun(self.parameter), *_NOUNS.get(self.type or "", ())]
        return frozenset(tuple(stem(w) for w in fold(c)) for c in called)


def noun(parameter: Parameter) -> str:
    """What an argument is in general: `place kind` for the type PlaceKind."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", parameter.type or "thing").lower()


_NOUNS = {
    "Actor": ("party", "force", "group", "faction"),
    "Place": ("area", "location"),
    "Direction": ("side",),
}


@dataclass(frozen=True)
class Group:
    """`[...]`: words and slots that may be left out together."""

    items: tuple[Item, ...]


Item = Word | Slot | Group
Flat = tuple[Word | Slot, ...]


def items(phrase: str, parameters: Sequence[Parameter]) -> tuple[Item, ...]:
    """The words, slots and groups of a phrase. Braces that name no argument are words like others."""
    known = {p.name: Slot(p) for p in parameters}
    levels: list[list[Item]] = [[]]
    for piece in re.findall(r"\[|\]|\{\w+\}|[^\s\[\]{}]+", phrase):
        if piece == "[":
            levels.append([])
        elif piece == "]":
            inner = levels.pop() if len(levels) > 1 else []
            levels[-1].append(Group(tuple(inner)))
        elif piece[0] == "{" and piece[1:-1] in known:
            levels[-1].append(known[piece[1:-1]])
        else:
            levels[-1].extend(map(Word, fold(piece)))
    return tuple(item for level in levels for item in level)


def flatten(sequence: Sequence[Item]) -> Iterator[Word | Slot]:
    """The words and slots, with every group said."""
    for item in sequence:
        if isinstance(item, Group):
            yield from flatten(item.items)
        else:
            yield item


def slots(sequence: Sequence[Item]) -> frozenset[str]:
    """The names of the arguments that a sequence has slots for."""
    return frozenset(item.name for item in flatten(sequence) if isinstance(item, Slot))


def nominal(sequence: Sequence[Item]) -> bool:
    """Whether a phrase is a noun phrase, `the siege [of {place}]`: it names a topic and says nothing of it."""
    words = {item.text for item in flatten(sequence) if isinstance(item, Word)}
    match [item for item in sequence if not isinstance(item, Group)]:
        case [Word(article), Word(), *rest] if article in ARTICLES and not words & (BE | HAVE | DO | RELATIVES):
            return not rest or (isinstance(rest[0], Word) and rest[0].text in PREPOSITIONS)
    return False


# ---------------------------------------------------------------- asking


@dataclass(frozen=True)
class Pattern:
    """One way to say a phrase, as words and slots in a row. `derived`: a passive that nobody declared."""

    declaration: Declaration
    phrase: str
    items: Flat
    derived: bool

    @cached_property
    def needed(self) -> frozenset[str]:
        """The stems without which no question means this: no small words, no nouns of its slots."""
        loose = ARTICLES | BE | HAVE | DO | PREPOSITIONS | {"that"}
        nouns = {noun for item in self.items if isinstance(item, Slot) for noun in item.nouns}
        words = (i for i in self.items if isinstance(i, Word) and i.text not in loose)
        return frozenset(word.stem for word in words if (word.stem,) not in nouns)


@lru_cache(maxsize=4)
def patterns(vocabulary: Vocabulary) -> tuple[Pattern, ...]:
    """Every way to say every phrase, in the order of the declarations."""
    return tuple(p for d in declared(vocabulary) for p in _patterns(d))


def declared(vocabulary: Vocabulary) -> Iterator[Declaration]:
    """The declarations that count, in the order of the files."""
    for declaration in vocabulary.program.of(Declaration):
        if vocabulary.declarations[declaration.predicate] is declaration:
            yield declaration


def noun_phrases(vocabulary: Vocabulary) -> list[str]:
    """The phrases that are noun phrases: what can be asked about as a topic."""
    told = (p for d in declared(vocabulary) for p in d.phrases if nominal(items(p, d.parameters)))
    return list(dict.fromkeys(told))


@dataclass(frozen=True)
class Sorting:
    """A predicate that says of what kind a thing is, `{place} is a {kind}`: `which cities` asks by it."""

    declaration: Declaration
    thing: Slot
    kind: Slot

    def members(self, kind: str, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The things of a kind, in the order of the facts."""
        places = [p.name for p in self.declaration.parameters]
        thing, of = places.index(self.thing.name), places.index(self.kind.name)
        rows = (
            vocabulary.positional(fact.atom).terms
            for fact in vocabulary.program.of(Fact)
            if fact.atom.predicate == self.declaration.predicate
        )
        return tuple(str(row[thing]) for row in rows if str(row[of]) == kind)


@lru_cache(maxsize=4)
def sortings(vocabulary: Vocabulary) -> tuple[Sorting, ...]:
    """The predicates whose phrase says what a thing is."""
    found = []
    for pattern in patterns(vocabulary):
        match pattern.items:
            case (Slot() as thing, Word("is"), Word("a" | "an"), Slot() as kind):
                found.append(Sorting(pattern.declaration, thing, kind))
    return tuple(found)


def _patterns(declaration: Declaration) -> Iterator[Pattern]:
    """The declared phrases, then passives. An optional group of one may end any that lacks its slots."""
    read = [(phrase, items(phrase, declaration.parameters)) for phrase in declaration.phrases]
    groups = [i for _, whole in read for i in whole if isinstance(i, Group) and slots(i.items)]
    seen: set[Flat] = set()
    for derived in (False, True):
        for phrase, declared in read:
            whole = _passive(declared) if derived else _agentless(declared)
            lent = [g for g in groups if not slots(g.items) & slots(whole)]
            for flat in _ways((*whole, *lent)) if whole else ():
                if flat not in seen:
                    seen.add(flat)
                    yield Pattern(declaration, phrase, flat, derived)


def _agentless(whole: tuple[Item, ...]) -> tuple[Item, ...]:
    """The phrase with `by {actor}` optional after a form of be."""
    for at, (word, slot) in enumerate(pairwise(whole)):
        passive = any(isinstance(i, Word) and i.text in BE for i in whole[:at])
        if passive and isinstance(word, Word) and word.text == "by" and isinstance(slot, Slot):
            return (*whole[:at], Group((word, slot)), *whole[at + 2 :])
    return whole


def _passive(whole: tuple[Item, ...]) -> tuple[Item, ...]:
    """`{place} is held [by {actor}] ...` for `{actor} holds {place} ...`; nothing for other phrases."""
    match whole:
        case (Slot() as agent, Word() as verb, Slot() as patient, *rest) if (
            verb.text not in BE | HAVE | PREPOSITIONS and agent != patient
        ):
            by = Group((Word("by"), agent))
            return (patient, Word("is"), Word(verb.text, participle=True), by, *rest)
    return ()


def _ways(whole: Sequence[Item]) -> Iterator[Flat]:
    """The phrase with each of its groups said or left out, fullest first."""
    choices = [(True, False) if isinstance(item, Group) else (True,) for item in whole]
    for said in islice(product(*choices), MOST_WAYS):
        yield tuple(flatten([item for item, kept in zip(whole, said, strict=True) if kept]))


# ---------------------------------------------------------------- telling


def tell(declaration: Declaration, row: Sequence[object], names: Names | None = None) -> str:
    """An atom as a sentence, by its first phrase: `Syrian army besieges Raqqa city from the west`.

    A value that is `_`, None or a variable is unknown: optional words about it are left out, elsewhere it is
    told as `some place`. Verbs agree with their subjects. Without a phrase the atom is told as it is written.
    """
    parameters = {p.name: p for p in declaration.parameters}
    values = dict(zip(parameters, row, strict=False))
    if not declaration.phrases:
        return show_atom(declaration.predicate, tuple(row))

    def group(match: re.Match[str]) -> str:
        inner = match[1]
        silent = any(unknown(values.get(name)) for name in re.findall(r"\{(\w+)\}", inner) if name in parameters)
        return "" if silent else inner

    def say(name: str) -> str:
        parameter = parameters.get(name)
        return show(parameter, values.get(parameter.name), names) if parameter else f"{{{name}}}"

    sentence = declaration.phrases[0]
    while sentence != (shorter := re.sub(r"\[([^\[\]]*)\]", group, sentence)):
        sentence = shorter
    return " ".join(filled(sentence, say).split())


def unknown(value: object) -> bool:
    """Whether a value of a row stands for any value."""
    return value is None or value == "_" or isinstance(value, Variable)


def show(parameter: Parameter, value: object, names: Names | None) -> str:
    """A value as a sentence says it."""
    if unknown(value):
        return f"some {noun(parameter)}"
    if isinstance(value, Quoted):
        return value.text
    if isinstance(value, str) and names:
        return names.show(value, parameter.type)
    if isinstance(value, str) and parameter.type == "Direction" and value in COMPASS:
        return direction(value)
    return str(value)

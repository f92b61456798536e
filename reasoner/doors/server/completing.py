"""What a question may go on with: by the declared phrases, and by the names that fit where it ends."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from reasoner.evidence.spelling import fold
from reasoner.query.names import Names
from reasoner.query.phrasebook import questions
from reasoner.query.phrases import declared
from reasoner.query.story import FIRST
from reasoner.query.words import AUXILIARIES
from reasoner.syntax.tree import Declaration, Parameter
from reasoner.syntax.vocabulary import Vocabulary

MOST = 12
LOOKED_AT = 2_000  # names that begin as one letter does
_ARTICLES = {"the", "a", "an"}
_KINDS = ("state", "event", "fixed")
_SLOT = re.compile("\0(.*?)\0")
_GROUP = re.compile(r" *\[[^\[\]]*\]")


@dataclass(frozen=True)
class Name:
    """A name as it is written, whether it is the one that is shown, and how often what it names is spoken of."""

    written: str
    shown: bool
    weight: int


@dataclass(frozen=True)
class Directory:
    """The names of one type: by their folded words, and sorted by each word that one may begin with."""

    whole: Mapping[str, str]
    starts: tuple[tuple[str, int, Name], ...]
    first: tuple[Name, ...]
    longest: int

    @classmethod
    def of(cls, named: Iterable[Name]) -> Directory:
        ranked = sorted(dict.fromkeys(named), key=lambda one: (-one.weight, not one.shown, one.written))
        folded = [(fold(one.written), one) for one in ranked]
        starts = [(" ".join(words[at:]), at, one) for words, one in folded for at in range(len(words))]
        starts.sort(key=lambda one: (one[0], one[1], -one[2].weight, one[2].written))
        whole = {" ".join(words): one.written for words, one in reversed(folded)}
        return cls(
            whole,
            tuple(starts),
            tuple(one for one in ranked if one.shown),
            max((len(words) for words, _ in folded), default=0),
        )

    def beginning(self, typed: str) -> list[str]:
        """The names with a word that begins so: their first word before later ones, then what is spoken of most."""
        if not typed:
            return [one.written for one in self.first[:MOST]]
        at = bisect_left(self.starts, typed, key=lambda one: one[0])
        near = takewhile(lambda one: one[0].startswith(typed), self.starts[at : at + LOOKED_AT])
        ranked = sorted(near, key=lambda one: (one[1] > 0, -one[2].weight, len(one[2].written), one[2].written))
        return list(dict.fromkeys(one.written for _, _, one in ranked))[:MOST]


Piece = tuple[str, str | None]  # words, or the type of a name: of any where it is ""


@dataclass(frozen=True)
class Completer:
    """The questions that phrases make, as words and types of names in turn, and the names of each type."""

    questions: tuple[tuple[Piece, ...], ...] = ()
    directories: Mapping[str, Directory] = field(default_factory=dict)

    @classmethod
    def of(cls, vocabulary: Vocabulary, names: Names) -> Completer:
        """What a program's phrases and names offer."""
        written = dict.fromkeys(
            question
            for declaration in in_order(vocabulary)
            for phrase in declaration.phrases
            for said in (_GROUP.sub("", phrase), phrase)
            for question in questions(declaration, said, _slot)
        )
        spoken = Counter(str(constant.value) for _, constant in vocabulary.typed_constants())
        called: dict[str, list[Name]] = {}
        for constant, types in names.types.items():
            shown = dict.fromkeys((names.show(constant), *names.aliases.get(constant, ())))
            for type_name in ("", *types):
                its = [names.show(constant, type_name)] if names.is_compass(type_name) else list(shown)
                called.setdefault(type_name, []).extend(Name(one, one == its[0], spoken[constant]) for one in its)
        return cls(
            tuple(tuple(_pieces(one)) for one in written), {name: Directory.of(its) for name, its in called.items()}
        )

    def complete(self, typed: str) -> list[str]:
        """At most a dozen questions that begin with what was typed, whatever its case and accents."""
        words = " ".join(fold(typed))
        because = words == "why" or words.startswith("why ")
        found: dict[str, None] = {}
        for question in self.questions:
            if because and question[0][0].partition(" ")[0] not in AUXILIARIES:
                continue
            for one in self._go_on(question, words[3:].lstrip() if because else words):
                found.setdefault(f"why {one}" if because else one)
            if len(found) >= MOST:
                break
        return list(found)[:MOST]

    def _go_on(self, pieces: tuple[Piece, ...], typed: str) -> Iterator[str]:
        """The ways in which pieces may begin with what was typed, up to the next name that is to be chosen."""
        if not pieces:
            if not typed:
                yield ""
            return
        (words, type_name), rest = pieces[0], pieces[1:]
        if type_name is not None:
            yield from self._named(self.directories.get(type_name), rest, typed)
            return
        said = " ".join(fold(words))
        if typed == said or typed.startswith(f"{said} ".lstrip()):
            yield from (words + one for one in self._go_on(rest, typed[len(said) :].lstrip()))
        elif said.startswith(typed):
            yield words

    def _named(self, directory: Directory | None, rest: tuple[Piece, ...], typed: str) -> Iterator[str]:
        if directory is None:
            return
        words = typed.split()
        begins = int(len(words) > 1 and words[0] in _ARTICLES)
        for end in range(begins + 1, min(len(words), begins + directory.longest) + 1):
            if (whole := directory.whole.get(" ".join(words[begins:end]))) and end < len(words):
                yield from (whole + one for one in self._go_on(rest, " ".join(words[end:])))
        following = rest[0][0] if rest and rest[0][1] is None else ""
        yield from (one + following for one in directory.beginning(" ".join(words[begins:])))


def in_order(vocabulary: Vocabulary) -> list[Declaration]:
    """What a reader looks for first; then what lasts, what happens, and the map."""
    return sorted(declared(vocabulary), key=_rank)


def _rank(declaration: Declaration) -> tuple[int, int]:
    first = FIRST.index(declaration.predicate) if declaration.predicate in FIRST else len(FIRST)
    return first, _KINDS.index(declaration.kind)


def _slot(parameter: Parameter) -> str:
    return f"\0{parameter.type or ''}\0"


def _pieces(question: str) -> Iterator[Piece]:
    for at, part in enumerate(_SLOT.split(question)):
        if at % 2:
            yield part, part
        elif part:
            yield part, None

"""Questions that a program's phrases bring, written out: the examples of the phrasebook and of the help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from reasoner.evidence.claim import bare
from reasoner.query.names import Names
from reasoner.query.phrases import Group, Slot, Word, declared, flatten, items, nominal, noun
from reasoner.query.words import ARTICLES, BE, HAVE, PREPOSITIONS, RELATIVES, base, past, stem, third_person
from reasoner.syntax.tree import Declaration, Fact, Parameter
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Value

Say = Callable[[Parameter], str]

_LOOSE = ARTICLES | BE | HAVE | PREPOSITIONS | {"and", "or"}


def phrasebook(
    vocabulary: Vocabulary, names: Names | None = None, told: Iterable[Declaration] | None = None
) -> list[str]:
    """A few questions for each phrase, about constants of the program; each of them is understood.

    The phrases are those of the declarations that are `told`, by default of all in their order.
    """
    names = names or Names(vocabulary, ())
    of_type: dict[str, list[Value]] = {}
    for type_name, constant in vocabulary.typed_constants():
        of_type.setdefault(type_name, []).append(constant.value)
    for type_name, members in names.members.items():
        of_type.setdefault(type_name, []).extend(members)
    facts = {f.atom.predicate: bare(f, vocabulary) for f in reversed(vocabulary.program.of(Fact))}
    book: dict[str, None] = {}
    for declaration in declared(vocabulary) if told is None else told:
        chosen = _examples(declaration, facts.get(declaration.predicate), vocabulary, of_type)

        def say(parameter: Parameter, chosen: dict[str, Value] = chosen) -> str:
            value = chosen.get(parameter.name)
            if isinstance(value, str):
                return names.show(value, parameter.type)
            return str(value) if value is not None else f"some {noun(parameter)}"

        for phrase in declaration.phrases:
            book.update(dict.fromkeys(questions(declaration, phrase, say)))
    return list(book)


def _examples(
    declaration: Declaration, fact: Atom | None, vocabulary: Vocabulary, of_type: dict[str, list[Value]]
) -> dict[str, Value]:
    """A constant for each argument, from a fact of the predicate if there is one, else any of its type."""
    terms = vocabulary.positional(fact).terms if fact else ()
    chosen: dict[str, Value] = {}
    for place, parameter in enumerate(declaration.parameters):
        term = terms[place] if place < len(terms) else None
        likely = [term.value] if isinstance(term, Constant) else of_type.get(parameter.type or "", [])
        speakable = [v for v in likely if isinstance(v, str) or (isinstance(v, int) and v >= 0)]
        fresh = [v for v in speakable if v not in chosen.values()]
        if speakable:
            chosen[parameter.name] = (fresh or speakable)[0]
    return chosen


def questions(declaration: Declaration, phrase: str, say: Say) -> Iterator[str]:
    """Who or what, whether, and when or since when, by one phrase; `say` gives the words for an argument."""
    whole = items(phrase, declaration.parameters)
    short = [i for i in whole if not isinstance(i, Group)]
    full = list(flatten(whole))
    inverted = _inverted(short, declaration.kind == "event", say)
    match short:
        case [Slot(), Word("and"), *_]:
            pass
        case [Slot() as subject, *_]:
            yield f"{_asking(subject)} {_say(full[1:], say)}?"
        case [Word(general), Slot() as slot, *rest] if (stem(general),) in slot.nouns:
            yield f"which {general} {_say(rest, say)}?"
        case [*start, Word(be), Slot()] if be in BE:
            yield f"what {be} {_say(start, say)}?"
    if nominal(whole):
        yield f"how long did {_say(short, say)} last?"
        return
    yield f"{inverted}?" if inverted else f"is it true that {_say(short, say)}?"
    if inverted and declaration.kind != "fixed":
        yield f"{'when' if declaration.kind == 'event' else 'since when'} {inverted}?"
    for group in (i for i in whole if isinstance(i, Group)):
        match [i for i in group.items if not isinstance(i, Word) or i.text not in ARTICLES]:
            case [Word(preposition), Slot() as slot] if inverted and preposition in PREPOSITIONS:
                asked = f"which {noun(slot.parameter)}" if slot.type else "what"
                yield f"{preposition} {asked} {inverted}?"


def _inverted(phrase: Sequence[Word | Slot], happened: bool, say: Say) -> str | None:
    """The phrase with its auxiliary first, `is Raqqa besieged`, or `does`; None without a plain verb."""
    for at, item in enumerate(phrase):
        if isinstance(item, Word) and item.text in RELATIVES:
            break
        if isinstance(item, Slot) or item.text not in BE | HAVE or at == 0:
            continue
        following = phrase[at + 1] if at + 1 < len(phrase) else None
        if item.text in BE or (isinstance(following, Word) and past(following.text)):
            auxiliary = {"is": "was", "are": "were"}.get(item.text, item.text) if happened else item.text
            return f"{auxiliary} {_say([*phrase[:at], *phrase[at + 1 :]], say)}"
        break
    match phrase:
        case [Slot() as subject, Word(verb), *rest] if third_person(verb):
            plain = "have" if verb in HAVE else base(verb)
            return f"{'did' if happened else 'does'} {say(subject.parameter)} {plain} {_say(rest, say)}".strip()
    return None


def _say(phrase: Sequence[Word | Slot], say: Say) -> str:
    return " ".join(i.text if isinstance(i, Word) else say(i.parameter) for i in phrase)


def _asking(slot: Slot) -> str:
    if slot.type is None:
        return "what"
    return "who" if slot.type in ("Actor", "Speaker") else f"which {noun(slot.parameter)}"


def nearest_questions(words: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Three questions that would work, `who besieges {place}?`, by the phrases most like these words."""
    content = [w for w in words if w not in _LOOSE]
    likeness: dict[str, float] = {}

    def like(word: Word) -> float:
        if word.text not in likeness:
            ratios = (SequenceMatcher(None, word.text, other).ratio() for other in content)
            likeness[word.text] = max(ratios, default=0.0)
        return likeness[word.text]

    scored: list[tuple[float, int, str]] = []
    for declaration in declared(vocabulary):
        for phrase in declaration.phrases:
            said = [i for i in flatten(items(phrase, declaration.parameters)) if isinstance(i, Word)]
            telling = [like(w) for w in said if w.text not in _LOOSE]
            question = next(questions(declaration, phrase, lambda parameter: f"{{{parameter.name}}}"))
            scored.append((-max(telling, default=0.0), len(scored), question))
    return list(dict.fromkeys(question for _, _, question in sorted(scored)))[:3]

"""Questions in controlled English, understood by the phrases that a program declares; none is known here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reasoner.diagnostic import Diagnostic, Problems, error
from reasoner.query.frames import HOW_TO_ASK, Form, Frame, frame
from reasoner.query.matching import Clause, Fill, Match, match
from reasoner.query.names import Names
from reasoner.query.phrasebook import nearest_questions
from reasoner.query.phrases import Slot, Word, nominal, noun, patterns
from reasoner.query.words import (
    ANYONE,
    ARTICLES,
    AUXILIARIES,
    FILLERS,
    NEGATIONS,
    PREPOSITIONS,
    QUESTION_WORDS,
    stem,
)
from reasoner.syntax.tree import BodyLiteral, Declaration, Literal, Parameter, Plain
from reasoner.syntax.vocabulary import Vocabulary, type_predicate
from reasoner.term import Atom, Constant, Term, Variable
from reasoner.text import Span, Text
from reasoner.when import FUTURE, PAST, Day, Interval

# Longer than this is no question; phrases have a dozen words.
MOST_WORDS = 40


@dataclass(frozen=True)
class Question:
    """A question as it was understood.

    `body` is what has to hold, with a variable for each thing that is asked for or left open.
    Where `negated`, whether and why ask of the body that it does not hold; in any other form the body says
    `not` itself, after the types of what is asked for. `asked` are the variables asked for.
    `days` are the days asked about: a day in them is enough. None is today for a state, the whole past for
    `when`, `since_when`, `until_when` and `how_long`. What happened, and what is asked for in the past tense,
    is asked of all days up to today unless the question names its own.
    `assumptions` are the readings that were chosen where there was a choice, `alternatives` the other
    predicates that the words fit equally well.
    """

    text: str
    form: Form
    body: tuple[BodyLiteral, ...]
    asked: tuple[str, ...]
    days: Interval | None
    negated: bool
    declaration: Declaration
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


def understand(text: str, vocabulary: Vocabulary, names: Names, today: Day | None) -> Question:
    """A question as a query. Raises Problems: R110 unknown name, R111 no phrase fits, R4xx dates.

    `today` is the day that `today` means, and the last one that the past tense asks about; None where
    nothing is dated.
    """
    today = FUTURE - 1 if today is None else today
    read = frame(Text("question", text), today)
    if len(read.tokens) > MOST_WORDS:
        raise Problems([error("R111", "this is too long for one question", _everywhere(read.text), help=HOW_TO_ASK)])
    for one in (read, *read.lasting()):
        if best := _best(one, vocabulary, names):
            return _question(one, best, today)
    raise Problems(_misread(read, vocabulary, names))


def topics(words: str, vocabulary: Vocabulary, names: Names, today: Day | None) -> tuple[Question, ...]:
    """What a noun phrase is about, `the supply of Raqqa`: a question for each predicate that has such a phrase."""
    read = frame(Text("question", words), FUTURE - 1 if today is None else today)
    for clause in read.clauses():
        if found := [m for m in _matches(clause, vocabulary, names) if nominal(m.pattern.items)]:
            return tuple(_question(replace(read, form="who"), [one], FUTURE - 1) for one in found)
    return ()


def _best(read: Frame, vocabulary: Vocabulary, names: Names) -> list[Match]:
    """The best match of each predicate by the plainest clause that fits any, best first, then as declared."""
    for clause in read.clauses():
        found = _matches(clause, vocabulary, names)
        if found:
            return found
    return []


def _matches(clause: Clause, vocabulary: Vocabulary, names: Names, lenient: bool = False) -> list[Match]:
    stems = {stem(token.word) for token in clause.tokens}
    best: dict[str, Match] = {}
    for pattern in patterns(vocabulary):
        if pattern.needed <= stems and (found := match(pattern, clause, names, lenient)):
            known = best.get(pattern.declaration.predicate)
            if known is None or found.fit < known.fit:
                best[pattern.declaration.predicate] = found
    return sorted(best.values(), key=lambda m: m.fit)


# ---------------------------------------------------------------- from a match to a query


def _question(read: Frame, best: list[Match], today: Day) -> Question:
    chosen = best[0]
    declaration, fills, said = chosen.pattern.declaration, chosen.fills, chosen.reading
    form: Form = "who" if read.form == "whether" and any(f.asking for f in fills.values()) else read.form
    denied = said.negated and form not in ("whether", "why")
    called = _variables(declaration, fills)
    asked = tuple(called[slot] for slot, fill in fills.items() if fill.asking)
    if denied and any(fills[p.name].asking for p in declaration.parameters if not p.type and p.name in fills):
        raise Problems([_not_askable(read)])
    equal = [m for m in best[1:] if m.fit[:4] == chosen.fit[:4]]
    return Question(
        read.text.content,
        form,
        _body(chosen, called, denied, _everywhere(read.text)),
        asked,
        read.days or _days(form, declaration, said.past, today),
        said.negated,
        declaration,
        tuple(dict.fromkeys((*_readings(declaration, fills), *said.notes, *read.notes))),
        tuple(f'{_atom(m, _variables(m.pattern.declaration, m.fills))}: "{m.pattern.phrase}"' for m in equal),
    )


def _variables(declaration: Declaration, fills: dict[str, Fill]) -> dict[str, str]:
    """A variable for each argument: `Who`, then `Whom`, where that was asked; else its name, capitalised."""
    called = {
        p.name: "".join(part[:1].upper() + part[1:] for part in p.name.split("_")) for p in declaration.parameters
    }
    fresh = [name for name in ("Who", "Whom") if name not in called.values()]
    people = [slot for slot, fill in fills.items() if fill.asking == "who"]
    return called | dict(zip(people, fresh, strict=False))


def _body(chosen: Match, called: dict[str, str], denied: bool, everywhere: Span) -> tuple[BodyLiteral, ...]:
    """The atom, after the kind of what is asked for, or its type where the atom is denied."""
    conditions: list[Atom] = []
    if sort := chosen.sort:
        thing, kind = sort.saying.thing.name, sort.saying.kind.name
        terms: dict[str, Term] = {thing: Variable(called[sort.thing.name]), kind: Constant(sort.kind)}
        parameters = sort.saying.declaration.parameters
        given = tuple(terms.get(p.name, Variable("_")) for p in parameters)
        conditions.append(Atom(sort.saying.declaration.predicate, given))
    if denied:
        parameters = chosen.pattern.declaration.parameters
        asked = (p for p in parameters if p.type and chosen.fills.get(p.name, Fill()).asking)
        conditions.extend(Atom(type_predicate(str(p.type)), (Variable(called[p.name]),)) for p in asked)
    literals = [Literal(Plain(atom), origin=everywhere) for atom in conditions]
    main = Literal(Plain(_atom(chosen, called, denied)), denied, origin=everywhere)
    return (*literals, main)


def _atom(found: Match, called: dict[str, str], denied: bool = False) -> Atom:
    """The atom: names in the slots that they fill, variables in the others, `_` there where it is denied."""

    def term(parameter: Parameter) -> Term:
        fill = found.fills.get(parameter.name, Fill())
        if fill.name:
            return Constant(fill.name.constant)
        if fill.number is not None:
            return Constant(fill.number)
        return Variable(called[parameter.name] if fill.asking or not denied else "_")

    declaration = found.pattern.declaration
    return Atom(declaration.predicate, tuple(term(p) for p in declaration.parameters))


def _days(form: Form, declaration: Declaration, past: bool, today: Day) -> Interval | None:
    ever = declaration.kind == "event" or (declaration.kind == "state" and past)
    return (PAST, today + 1) if ever and form in ("who", "whether", "how_many") else None


def _readings(declaration: Declaration, fills: dict[str, Fill]) -> Iterable[str]:
    """What was assumed of the names."""
    types = {p.name: p.type for p in declaration.parameters}
    for slot, fill in fills.items():
        if fill.name and fill.name.assumption:
            yield fill.name.assumption
        if fill.name and not fill.name.fits:
            nowhere = f"which is nowhere known as {_a(types[slot])}"
            yield f'"{fill.name.written}" is read as {fill.name.constant}, {nowhere}'


# ---------------------------------------------------------------- what to say where nothing fits


def _misread(read: Frame, vocabulary: Vocabulary, names: Names) -> list[Diagnostic]:
    """The names that nobody has, where the question would else be understood; if not, what can be asked."""
    found = (m for clause in read.clauses() for m in _matches(clause, vocabulary, names, lenient=True))
    best = min((m for m in found if m.pattern.needed), key=lambda m: m.fit, default=None)
    unknown = [(slot, fill) for slot, fill in best.fills.items() if fill.unknown] if best else []
    words = [t.word for _, fill in unknown for t in fill.unknown] or [t.word for t in read.tokens]
    listed = not {"and", "or"}.isdisjoint(words)
    if best and not listed:
        slots = {i.name: i for i in best.pattern.items if isinstance(i, Slot)}
        return [_unknown(read, slots[slot], fill, names) for slot, fill in unknown]
    near = nearest_questions([token.word for token in read.tokens], vocabulary)
    help = f"try: {' '.join(near)}" if near else "no predicate has a phrase yet: declare one"
    notes = tuple(dict.fromkeys(_NOT_YET[word] for word in words if word in _NOT_YET))
    if strange := [f'"{word}"' for word in dict.fromkeys(words) if not _known(word, vocabulary, names)]:
        notes = (*notes, f"no phrase and no name has the word {' or '.join(strange)}")
    return [error("R111", "this question is not understood", _everywhere(read.text), help=help, notes=notes)]


_NOT_YET = {
    "and": "ask about one thing at a time: lists with `and` or `or` are not understood",
    "or": "ask about one thing at a time: lists with `and` or `or` are not understood",
    "compare": "ask about one thing, or one day, and then about the other",
    "if": "to suppose a fact, ask with --suppose 'capture(actor, place, 2016-06-20)'",
}


def _known(word: str, vocabulary: Vocabulary, names: Names) -> bool:
    """Whether a question may have the word: it is small, or stands in a phrase, or in a name."""
    small = AUXILIARIES | ARTICLES | PREPOSITIONS | FILLERS | QUESTION_WORDS | NEGATIONS | ANYONE | set(_NOT_YET)
    if word in small or word.isdecimal() or any(word in called.split() for called in names.table):
        return True
    spoken = (item for pattern in patterns(vocabulary) for item in pattern.items)
    return any(stem(word) == item.stem if isinstance(item, Word) else (stem(word),) in item.nouns for item in spoken)


def _unknown(read: Frame, slot: Slot, fill: Fill, names: Names) -> Diagnostic:
    """Why these words cannot stand in that slot."""
    start, end = min(t.start for t in fill.unknown), max(t.end for t in fill.unknown)
    where, words = read.text.span(start, end), tuple(t.word for t in fill.unknown)
    kind = noun(slot.parameter) if slot.type else "name"
    other = names.find(words, None, where.excerpt)
    if other and names.types[other.constant]:
        others = " or ".join(sorted(_a(t) for t in names.types[other.constant]))
        return error("R110", f'"{where.excerpt}" is {others}, not {_a(slot.type)}', where)
    near = " or ".join(f"`{name}`" for name in names.nearest(words, slot.type))
    help = f"did you mean {near}?" if near else ""
    return error("R110", f'no {kind} is known as "{where.excerpt}"', where, help=help)


def _not_askable(read: Frame) -> Diagnostic:
    help = "give that argument a type in its declaration"
    return error("R111", "who or what does *not* can only be asked of a type", _everywhere(read.text), help=help)


def _a(noun: str | None) -> str:
    said = noun or "thing"
    return f"{'an' if said[0] in 'AEIOUaeiou' else 'a'} {said}"


def _everywhere(text: Text) -> Span:
    return text.span(0, len(text.content))

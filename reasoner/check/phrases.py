"""The `{slots}` of a phrase name arguments, those of a rule's text its variables; all brackets close."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reasoner.check.places import listed
from reasoner.check.safety import Body, names, outer_variables
from reasoner.diagnostic import Diagnostic, did_you_mean, error
from reasoner.syntax.tree import Declaration, Invariant, Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.text import Span

_SLOT = re.compile(r"\{([^{}]*)\}")


def slots(text: str) -> tuple[str, ...]:
    """The names in the slots of a text, in order."""
    return tuple(_SLOT.findall(text))


def wrong_phrases(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R210. A slot that names nothing is never filled, and a bracket left open hides the words behind it."""
    for declaration in vocabulary.program.of(Declaration):
        parameters = [p.name for p in declaration.parameters]
        for phrase in declaration.phrases:
            yield from _wrong_slots(phrase, parameters, declaration.origin, f"argument of `{declaration.predicate}`")
            if _open_brackets(phrase):
                yield error(
                    "R210",
                    "a bracket of this phrase is not closed",
                    _find(declaration.origin, phrase),
                    help="a slot is written {place}, a part that may be left out [from the {side}]",
                )
    for rule in vocabulary.program.of(Rule):
        if rule.text:
            yield from _wrong_slots(
                rule.text, _told(rule.body, names(rule.head.terms)), rule.origin, "variable of the rule"
            )
    for invariant in vocabulary.program.of(Invariant):
        if invariant.text:
            yield from _wrong_slots(
                invariant.text, _told(invariant.body), invariant.origin, "variable of the invariant"
            )


def _told(body: Body, head: frozenset[str] = frozenset()) -> list[str]:
    return sorted(head | outer_variables(body))


def _wrong_slots(text: str, known: Iterable[str], origin: Span, what: str) -> Iterator[Diagnostic]:
    known = list(known)
    for slot in dict.fromkeys(slots(text)):
        if slot not in known:
            yield error(
                "R210",
                f"`{{{slot}}}` names no {what}",
                _find(origin, f"{{{slot}}}"),
                help=did_you_mean(slot, known)
                or (f"there is {listed(known, 'and')}" if known else "write plain words"),
            )


def _open_brackets(phrase: str) -> bool:
    """Whether what is left after all closed pairs still has a bracket."""
    rest = _SLOT.sub("", phrase)
    return bool(re.search(r"[{}\[\]]", re.sub(r"\[[^\[\]{}]*\]", "", rest)))


def _find(origin: Span, words: str) -> Span:
    """Where the words stand in the texts of a statement; all of it where they are escaped there."""
    at = origin.excerpt.find(words, max(0, origin.excerpt.find('"')))
    return origin.text.span(origin.start + at, origin.start + at + len(words)) if at >= 0 else origin

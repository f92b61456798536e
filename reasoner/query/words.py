"""English words as questions need them: their stems, and the small words by kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

ARTICLES = frozenset("the a an".split())
BE = frozenset("is are was were be been being am".split())
HAVE = frozenset("has have had having".split())
DO = frozenset("do does did".split())
AUXILIARIES = BE | HAVE | DO | frozenset("will would can could may might shall should must".split())
PAST_AUXILIARIES = frozenset("was were did has have had".split())
PREPOSITIONS = frozenset("by from on in at to into with against for through towards toward near of".split())
FILLERS = frozenset("still now currently presently already yet also actually really please being me all".split())
QUESTION_WORDS = frozenset("who whom whose what which where when why how if that but".split())
RELATIVES = frozenset("that which who".split())
NEGATIONS = frozenset("not never nt".split())
ANYONE = frozenset("anyone anybody someone somebody anything something anywhere somewhere".split())

# The verbs of war whose past is not made with -ed, each with its base.
_IRREGULAR = dict(
    pair.split("-")
    for pair in """held-hold took-take taken-take retook-retake retaken-retake overtook-overtake left-leave
    drove-drive driven-drive struck-strike withdrew-withdraw withdrawn-withdraw fell-fall fallen-fall
    lost-lose fought-fight won-win led-lead fled-flee met-meet said-say sent-send gave-give given-give
    kept-keep broke-break broken-break shot-shoot came-come went-go gone-go overran-overrun
    lay-lie lying-lie""".split()
)
SUBJECT = "{}"
_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do"}


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """What the forms of a word have in common; not a word itself.

    >>> [stem(w) for w in ("besieges", "besieged", "besieging", "held", "cities", "cutting", "were")]
    ['besieg', 'besieg', 'besieg', 'hold', 'city', 'cut', 'be']
    """
    for auxiliary, name in ((BE, "be"), (HAVE, "have"), (DO, "do")):
        if word in auxiliary:
            return name
    word = _IRREGULAR.get(word, word)
    if re.search(r"..(ies|ied)$", word) and len(word) > 4:
        return word[:-3] + "y"
    word = re.sub(r"(?<=[^su])s$", "", word)
    word = re.sub(r"(?<=[^e])(ed|ing)$", "", word) if re.search(r"[aeiouy].*[^e](ed|ing)$", word) else word
    word = re.sub(r"(?<=..)e$", "", word)
    return re.sub(r"(?<=..)([b-df-hj-np-tv-z])\1$", r"\1", word)


def past(word: str) -> bool:
    """Whether a word looks like the past of a verb, or a participle."""
    return word in _IRREGULAR or (word.endswith("ed") and stem(word) != word)


def third_person(word: str) -> bool:
    """Whether a word looks like a verb in the third person: besieges, reaches."""
    return word.endswith("s") and stem(base(word)) == stem(word)


def base(verb: str) -> str:
    """The base of a verb in the third person: besiege, reach, supply, go."""
    if re.search(r"..ies$", verb) and len(verb) > 4:
        return verb[:-3] + "y"
    return re.sub(r"(?<=ss|sh|ch)es$|(?<=[xzo])es$|s$", "", verb)


def filled(template: str, say: Callable[[str], str]) -> str:
    """A sentence with its slots filled. A verb agrees with a plural that begins its clause, and so does `and is`.

    >>> filled("{a} besieges {p} and has no way out", {"a": "Kurdish-led forces", "p": "Raqqa"}.get)
    'Kurdish-led forces besiege Raqqa and have no way out'
    """
    told = []
    many, before = False, "and"  # whether the subject is a plural, and what stands before the next word
    for part in re.split(r"(\{\w+\}|\w+)", template):
        if part.startswith("{"):
            told.append(say(part[1:-1]))
            begins = before in ("and", "that")
            many = plural(told[-1]) if begins else many
            before = SUBJECT if begins else ""
        elif part[:1].isalnum():
            agrees = many and (before == SUBJECT or (before == "and" and part in _PLURAL))
            told.append(agreeing(part) if agrees else part)
            before = part
        else:
            told.append(part)
    return "".join(told)


def plural(name: str) -> bool:
    """Whether a name takes its verb in the plural: Kurdish-led forces, but not Syrian army, US or United States."""
    return bool(re.search(r"(^|[\s-])[a-z]+[^siu\W]s$", name))


def agreeing(verb: str) -> str:
    """A verb in the third person in the plural: besiege, are, have; another word as it is."""
    return _PLURAL.get(verb) or (base(verb) if third_person(verb) else verb)

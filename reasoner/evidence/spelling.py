"""How names are compared: their words without case, accents and punctuation, and the key that spellings share."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
    | dict.fromkeys("‘’ʼ`´", "'")
    | dict.fromkeys("ʿʾ", "")
)
_ENGLISH = frozenset("the a an".split())
# The Arabic article as it is before any letter, and as it sounds before those that it takes after: ar-Raqqa, ez-Zor.
_ARTICLE = re.compile(r"[ae]l .*|[ae](th|dh|sh|[tdrzsnl]) \1.*")


def plain(text: str) -> str:
    """A text without case and accents; every apostrophe is the straight one."""
    small = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in small if not unicodedata.combining(c)).translate(_LETTERS)


@lru_cache(maxsize=4096)
def fold(text: str) -> tuple[str, ...]:
    """The words of a text, as they are compared: no case, accents, hyphens, dots or possessive 's.

    >>> fold("Ar-Raqqah's"), fold("Deir ez-Zôr"), fold("raqqa_city"), fold("U.S.")
    (('ar', 'raqqah'), ('deir', 'ez', 'zor'), ('raqqa', 'city'), ('us',))
    """
    return tuple(re.findall(r"[^\W_]+", re.sub(r"'s(?!\w)|[.']", "", plain(text))))


def key(words: tuple[str, ...]) -> str:
    """The words of a name without articles, English before it, Arabic before any of its words.

    No more is folded: on lists of places, doubled letters or vowels folded too make different places one.

    >>> [key(fold(name)) for name in ("the Raqqa", "Ar-Raqqah", "Deir Az Zor", "Deir ez-Zor", "Tell al-Abyad", "IS")]
    ['raqqa', 'raqqah', 'deir zor', 'deir zor', 'tell abyad', 'is']
    """
    kept: list[str] = []
    for word in reversed(words):
        if not (kept and _ARTICLE.fullmatch(f"{word} {kept[-1]}")):
            kept.append(word)
    while len(kept) > 1 and kept[-1] in _ENGLISH:
        kept.pop()
    return " ".join(reversed(kept))

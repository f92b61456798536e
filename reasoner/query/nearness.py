"""How near names are in spelling: the one notion of it, which suggests and never decides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Scores = npt.NDArray[np.floating]


UNEVEN = 10  # what is taken off where words are parted otherwise


def nearness(names: Sequence[str], others: Sequence[str]) -> Scores:
    """From 0 to 100, for each of the names a row: by its letters, and twice by what any transliteration keeps."""
    found: Scores = (_alike(names, others) + 2 * _alike([*map(sound, names)], [*map(sound, others)])) / 3
    return found


def word_by_word(one: str, other: str) -> float:
    """The nearness of the two words that are least near; where names have not as many words, of the names in one word.

    Names that have a word in common, as Tall Rifat and Tall Abyad, are near as a whole, and yet different.
    """
    words, others = one.split(), other.split()
    if len(words) == len(others):
        return float(min(nearness([one], [other])[0, 0], nearness(words, others).diagonal().min()))
    return float(nearness(["".join(words)], ["".join(others)])[0, 0]) - UNEVEN


def _alike(names: Sequence[str], others: Sequence[str]) -> Scores:
    from rapidfuzz import fuzz, process  # takes its time

    return process.cdist(names, others, scorer=fuzz.ratio)


def sound(name: str) -> str:
    """A name as all its transliterations have it: vowels are one, as are k and q, and nothing is doubled.

    >>> sound("menbej"), sound("manbij"), sound("ethria"), sound("ithriyah"), sound("dayr zawr"), sound("deir zor")
    ('manbaj', 'manbaj', 'athra', 'athra', 'dar zar', 'dar zar')
    """
    name = re.sub(r"(?<=a)h\b", "", re.sub(r"[aeiouwy]+", "a", name.replace("q", "k").replace("dj", "j")))
    return re.sub(r"(\w)\1+", r"\1", name)

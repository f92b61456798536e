"""Sentences: their slots are filled, and their verbs agree with who is told of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import reasoner
from reasoner.query.words import filled, plural
from reasoner.syntax.tree import Declaration, Rule

RULES = Path(__file__).parent.parent / "rules"
PLURAL, SINGULAR = ("Kurdish-led forces", "rebel factions", "troops"), ("Syrian army", "US", "ISIS", "Houthis", "_")


def templates() -> list[str]:
    """All phrases and texts of the doctrine."""
    program = reasoner.load(RULES, default_rules=False).program
    phrases = [phrase for one in program.of(Declaration) for phrase in one.phrases]
    return [*phrases, *(rule.text for rule in program.of(Rule) if rule.text)]


def test_of_one_nothing_changes() -> None:
    """With names that take the singular, only the slots are filled."""
    for name in SINGULAR:
        assert not plural(name)
        for template in templates():
            assert filled(template, lambda _, name=name: name) == re.sub(r"\{\w+\}", name, template)  # type: ignore[misc]


def test_of_many_verbs_alone_change() -> None:
    """With a plural the same words stand in the same places, but for verbs, and none is left that disagrees."""
    for name in PLURAL:
        assert plural(name)
        for template in templates():
            told, plain = filled(template, lambda _, name=name: name), re.sub(r"\{\w+\}", name, template)  # type: ignore[misc]
            changed = {(a, b) for a, b in zip(told.split(), plain.split(), strict=True) if a != b}
            assert all(re.sub(r"\W", "", b).endswith("s") for _, b in changed), template
            assert not re.match(rf"{name} (is|has|was|\w+[^s]es)\b", told), told


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{a} presses on {p}", "Kurdish-led forces press on Raqqa"),
        ("{p} is besieged by {a}", "Raqqa is besieged by Kurdish-led forces"),
        ("{s} said that {a} reaches {p}", "SOHR said that Kurdish-led forces reach Raqqa"),
        ("{a} came to {p} and has left since", "Kurdish-led forces came to Raqqa and have left since"),
        ("{a} holds {p}, of which {q} is a part", "Kurdish-led forces hold Raqqa, of which Tabqa is a part"),
        ("{p} falls, and {a} carries it", "Raqqa falls, and Kurdish-led forces carry it"),
        ("the offensive of {a} reaches {p}", "the offensive of Kurdish-led forces reaches Raqqa"),
        ("{a} lost its last foothold", "Kurdish-led forces lost its last foothold"),
    ],
)
def test_which_verb_agrees(template: str, expected: str) -> None:
    """That of the clause that the plural begins, and what goes on with `and is`; no other."""
    names = {"a": "Kurdish-led forces", "p": "Raqqa", "q": "Tabqa", "s": "SOHR"}
    assert filled(template, lambda name: names[name]) == expected

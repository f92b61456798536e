"""Programs as the tests read them: the public strategy, and what engines take."""

from __future__ import annotations

from reasoner.diagnostic import Diagnostic
from reasoner.evidence.claim import claims
from reasoner.evidence.store import Store, store
from reasoner.plan.plan import Plan, plan
from reasoner.strategies import Written, programs
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Program
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.text import Text
from reasoner.verify.programs import CONSTANTS, EVENTS, FIXED, STATES, day, facts

__all__ = [
    "CONSTANTS", "EVENTS", "FIXED", "STATES", "Written", "build", "day", "facts", "programs", "read",
]  # fmt: skip


def read(text: str) -> Program:
    """A text that has no problems, as a tree."""
    problems: list[Diagnostic] = []
    file = parse(Text("test.dl", text), problems)
    assert not problems, problems
    return Program((file,))


def build(text: str) -> tuple[Plan, Store]:
    """What engines take, from a text."""
    vocabulary = Vocabulary(read(text))
    return plan(vocabulary), store(vocabulary, claims(vocabulary))

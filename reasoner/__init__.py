"""A rules engine for reasoning about armed conflict: a rule turns cited facts into cited facts.

>>> import reasoner
>>> kb = reasoner.load()
>>> [answer.atom for answer in kb.query("open_side(raqqa_city, Side)")]
['open_side(raqqa_city, s)']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reasoner.diagnostic import Problems

if TYPE_CHECKING:
    from reasoner.archive.archive import Archive
    from reasoner.knowledge_base import KnowledgeBase
    from reasoner.loading import load

__version__ = "0.1.0"
__all__ = ["Archive", "KnowledgeBase", "Problems", "load"]


def __getattr__(name: str) -> object:
    """Loads the knowledge base, and the grammar and engine under it, when it is first asked for."""
    if name == "KnowledgeBase":
        from reasoner.knowledge_base import KnowledgeBase

        return KnowledgeBase
    if name == "load":
        from reasoner.loading import load

        return load
    if name == "Archive":
        from reasoner.archive.archive import Archive

        return Archive
    raise AttributeError(f"module 'reasoner' has no attribute {name!r}")

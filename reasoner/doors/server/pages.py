"""The templates of the page, and small pages that say what is wrong."""

from __future__ import annotations

from pathlib import Path

from reasoner.doors.server.limits import Refused
from reasoner.render.html import environment

TEMPLATES = Path(__file__).parent / "templates"


def fragment(name: str, **values: object) -> str:
    """A template of the page with its values, every one of which it must be given."""
    return environment(TEMPLATES).get_template(name).render(**values)


def refusal(refused: Refused) -> str:
    """A small page."""
    return fragment("error.html", status=refused.status, words=refused.words)

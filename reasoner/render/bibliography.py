"""Sources for reference managers: CSL-JSON (CSL 1.0.2) and BibTeX, each under the name that the facts cite it by.

Of what a source is no more is said than is known: one with an address of the web is a webpage, any other a document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from reasoner.evidence.claim import chain
from reasoner.render.html import web_address
from reasoner.render.text import shown
from reasoner.syntax.tree import Source
from reasoner.when import Date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",  # braces must match
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\n": " ",
    **{one: f"\\{one}" for one in "&%$#_"},
}  # fmt: skip


def csl_json(sources: Iterable[Source], known: Mapping[str, Source]) -> str:
    """A list of items, by their names. `known` are all sources, of which some may be repeated."""
    items = [_item(one, known) for one in _sorted(sources)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _item(source: Source, known: Mapping[str, Source]) -> dict[str, object]:
    url = web_address(source.url)
    item: dict[str, object] = {
        "id": source.name,
        "type": "webpage" if url else "document",
        "title": _title(source),
    }
    if source.publisher:
        item["publisher"] = source.publisher
        item |= {"container-title": source.publisher} if url and source.title else {}
    if source.date:
        item["issued"] = {"date-parts": [[int(part) for part in one.split("-")] for one in _ends(source.date)]}
    return item | ({"URL": url} if url else {}) | ({"note": said} if (said := note(source, known)) else {})


def bibtex(sources: Iterable[Source], known: Mapping[str, Source]) -> str:
    """An entry for each, by their names."""
    return "\n".join(_entry(one, known) for one in _sorted(sources))


def _entry(source: Source, known: Mapping[str, Source]) -> str:
    fields = {"title": f"{{{_tex(_title(source))}}}"}  # twice in braces: its capitals stay
    if source.publisher:
        fields = {"author": f"{{{_tex(source.publisher)}}}"} | fields
    if source.date:
        first, *last = _ends(source.date)
        fields["date"] = "/".join((first, *last))
        year, *month = first.split("-")
        fields["year"] = year
        fields |= {"month": MONTHS[int(month[0]) - 1]} if month and not last else {}
    if url := web_address(source.url):
        fields["url"] = re.sub(r"[{}\\\s]|[^\x20-\x7e]", lambda found: quote(found[0], safe=""), url)
    if said := note(source, known):
        fields["note"] = _tex(said)
    told = "".join(f"  {name} = {text if name == 'month' else f'{{{text}}}'},\n" for name, text in fields.items())
    return f"@{'online' if url else 'misc'}{{{source.name},\n{told}}}\n"


def _sorted(sources: Iterable[Source]) -> list[Source]:
    return sorted({one.name: one for one in sources}.values(), key=lambda one: one.name)


def _title(source: Source) -> str:
    """Its title; without one a description in brackets."""
    about = [source.publisher or source.name, *([str(source.date)] if source.date else [])]
    return source.title or f"[{', '.join(about)}]"


def _ends(date: Date) -> tuple[str, ...]:
    """A date as precise as it is known; of a span its first and its last day."""
    whole = str(date)
    return tuple(whole.strip("[]").split(".."))


def note(source: Source, known: Mapping[str, Source]) -> str:
    """Whom it repeats, and how reliable it is held to be."""
    repeated = [known[name].publisher or name if name in known else name for name in chain(source.name, known)][1:]
    parts = [f"citing {one}" for one in repeated if one != source.publisher]
    parts += [f"reliability {source.reliability} on a scale from a to f"] if source.reliability else []
    return "; ".join(parts)


def _tex(text: str) -> str:
    return "".join(_TEX.get(one, one) for one in shown(text))

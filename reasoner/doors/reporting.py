"""Commands for readers elsewhere: a report that can be mailed, and the sources for a reference manager."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from reasoner.doors.shared import Given, flags, format_of, open_base, print_json, say, say_if_outside, write_out

if TYPE_CHECKING:
    from reasoner.doors.asking import Reply
    from reasoner.knowledge_base import KnowledgeBase
    from reasoner.render.report import Made
    from reasoner.when import Day

NAMES = ("bib", "json")
PLACES = 3  # whose timelines are drawn


@click.command()
@click.argument("question")
@click.option("-o", "--out", metavar="OUT", required=True, help="The file, such as x.html, or - for stdout.")
@flags
def report(question: str, out: str, **given: Unpack[Given]) -> None:
    """Write a question and its answer as one page that opens from disk and can be mailed.

    It has the answer, a map of the day, timelines, the proof of each answer, assumptions, disputes, and the sources as
    a bibliography. It fetches nothing and runs no script; the same question of the same files gives the same page.
    """
    from reasoner.doors.asking import read, respond
    from reasoner.render.report import Report, page
    from reasoner.when import show_day

    base = open_base(given)
    reply = respond(base, read(base, question), given["at"])
    day, places, told = _day(reply, given["at"]), list(_places(reply)), reply.base
    at = None if day is None else show_day(day)
    timelines = [told.timeline(place) for place in places]
    disputes = dict.fromkeys(text for place in places for text in told.portrait(place, at).disputes)
    mapped = at and told.theatre.places
    # What a supposition changes may lie anywhere.
    focus = places[0] if len(places) == 1 and told is base else None
    written = page(
        Report(
            request=reply.request,
            parts=reply.parts,
            day=at or "",
            map=told.map(focus, at).picture if mapped else None,
            supposed=told is not base,
            stories=tuple((one.story, one.picture) for one in timelines),
            disputes=tuple(disputes),
            diagnostics=base.diagnostics,
            made=_made(base, question, out, given),
        ),
        base.renderer,
    )
    say_if_outside(base, given["at"])
    write_out(out, written)
    if given["as_json"] and out != "-":
        print_json({"out": out, "question": question, "answered": reply.answered, "diagnostics": []})
    else:
        say(f"{len(written):,} bytes: {out}")
    sys.exit(0 if reply.answered else 1)


@click.command("bibliography")
@click.argument("question", required=False)
@click.option(
    "-o", "--out", metavar="OUT", default="-", help="The file: .bib is BibTeX, .json is CSL-JSON; - for stdout."
)
@click.option("--format", "form", type=click.Choice(NAMES), help="The format, where OUT is - or ends otherwise.")
@flags
def cite(question: str | None, out: str, form: str | None, **given: Unpack[Given]) -> None:
    """Write the sources that the answer to QUESTION rests on, for a reference manager; without one, all that are cited.

    The end of the file says the format: .bib is BibTeX, .json is CSL-JSON, for Zotero, pandoc and others. A source is
    called as the facts cite it. What somebody else's word is repeated by is cited, and says whom it repeats.
    """
    from reasoner.doors.asking import read, respond
    from reasoner.render import bibliography, reply

    form = format_of(out, form, NAMES)
    base = open_base(given)
    if question:
        cited = reply.evidence(respond(base, read(base, question), given["at"]).parts)
    else:
        cited = (one.evidence for one in base.claims if one.evidence)
    known = base.renderer.sources
    sources = [known[name] for name in {one.source for one in cited} if name in known]
    written = {"bib": bibliography.bibtex, "json": bibliography.csl_json}[form](sources, known)
    say_if_outside(base, given["at"])
    write_out(out, written.encode())
    if given["as_json"] and out != "-":
        print_json({"out": out, "format": form, "sources": len(sources), "diagnostics": []})
    else:
        say(f"{len(sources)} source{'s' * (len(sources) != 1)}: {out}")
    sys.exit(0 if sources else 1)


# ---------------------------------------------------------------- what a report is about, and made of


def _day(reply: Reply, at: str | None) -> Day | None:
    """The day that the map shows: the one asked about, else the last evidence, what is supposed among it."""
    from reasoner.explain.compare import Comparison
    from reasoner.query.options import days_of
    from reasoner.render.reply import Answered

    asked = [part.found.days for part in reply.parts if isinstance(part, Answered) and part.found.days]
    asked += [(part.after.day, part.after.day + 1) for part in reply.parts if isinstance(part, Comparison)]
    days = days_of(at) if at else next(iter(asked), None)
    last = reply.base.store.last_evidence()
    return last if days is None or last is None else min(days[1] - 1, last)


def _places(reply: Reply) -> Iterable[str]:
    """The places that a question names, else those that its answers do."""
    from reasoner.render.reply import Answered, Explained
    from reasoner.syntax.vocabulary import atoms
    from reasoner.term import Constant

    def places(values: Iterable[object]) -> Iterator[str]:
        types = reply.base.names.types
        return (one for one in values if isinstance(one, str) and "Place" in types.get(one, ()))

    terms = (term for one in reply.request.about for atom in atoms(one.body) for term in atom.terms)
    found = [*places(term.value for term in terms if isinstance(term, Constant)), *places(reply.request.names)]
    for part in reply.parts if not found else ():
        rows = part.found if isinstance(part, Answered) else [part.answer] if isinstance(part, Explained) else ()
        found += [place for one in rows for place in places(one.row)]
    return list(dict.fromkeys(found))[:PLACES]


def _made(base: KnowledgeBase, question: str, out: str, given: Given) -> Made:
    """The version, the words on the command line, and the files as they are on disk."""
    from reasoner import __version__
    from reasoner.render.report import Made
    from reasoner.when import show_day

    words = ["reasoner", "report", question, "-o", Path(out).name]
    for option in report.params:
        value = given.get(option.name or "")
        if isinstance(option, click.Option) and value not in (None, option.default) and option.name != "as_json":
            name, several = option.opts[0], value if isinstance(value, tuple) else (value,)
            words += [name] if option.is_flag else [word for one in several for word in (name, str(one))]
    files = {one.text.name: _digest(one.text.name, one.text.content) for one in base.program.files if one.statements}
    last = base.store.last_evidence()
    return Made(__version__, shlex.join(words), tuple(files.items()), show_day(last) if last is not None else "")


def _digest(name: str, content: str) -> str:
    """Of the file as it is on disk; of a text that is in none, its own."""
    path = Path(name)
    return sha256(path.read_bytes() if path.is_file() else content.encode()).hexdigest()

"""What each address shows of a knowledge base: a fragment of a page, a picture, or data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from markupsafe import Markup

from reasoner.diagnostic import Diagnostic
from reasoner.doors.asking import read, respond
from reasoner.doors.server import pages
from reasoner.doors.server.asked import NAMES, Asked
from reasoner.doors.server.edition import Content, Scene
from reasoner.evidence.supposing import without_stop
from reasoner.explain.proof import Proof
from reasoner.query.answers import Answer, Answers
from reasoner.query.question import Question
from reasoner.render import html, reply
from reasoner.render.json import Json
from reasoner.render.outlines import outlines
from reasoner.render.pictures import proof as drawn_proof
from reasoner.render.pictures.picture import Picture
from reasoner.render.pictures.timeline import NARROW
from reasoner.render.theatre import as_data
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Literal, Plain, Query
from reasoner.text import Text
from reasoner.when import Day, show_day

ANSWERING, DRAWING, CHECKING = "answering", "drawing", "checking"  # desks
JSON, SVG = "application/json", "image/svg+xml"
PROVED = 10  # answers
MESSAGES = 200
MARGIN = 3  # degrees around the places, at least
BROKEN, DISPUTED = "R420", "R421"


@dataclass(frozen=True)
class View:
    """How to look at a scene, and at which desk, so that what takes long keeps no question waiting.

    What is `slow` may take minutes, for every page needs it. Nothing is shown without at least one of the parameters
    that it `needs`; those that it does not heed do not count.
    """

    look: Callable[[Scene], Content]
    desk: str = ANSWERING
    needs: tuple[str, ...] = ()
    heeds: tuple[str, ...] = NAMES
    slow: bool = False

    def lacks(self, asked: Asked) -> bool:
        """Whether there is nothing to be shown."""
        return bool(self.needs) and not any(getattr(asked, name) for name in self.needs)

    def narrowed(self, asked: Asked) -> Asked:
        """What of the parameters counts."""
        return replace(Asked(), **{name: getattr(asked, name) for name in self.heeds})


# ---------------------------------------------------------------- questions


def answer(scene: Scene) -> Content:
    """How the question was understood, and what its verb says; or what an atom or a body says."""
    if "(" in scene.asked.q:
        return _queried(scene)
    request = read(scene.base, scene.asked.q)
    found = respond(scene.base, request, scene.at)
    asked = _supposed(scene.asked, found.data)

    def proving(atom: str, day: Day) -> str:
        """On the side that is supposed, or of two days on the later one."""
        return asked.link(atom=atom, at=show_day(day) if len(request.days) > 1 else asked.at)

    told = reply.as_html(
        found.parts, found.renderer, lambda one: scene.asked.link(atom=one.atom), proving, scene.asked.supposing,
        "answer-",
    )  # fmt: skip
    return Content(
        pages.fragment(
            "answer.html",
            verb=request.verb,
            understood=str(request),
            alternatives=[other for one in request.about for other in one.alternatives],
            told=Markup(told),
            supposed="" if asked == scene.asked else asked.link(),
        )
    )


def _queried(scene: Scene) -> Content:
    found = scene.base.query(scene.asked.q, scene.at)
    told = html.answers(found, scene.base.renderer, lambda one: scene.asked.link(atom=one.atom), "answer-")
    values = {"verb": "query", "understood": found.query, "alternatives": (), "told": Markup(told), "supposed": ""}
    return Content(pages.fragment("answer.html", **values))


def _supposed(asked: Asked, data: Json) -> Asked:
    """What a question supposes or leaves out, as something that is supposed everywhere."""
    facts, sources = data.get("suppose"), data.get("without")
    return replace(
        asked,
        suppose=(*asked.suppose, *(facts if isinstance(facts, list) else ())),
        without=(*asked.without, *(sources if isinstance(sources, list) else ())),
    )


def why(scene: Scene) -> Content:
    """Who says so and what it follows from; where it is not so, why not."""
    answers = _explained(scene)
    if not answers:
        return why_not(scene)
    return Content("".join(reply.explained(one, scene.base.renderer) for one in answers))


def why_not(scene: Scene) -> Content:
    """How far the rules got, and the smallest changes that would make it so, each to be supposed."""
    found = scene.base.why_not(scene.asked.atom, scene.at)
    return Content(html.why_not(found, scene.base.renderer, scene.asked.supposing, "why-not-"))


def _explained(scene: Scene) -> list[Answer]:
    """The answers to an atom, reports of it among them, with their proofs."""
    base, atom = scene.base, scene.asked.atom
    found: Answers = base.why(atom, scene.at, PROVED)
    statements = parse(Text("query", f"?- {without_stop(atom.removeprefix('?-'))}."), []).statements
    body = next(one.body for one in statements if isinstance(one, Query))
    match body:
        case (Literal(Plain(written), _, None),) if declared := base.vocabulary.declarations.get(written.predicate):
            found = base.ask(Question(atom, "why", body, (), None, False, declared), scene.at)
    return [one for one in found if one.proof or one.origin == "reported"][:PROVED]


def _proving(scene: Scene) -> html.AtomLink:
    """Links to proofs on the day that is looked at."""
    return lambda atom, _: scene.asked.link(atom=atom)


# ---------------------------------------------------------------- places


def place(scene: Scene) -> Content:
    """How a place stands on the day, its timeline, and its history."""
    base = scene.base
    portrait = base.portrait(scene.asked.place, scene.at)
    timeline = base.timeline(scene.asked.place)
    story = timeline.story
    return Content(
        pages.fragment(
            "place.html",
            constant=story.subject,
            called=story.name,
            portrait=Markup(html.portrait(portrait, base.renderer, _proving(scene), "place-")),
            timeline=Markup(timeline.drawn(NARROW).svg),
            story=Markup(html.story(story, timeline.days, base.renderer, _proving_then(scene), "story-")),
        )
    )


def _proving_then(scene: Scene) -> html.AtomLink:
    """Links to proofs on the days on which something was so."""

    def link(atom: str, day: Day) -> str:
        return scene.asked.link(atom=atom, at=show_day(day) if day else scene.asked.at)

    return link


# ---------------------------------------------------------------- what if, and what is wrong


def difference(scene: Scene) -> Content:
    """What begins, ends and changes by what is supposed or left out."""
    found = scene.stated.compare(scene.base, at=scene.at)
    return Content(html.comparison(found, scene.base.renderer, _proving(scene)))


def check(scene: Scene) -> Content:
    """Errors of the files as they are now; then what is to be said of those that are shown."""
    found = (*scene.found, *scene.base.check())
    kinds: dict[str, list[Diagnostic]] = {"errors": [], "broken invariants": [], "disputes": [], "warnings": []}
    for one in found:
        kinds[{BROKEN: "broken invariants", DISPUTED: "disputes"}.get(one.code, f"{one.severity}s")].append(one)
    told = [(kind, len(its), Markup(html.diagnostics(its[:MESSAGES]))) for kind, its in kinds.items() if its]
    return Content(pages.fragment("check.html", told=told, most=MESSAGES) if told else "", found=found)


# ---------------------------------------------------------------- pictures


def map_picture(scene: Scene) -> Content:
    """All places on the day, or one and what is around it."""
    return _picture(scene.base.map(scene.asked.place or None, scene.at).picture)


def timeline_picture(scene: Scene) -> Content:
    """The timeline of a place."""
    return _picture(scene.base.timeline(scene.asked.place).picture)


def proof_picture(scene: Scene) -> Content:
    """The proofs of an atom."""
    proofs: list[Proof] = [one.proof for one in _explained(scene) if one.proof]
    return _picture(drawn_proof.draw(proofs, scene.base.renderer))


def timeline(scene: Scene) -> Content:
    """The timeline as a part of a page."""
    return replace(timeline_picture(scene), type="text/html")


def _picture(picture: Picture) -> Content:
    return Content(picture.svg, SVG)


# ---------------------------------------------------------------- data


def theatre(scene: Scene) -> Content:
    """How all places stand over time."""
    return _json(as_data(scene.base.theatre, scene.base.renderer))


def ground(scene: Scene) -> Content:
    """Countries and provinces around the places."""
    spots = [one.spot for one in scene.base.theatre.places]
    north = [one.latitude for one in spots if one.latitude is not None]
    east = [one.longitude for one in spots if one.longitude is not None]
    if not north or not east:
        return _json({"type": "FeatureCollection", "features": []})
    margin = max(MARGIN, 0.5 * (max(east) - min(east)), 0.5 * (max(north) - min(north)))  # a page is wider than a war
    box = (min(east) - margin, min(north) - margin, max(east) + margin, max(north) + margin)
    return _json(outlines(*box))


def _json(data: object) -> Content:
    return Content(json.dumps(data, ensure_ascii=False, separators=(",", ":")), JSON)


SUPPOSED = ("suppose", "without")
VIEWS = {
    "answer": View(answer, needs=("q",)),
    "why": View(why, needs=("atom",)),
    "why-not": View(why_not, needs=("atom",)),
    "place": View(place, needs=("place",)),
    "timeline": View(timeline, needs=("place",), heeds=("place", *SUPPOSED)),
    "difference": View(difference, CHECKING, needs=SUPPOSED),
    "check": View(check, CHECKING, heeds=SUPPOSED, slow=True),
    "picture/map.svg": View(map_picture, DRAWING, heeds=("at", "place", *SUPPOSED), slow=True),
    "picture/timeline.svg": View(timeline_picture, needs=("place",), heeds=("place", *SUPPOSED)),
    "picture/proof.svg": View(proof_picture, needs=("atom",), heeds=("atom", "at", *SUPPOSED)),
    "theatre.json": View(theatre, DRAWING, heeds=SUPPOSED, slow=True),
    "outlines.json": View(ground, DRAWING, heeds=(), slow=True),
}
PARTS = ("answer", "why", "place", "difference")  # of a page, beside the check, for which it does not wait
AHEAD_OF_ALL = ("theatre.json", "outlines.json", "check")  # what every page needs

"""What a knowledge base finds, as things that draw themselves: as text where they are printed, in notebooks as HTML.

Jupyter asks for `_repr_mimebundle_`, marimo for `_mime_`. Answers and maps have `__geo_interface__`, answers turn into
frames of pandas and polars and tables of Arrow.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol, Self

from reasoner.evidence.store import Store
from reasoner.explain.compare import Comparison
from reasoner.explain.why_not import WhyNot
from reasoner.query.answers import Answers
from reasoner.query.atlas import spots
from reasoner.query.names import Names
from reasoner.query.story import Story
from reasoner.query.theatre import Theatre
from reasoner.render import compare, timeline
from reasoner.render import proof as as_proof
from reasoner.render import why_not as as_why_not
from reasoner.render.exports.colours import colours
from reasoner.render.exports.geojson import geojson_of
from reasoner.render.exports.table import Export, of_answers
from reasoner.render.text import TextRenderer, as_of, shown
from reasoner.when import Day, Interval, show_day

if TYPE_CHECKING:
    from reasoner.render.pictures.picture import Picture
    from reasoner.render.pictures.timeline import Layout

WIDTH = 100  # characters of a timeline that is printed
PLACES = 20  # of a map that is printed


class Known(Protocol):
    """The knowledge base that something was found in."""

    @property
    def renderer(self) -> TextRenderer: ...
    @property
    def store(self) -> Store: ...
    @property
    def names(self) -> Names: ...
    @property
    def theatre(self) -> Theatre: ...
    def situation(self, at: str | None = None) -> Export: ...


class Drawn:
    """Printed as text, drawn by a notebook as HTML."""

    @abstractmethod
    def __str__(self) -> str: ...

    @abstractmethod
    def _fragment(self, prefix: str) -> str:
        """The HTML, with ids that begin so."""

    def _repr_html_(self) -> str:
        from reasoner.render.html import asset, fragment

        prefix = f"r{sha256(str(self).encode()).hexdigest()[:8]}-"  # ids that no other output on the page has
        return fragment("notebook.html", style=asset("fragments.css"), body=self._fragment(prefix))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def _mime_(self) -> tuple[str, str]:
        return "text/html", self._repr_html_()


@dataclass(frozen=True, kw_only=True, repr=False)
class DrawnAnswers(Answers, Drawn):
    """Answers that know the knowledge base that gives them."""

    known: Known = field(compare=False)

    @classmethod
    def of(cls, found: Answers, known: Known) -> Self:
        """The same answers, to be drawn."""
        return cls(**{one.name: getattr(found, one.name) for one in fields(Answers)}, known=known)

    def __repr__(self) -> str:
        return f"<{len(self.answers)} answer{'s' * (len(self.answers) != 1)} to {self.question!r}>"

    def __str__(self) -> str:
        return self.known.renderer.answers(self)

    def _fragment(self, prefix: str) -> str:
        from reasoner.render import html

        return html.answers(self, self.known.renderer, prefix=prefix)

    def to_pandas(self) -> Any:
        """A pandas.DataFrame with the columns that `reasoner export` writes. Raises Problems where there is none."""
        from reasoner.render.exports.frames import pandas_of

        return pandas_of(self.export)

    def to_polars(self) -> Any:
        """A polars.DataFrame with the same columns."""
        from reasoner.render.exports.frames import polars_of

        return polars_of(self.export)

    def to_arrow(self) -> Any:
        """A pyarrow.Table with the same columns."""
        from reasoner.render.exports.frames import arrow_of

        return arrow_of(self.export)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A FeatureCollection: the places that each answer names."""
        return _features(self.export)

    @property
    def export(self) -> Export:
        """The answers as `reasoner export` writes them."""
        return of_answers(self, self.known.renderer, spots(self.known.store, self.known.names))


@dataclass(frozen=True, kw_only=True, repr=False)
class DrawnProofs(DrawnAnswers):
    """Answers that are told by their proofs."""

    def __str__(self) -> str:
        told = "\n\n".join(as_proof.explain(one, self.known.renderer) for one in self)
        return told or self.known.renderer.answers(self)

    def _fragment(self, prefix: str) -> str:
        from reasoner.render import reply

        told = reply.as_html([reply.Explained(one) for one in self], self.known.renderer, prefix=prefix)
        return told or super()._fragment(prefix)


@dataclass(frozen=True, kw_only=True, repr=False)
class DrawnWhyNot(WhyNot, Drawn):
    """Why something does not hold, to be drawn."""

    known_by: Known = field(compare=False)

    @classmethod
    def of(cls, found: WhyNot, known: Known) -> Self:
        """The same, to be drawn."""
        return cls(**{one.name: getattr(found, one.name) for one in fields(WhyNot)}, known_by=known)

    def __repr__(self) -> str:
        return f"<why not {self.predicate}>"

    def __str__(self) -> str:
        return as_why_not.WhyNotRenderer(self.known_by.renderer).text(self)

    def _fragment(self, prefix: str) -> str:
        from reasoner.render import html

        return html.why_not(self, self.known_by.renderer, prefix=prefix)


@dataclass(frozen=True, kw_only=True, repr=False)
class DrawnComparison(Comparison, Drawn):
    """What begins, ends and changes, to be drawn."""

    known: Known = field(compare=False)

    @classmethod
    def of(cls, found: Comparison, known: Known) -> Self:
        """The same, to be drawn."""
        return cls(**{one.name: getattr(found, one.name) for one in fields(Comparison)}, known=known)

    def __repr__(self) -> str:
        return f"<{len(self.differences)} difference{'s' * (len(self.differences) != 1)}>"

    def __str__(self) -> str:
        return compare.text(self, self.known.renderer)

    def _fragment(self, prefix: str) -> str:
        from reasoner.render import html

        return html.comparison(self, self.known.renderer)


# ---------------------------------------------------------------- pictures


class Pictured:
    """Printed as text, drawn by a notebook as a picture."""

    @abstractmethod
    def __str__(self) -> str: ...

    @property
    @abstractmethod
    def picture(self) -> Picture:
        """To be saved: its `svg`, its `png()`, a page with `html(title)`."""

    def _repr_svg_(self) -> str:
        return self.picture.svg

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "image/svg+xml": self._repr_svg_()}

    def _mime_(self) -> tuple[str, str]:
        return "text/html", self._repr_svg_()


@dataclass(frozen=True, repr=False)
class Timeline(Pictured):
    """What lasted and what happened at a place, on some days, closed-open."""

    story: Story
    days: Interval
    known: Known = field(compare=False)

    def __repr__(self) -> str:
        return f"<timeline of {self.story.name}>"

    def __str__(self) -> str:
        lines = timeline.Drawing(self.known.renderer, self.days, WIDTH, plain=False).lines(self.story)
        return "\n".join(shown("".join(text for text, _ in line)).rstrip() for line in lines)

    @property
    def picture(self) -> Picture:
        """To be saved: its `svg`, its `png()`, a page with `html(title)`."""
        from reasoner.render.pictures.timeline import WHOLE

        return self.drawn(WHOLE)

    def drawn(self, layout: Layout) -> Picture:
        """The bars in another layout."""
        from reasoner.render.pictures.timeline import draw

        colouring = colours(self.known.theatre.actors())  # as on a map
        return draw(self.story, self.days, self.known.renderer, colouring, layout)


@dataclass(frozen=True, repr=False)
class Map(Pictured):
    """How all places stand on a day, or one and what lies around it."""

    theatre: Theatre
    day: Day
    focus: str | None
    known: Known = field(compare=False)

    def __repr__(self) -> str:
        return f"<map {as_of(self.day, self.theatre.last_evidence)}>"

    def __str__(self) -> str:
        from reasoner.render.pictures.scene import scene, words

        renderer = self.known.renderer
        places = [one for one in scene(self.theatre, self.day).places if one.holders or one.maybe or one.sieges]
        if self.focus:
            places.sort(key=lambda one: one.spot.id != self.focus)
        lines = [f"{one.spot.name}: {words(one, renderer)}" for one in places[:PLACES]] or ["no holder is known"]
        more = [f"and {len(places) - PLACES} more places"] if len(places) > PLACES else []
        return shown("\n".join((f"map {as_of(self.day, self.theatre.last_evidence)}", *lines, *more)))

    @property
    def picture(self) -> Picture:
        """To be saved: its `svg`, its `png()`, a page with `html(title)`."""
        from reasoner.render.pictures.theatre import draw

        return draw(self.theatre, self.day, self.known.renderer, self.focus)

    @property
    def __geo_interface__(self) -> Mapping[str, Any]:
        """A FeatureCollection: all places as they stand, and the routes between them."""
        return _features(self.known.situation(show_day(self.day)))


def _features(export: Export) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(geojson_of(export))
    return found

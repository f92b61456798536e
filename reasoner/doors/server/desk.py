"""Where one kind of view is evaluated: a thread, with knowledge bases that no other thread sees."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from reasoner.diagnostic import Problems
from reasoner.doors.server.asked import Asked
from reasoner.doors.server.edition import Content, Edition, Scene, fresh
from reasoner.doors.server.limits import Limits, Refused
from reasoner.doors.server.worker import Worker
from reasoner.knowledge_base import KnowledgeBase
from reasoner.render import html

DERIVED = 6  # knowledge bases with suppositions, or without sources, that are kept

View = Callable[[Scene], Content]


class Desk:
    """Looks at the newest edition that it was shown."""

    def __init__(self, limits: Limits) -> None:
        self.worker = Worker(limits, self._forget)
        self._read: KnowledgeBase | None = None
        self._base: KnowledgeBase | None = None
        self._derived: OrderedDict[tuple[tuple[str, ...], tuple[str, ...]], KnowledgeBase] = OrderedDict()

    async def see(self, edition: Edition, name: str, view: View, asked: Asked, seconds: float, urgency: int) -> Content:
        """What a view says, evaluated once for all who ask at the same time."""
        found: Content = await self.worker.do(
            (name, asked, edition.tag), lambda: self._look(edition, view, asked), seconds, urgency
        )
        return found

    # ---------------------------------------------------------------- in the thread

    def _forget(self) -> None:
        """Takes the base as it was read: of what was evaluated, a part may be half done."""
        self._base = None
        self._derived.clear()

    def _look(self, edition: Edition, view: View, asked: Asked) -> Content:
        if edition.base is None and not edition.found:
            raise Refused(503, "The files could not be read. The terminal says why.")
        if edition.base is None:
            return Content(html.diagnostics(edition.found), status=422)
        if self._read is not edition.base:
            self._read = edition.base
            self._forget()
        self._base = self._base or fresh(edition.base)
        try:
            return view(Scene(asked, self._base, self._supposing(self._base, asked), edition.found))
        except Problems as problems:
            return Content(html.diagnostics(problems.diagnostics), status=422)

    def _supposing(self, base: KnowledgeBase, asked: Asked) -> KnowledgeBase:
        """The knowledge base without some sources and with some suppositions, which stand whoever is left out."""
        key = (asked.suppose, asked.without)
        if not any(key):
            return base
        if key not in self._derived:
            other = base
            for source in asked.without:
                other = other.retract(source)
            self._derived[key] = other.suppose(*asked.suppose) if asked.suppose else other
        self._derived.move_to_end(key)
        while len(self._derived) > DERIVED:
            self._derived.popitem(last=False)
        return self._derived[key]

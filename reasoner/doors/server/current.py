"""The newest edition, and what has been seen of it."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace

from reasoner.diagnostic import Problems, errors
from reasoner.doors.server import pages
from reasoner.doors.server.asked import Asked
from reasoner.doors.server.desk import Desk
from reasoner.doors.server.edition import Content, Edition
from reasoner.doors.server.limits import Limits, TooLong
from reasoner.doors.server.views import CHECKING, VIEWS
from reasoner.doors.server.worker import AHEAD, ASKED, Outdated, Worker
from reasoner.knowledge_base import KnowledgeBase


class Current:
    """One edition after the other, as the files change. `load` reads them, or raises Problems."""

    def __init__(self, load: Callable[[], KnowledgeBase], limits: Limits) -> None:
        self._load, self._limits = load, limits
        # A version is never used twice, not even where the program is started anew.
        self.edition = Edition(int(time.time()))
        self._kept: OrderedDict[Hashable, Content] = OrderedDict()
        self._size = 0

    def begin(self) -> None:
        """Starts to read and to evaluate, in the loop that runs."""
        self._reader, self._ready = Worker(self._limits), asyncio.Event()
        self._desks = {name: Desk(self._limits) for name in dict.fromkeys(view.desk for view in VIEWS.values())}

    def end(self) -> None:
        """Stops all of it."""
        for worker in (self._reader, *(desk.worker for desk in self._desks.values())):
            worker.end()

    async def read(self) -> None:
        """Reads the files anew. Where they have errors the last edition stays, with what is to be said of them."""
        before = self.edition
        try:
            self.edition = await self._reader.do("read", self._read, self._limits.drawing, AHEAD)
        finally:
            self._ready.set()
        if self.edition.base is not before.base:
            for desk in self._desks.values():
                desk.worker.drop(Outdated())

    def _read(self) -> Edition:
        try:
            return Edition.of(self.edition.version + 1, self._load())
        except Problems as problems:
            return replace(self.edition, found=problems.diagnostics)

    @property
    def state(self) -> dict[str, object]:
        """What a page looks at to know whether it is still right."""
        checked = self.kept("check", Asked())
        known = self.edition.found or (self.edition.base.diagnostics if self.edition.base else ())
        found = checked.found if checked and checked.status == 200 else known
        wrong = len(errors(found))
        about = {"version": self.edition.version, "broken": bool(self.edition.found)}
        return {**about, "errors": wrong, "warnings": len(found) - wrong}

    async def newest(self) -> Edition:
        """The newest edition, as soon as there is one."""
        await self._ready.wait()
        return self.edition

    async def see(self, name: str, asked: Asked, urgency: int = ASKED) -> Content:
        """What a view says of the newest edition. Raises Refused where that takes too long."""
        view = VIEWS[name]
        asked = view.narrowed(asked)
        if view.lacks(asked):
            return Content("")
        while True:
            if content := self.kept(name, asked):
                return content
            edition, seconds = await self.newest(), self._limits.drawing if view.slow else self._limits.seconds
            try:
                content = await self._desks[view.desk].see(edition, name, view.look, asked, seconds, urgency)
            except Outdated:
                continue
            except TooLong as late:
                if view.desk != CHECKING:
                    raise
                # Every page asks for it: it would take as long again, and slow all else down.
                content = Content(pages.fragment("problem.html", words=late.words), status=late.status)
            self._keep((name, asked, edition.tag), content)
            return content

    def kept(self, name: str, asked: Asked) -> Content | None:
        """What a view has said of the newest edition, if it was asked this."""
        key = (name, VIEWS[name].narrowed(asked), self.edition.tag)
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _keep(self, key: Hashable, content: Content) -> None:
        if key not in self._kept:
            self._size += len(content.body)
        self._kept[key] = content
        while len(self._kept) > self._limits.answers or self._size > self._limits.kept:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body)

"""The local page of a knowledge base, as an ASGI application.

Start it in a checkout with `python -m reasoner serve --no-open`, and open the address that it prints.

Every address takes the parameters of `asked.Asked`: q, at, suppose (repeatable), without (repeatable), place, atom.

    /                   the page: `templates/page.html`, with the variables of `Page._page` below
    /answer?q=          fragment: how the question was understood, the answer, its sources, links to proofs
    /place?place=       fragment: how a place stands on the day, its timeline (an <svg>), and its history
    /timeline?place=    fragment: the timeline alone
    /why?atom=          fragment: who says so, and the proof; where it is not so, why not
    /why-not?atom=      fragment: how far the rules got, and links that suppose what would make it so
    /difference?suppose=&without=   fragment: what begins, ends and changes by what is supposed or left out
    /check              fragment: errors, disputes, broken invariants and other warnings
    /picture/map.svg, /picture/timeline.svg, /picture/proof.svg   the same as files
    /theatre.json       how all places stand over time: `render/theatre.py`
    /outlines.json      GeoJSON of countries and provinces around the places
    /complete?q=        JSON: a list of at most twelve questions that begin so; a whole one ends in `?`, others in a
                        space, where a name is to follow
    /phrases            JSON: a list of questions that can be asked
    /state              JSON: {"version", "broken", "errors", "warnings"}; another version means other answers
    /static/...         the page's own files

A fragment that needs a parameter which is not given is empty. Where the reasoner has something to say against what is
asked, the status is 422 and the fragment has its messages. All other errors are small pages in plain words.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from reasoner.doors.server import pages
from reasoner.doors.server.asked import Asked
from reasoner.doors.server.current import Current
from reasoner.doors.server.limits import Guard, Limits, Refused
from reasoner.doors.server.views import AHEAD_OF_ALL, PARTS, VIEWS
from reasoner.doors.server.watching import changes
from reasoner.doors.server.worker import AHEAD
from reasoner.knowledge_base import KnowledgeBase

STATIC = Path(__file__).parent / "static"


class Page(Guard):
    """The page of what `load` reads, or raises Problems about; read anew whenever a path that is watched changes."""

    def __init__(
        self, load: Callable[[], KnowledgeBase], watched: Iterable[Path] = (), limits: Limits | None = None
    ) -> None:
        limits = limits or Limits()
        self.current, self._watched = Current(load, limits), tuple(watched)
        self._tasks: set[asyncio.Task[None]] = set()
        app = Starlette(
            routes=[
                Route("/", self._page),
                *(Route(f"/{name}", self._seen(name)) for name in VIEWS),
                Route("/state", self._state),
                Route("/complete", self._complete),
                Route("/phrases", self._phrases),
                Mount("/static", StaticFiles(directory=STATIC)),
            ],
            middleware=[Middleware(GZipMiddleware, compresslevel=5)],
            exception_handlers={
                HTTPException: _no_page,
                Refused: _refused,
                ClientDisconnect: _left,
                Exception: _failed,
            },
            lifespan=self._living,
        )
        super().__init__(app, limits, refusal)

    # ---------------------------------------------------------------- while it lasts

    @contextlib.asynccontextmanager
    async def _living(self, _: Starlette) -> AsyncIterator[None]:
        self.current.begin()
        self._tasks.add(asyncio.create_task(self._follow()))
        yield
        self.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Stops everything; whoever still waits for an answer is told so."""
        for task in self._tasks:
            task.cancel()
        self.current.end()

    async def _follow(self) -> None:
        """Reads, looks ahead at what every page needs, and does so again whenever a file has changed."""
        async for _ in changes(self._watched):
            await self._read()

    async def _read(self) -> None:
        try:
            await self.current.read()
        except Exception:  # which must not end the watch: the next change may mend it
            logging.getLogger(__name__).exception("the files could not be read")
        for name in AHEAD_OF_ALL:
            task = asyncio.create_task(self._look_ahead(name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _look_ahead(self, name: str) -> None:
        with contextlib.suppress(Exception):  # which is told to whoever asks for it
            await self.current.see(name, Asked(), AHEAD)

    # ---------------------------------------------------------------- what is asked

    async def _page(self, request: Request) -> Response:
        """`asked`: the parameters; `parts`: fragments by name, empty where not asked for; `state`; `phrases`."""
        asked = self._asked(request)
        seen = await _while_there(request, asyncio.gather(*(self.current.see(name, asked) for name in PARTS)))
        checked = self.current.kept("check", asked)
        parts = {name: Markup(one.body) for name, one in zip(PARTS, seen, strict=True)}
        parts["check"] = Markup(checked.body if checked else pages.fragment("checking.html", asked=asked))
        state, phrases = self.current.state, (await self.current.newest()).phrases
        whole = pages.fragment("page.html", asked=asked, parts=parts, state=state, phrases=phrases)
        return HTMLResponse(whole, max(one.status for one in seen))

    def _seen(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            asked, tag = self._asked(request), self.current.edition.tag
            if tag in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers={"etag": tag})
            content = await _while_there(request, self.current.see(name, asked))
            headers = {"etag": tag} if content.status == 200 else {}
            return Response(content.body, content.status, headers, content.type)

        return endpoint

    async def _state(self, _: Request) -> Response:
        return JSONResponse(self.current.state, headers={"cache-control": "no-store"})

    async def _complete(self, request: Request) -> Response:
        asked = self._asked(request)
        return JSONResponse((await self.current.newest()).completer.complete(asked.q))

    async def _phrases(self, _: Request) -> Response:
        return JSONResponse((await self.current.newest()).phrases)

    def _asked(self, request: Request) -> Asked:
        return Asked.of(request.scope["query_string"], self.limits)


async def _while_there(request: Request, answer: Awaitable[Any]) -> Any:
    """What is awaited, unless the client leaves before it is there."""

    async def leaving() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            await asyncio.sleep(0)

    waiting, left = asyncio.ensure_future(answer), asyncio.create_task(leaving())
    try:
        await asyncio.wait({waiting, left}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            raise ClientDisconnect
        return waiting.result()
    finally:
        waiting.cancel()
        left.cancel()


def refusal(refused: Refused) -> Response:
    """A small page that says why."""
    return HTMLResponse(pages.refusal(refused), refused.status, refused.headers)


def _refused(_: Request, reason: Any) -> Response:
    return refusal(reason)


def _left(_: Request, reason: Exception) -> Response:
    return Response(status_code=499)  # which nobody reads


def _no_page(_: Request, reason: Any) -> Response:
    return refusal(Refused(reason.status_code, "There is nothing at this address.", reason.headers))


def _failed(_: Request, reason: Exception) -> Response:
    return refusal(Refused(500, f"Something went wrong inside ({type(reason).__name__}). The terminal says more."))

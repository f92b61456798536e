"""What a request may be: from whom, how long, how many; and what every response says to the browser."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Limits:
    """How much, and how many seconds. What is drawn of many places takes longer than a question may."""

    seconds: float = 30  # to evaluate a question
    drawing: float = 600  # to evaluate the map, and to read the files
    waiting: float = 60  # for a question and all before it
    queue: int = 256  # questions that wait
    request: float = 10  # for a client to send a request, or to take the next part of an answer
    connections: int = 512
    address: int = 4_096  # bytes of path and parameters
    head: int = 16_384  # bytes of the address and all headers
    value: int = 1_000  # characters of a parameter
    values: int = 24  # parameters
    answers: int = 512  # that are kept
    kept: int = 64_000_000  # characters of answers that are kept


class Refused(Exception):
    """A request that is not answered: the status, and why in plain words."""

    def __init__(self, status: int, words: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(words)
        self.status, self.words, self.headers = status, words, headers or {}


class TooLong(Refused):
    """That the time for something was over before it was evaluated."""

    def __init__(self, seconds: float) -> None:
        super().__init__(503, f"This took longer than {seconds:g} seconds and was stopped. {SHORTER}")


SHORTER = "Ask about one place or one day, or ask in a terminal, which waits as long as it takes."
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

# Whoever owns another name could point it at this machine, and then his pages and ours would be of one origin.
_HERE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)


class Guard:
    """Lets in what this machine's own pages ask, and gives every response the headers that a browser heeds."""

    def __init__(self, app: App, limits: Limits, refuse: Callable[[Refused], App]) -> None:
        self.app, self.limits, self.refuse = app, limits, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                if not any(name.lower() == b"cache-control" for name, _ in given):
                    given.append((b"cache-control", b"no-cache"))  # which is asked for anew, and mostly unchanged
                message["headers"] = [*given, *ENCODED]
            await send(message)

        try:
            examine(scope, self.limits)
            app = self.app
        except Refused as refused:
            app = self.refuse(refused)
        await app(scope, receive, guarded)


def examine(scope: Scope, limits: Limits) -> None:
    """Raises Refused where a request is from elsewhere, would change something, or is too long."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if not _HERE.fullmatch(headers.get(b"host", b"").decode("latin-1")):
        raise Refused(421, "This page is for this machine alone: open it as http://127.0.0.1 or http://localhost.")
    if headers.get(b"content-length", b"0").strip() != b"0" or b"transfer-encoding" in headers:
        raise Refused(413, "A request has no body here: ask by the address.", {"connection": "close"})
    if scope["method"] not in ("GET", "HEAD"):
        raise Refused(405, "Nothing can be changed from here: only GET and HEAD are answered.", {"allow": "GET, HEAD"})
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > limits.address:
        raise Refused(414, f"The address is too long: it may have {limits.address:,} characters.")
    site = headers.get(b"sec-fetch-site", b"none")
    opens = scope["path"] == "/" and headers.get(b"sec-fetch-mode") == b"navigate"
    if site not in (b"none", b"same-origin") and not opens:
        raise Refused(403, "Another site has asked for this. Open it from its own page.")

"""A page that is served on a port of its own, and asked over real sockets."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from reasoner.doors.server.app import Page
from reasoner.doors.server.edition import fresh
from reasoner.doors.server.limits import Limits
from reasoner.doors.server.protocol import Server
from reasoner.doors.server.views import VIEWS, View
from reasoner.knowledge_base import KnowledgeBase
from reasoner.loading import load
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Program
from reasoner.text import Text
from tests.markup import seen

ROOT = Path(__file__).parent.parent
BASE = load(ROOT / "rules", ROOT / "facts", default_rules=False)  # to be served
ASKED = fresh(BASE)  # to be asked by the tests themselves
TINY = KnowledgeBase(Program((parse(Text("tiny.dl", "at(war).\n"), []),)))  # where it does not matter what is served
ANSWER = "/answer?q=who+besieges+Raqqa%3F"


@dataclass(frozen=True)
class Got:
    """An answer of the server."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Site:
    """The page and where it is."""

    port: int
    server: Server

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **given: str) -> Got:
        """One request on a connection of its own. Underscores in the names of headers are hyphens."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.putrequest(method, path, skip_host="Host" in given, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Got(response.status, headers, response.read().decode())

    def connect(self) -> socket.socket:
        """A connection on which nothing is said yet."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def raw(self, sent: bytes) -> bytes:
        """All that the server says to some bytes until it closes."""
        said = b""
        with self.connect() as connection:
            connection.sendall(sent)
            try:
                while part := connection.recv(65_536):
                    said += part
            except ConnectionResetError:
                pass
        return said

    def settle(self, wanted: int) -> None:
        """Waits until so many connections are open."""
        for _ in range(600):
            if len(self.server.server_state.connections) == wanted:
                return
            time.sleep(0.05)
        raise AssertionError(f"{len(self.server.server_state.connections)} connections stay open")

    def state(self) -> dict[str, Any]:
        """What /state says."""
        found: dict[str, Any] = json.loads(self.get("/state").text)
        return found

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first state that is as wanted."""
        for _ in range(600):
            if wanted(found := self.state()):
                return found
            time.sleep(0.05)
        raise AssertionError(f"the state stays {found}")


@contextmanager
def serving(load: Callable[[], KnowledgeBase], watched: tuple[Path, ...] = (), **limits: float) -> Iterator[Site]:
    """A page on a free port, while it is needed."""
    server = Server(Page(load, watched, replace(Limits(), **limits)))  # type: ignore[arg-type]
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(1_024)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Site(listening.getsockname()[1], server)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The page of the article."""
    with serving(lambda: BASE) as made:
        yield made


@contextmanager
def view(name: str, other: View) -> Iterator[None]:
    """Another view in the place of one."""
    own = VIEWS[name]
    VIEWS[name] = other
    try:
        yield
    finally:
        VIEWS[name] = own


def atoms(html: str) -> list[str]:
    """What a fragment says, as atoms."""
    return seen(html).all("data-atom")

"""HTTP over connections of this machine: clients that are slow, or too many, are sent away with a word."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

import h11
from uvicorn import Config
from uvicorn import Server as Uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from reasoner.doors.server.app import Page, refusal
from reasoner.doors.server.limits import HEADERS, Guard, Refused

LATE = Refused(408, "The request took too long to arrive.")
FULL = Refused(503, "Too many connections are open: close some of the pages.", {"connection": "close"})
LEAVING = 1  # seconds in which answers that have begun are ended, when the program is


class Server(Uvicorn):
    """Serves a page until it is told to stop."""

    def __init__(self, page: Page) -> None:
        self._page = page
        super().__init__(
            Config(
                page,
                http=_protocol(page),
                ws="none",
                lifespan="on",
                log_config=None,
                log_level="error",  # what an analyst can do nothing about is not told
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=max(1, int(page.limits.request)),
                timeout_graceful_shutdown=LEAVING,
                h11_max_incomplete_event_size=page.limits.head,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answers those who wait, so that nobody has to be waited for."""
        self._page.close()
        await super().shutdown(sockets)


def _protocol(page: Page) -> type[H11Protocol]:
    limits = page.limits
    full = Guard(refusal(FULL), limits, refusal)

    class Limited(H11Protocol):
        """Ends a connection whose request is not there in time, or whose answer is not taken."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.heard = False
            self.late: asyncio.TimerHandle | None = None
            self.stuck: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > limits.connections:
                self.app = full
            self.wait()

        def wait(self) -> None:
            """From now on a whole request is due."""
            self.late = self.late or self.loop.call_later(limits.request, self.turn_away, LATE)

        def waited(self) -> None:
            """It is there, or none will come."""
            if self.late:
                self.late.cancel()
            self.late = None

        def data_received(self, data: bytes) -> None:
            self.heard = True
            self.wait()
            super().data_received(data)
            if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
                self.waited()

        def connection_lost(self, exc: Exception | None) -> None:
            self.waited()
            self.moved()
            super().connection_lost(exc)

        def pause_writing(self) -> None:
            super().pause_writing()
            self.stuck = self.loop.call_later(limits.request, self.transport.abort)

        def resume_writing(self) -> None:
            self.moved()
            super().resume_writing()

        def moved(self) -> None:
            """The client takes what it is sent, or is gone."""
            if self.stuck:
                self.stuck.cancel()
            self.stuck = None

        def send_400_response(self, msg: str) -> None:
            reason = sys.exception()
            if isinstance(reason, h11.RemoteProtocolError) and reason.error_status_hint == 431:
                words = f"The address and its headers are too long: they may have {limits.head:,} bytes."
                self.turn_away(Refused(431, words))
            else:
                self.turn_away(Refused(400, "This is no request of HTTP."))

        def turn_away(self, refused: Refused) -> None:
            """Says why, where nothing has been said yet, and closes."""
            self.waited()
            if self.heard and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                said = refusal(refused)
                headers = [*said.headers.items(), *HEADERS.items(), ("connection", "close")]
                response = h11.Response(status_code=said.status_code, headers=headers)
                for event in (response, h11.Data(data=bytes(said.body)), h11.EndOfMessage()):
                    self.transport.write(self.conn.send(event) or b"")
            self.transport.close()

    return Limited

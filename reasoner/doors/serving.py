"""The command that shows everything on a page of this machine."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Unpack
from urllib.parse import urlencode

import click

from reasoner.doors.shared import Given, flags, open_base, print_json, say

if TYPE_CHECKING:
    from socket import socket

HOST, PORT = "127.0.0.1", 8765


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), metavar="N", help=f"By default {PORT}, or any that is free.")
@click.option("--open/--no-open", "opened", default=None, help="Open the page in a browser, or only say where it is.")
@flags
def serve(port: int | None, opened: bool | None, **given: Unpack[Given]) -> None:
    """Show everything on a page that this machine alone can open: questions, a map, timelines, proofs.

    Rule and fact files are followed: what is saved is shown at once, and while a file has errors, these are shown
    beside the last good state. Ctrl-C ends it.
    """
    from reasoner.doors.server.app import Page
    from reasoner.doors.server.protocol import Server
    from reasoner.doors.server.worker import told_unless_stopped

    listening = _listen(port)
    sys.unraisablehook = told_unless_stopped
    day = f"?{urlencode({'at': given['at']})}" if given["at"] else ""
    address = f"http://{HOST}:{listening.getsockname()[1]}/{day}"
    say(f"the page is at {address} (Ctrl-C ends it)")
    if given["as_json"]:
        print_json({"address": address, "diagnostics": []})
    if opened or (opened is None and _watched_by_somebody()):
        import webbrowser

        webbrowser.open(address)
    with contextlib.suppress(KeyboardInterrupt):
        Server(Page(lambda: open_base(given), _followed(given))).run(sockets=[listening])


def _listen(port: int | None) -> socket:
    """A socket that this machine alone can reach."""
    try:
        return _bound(PORT if port is None else port)
    except OSError as reason:
        if port is not None:
            why = reason.strerror or reason
            raise click.UsageError(f"port {port} cannot be had ({why}): name another, or none") from None
        say(f"port {PORT} is taken by another program: using one that is free")
        return _bound(0)


def _bound(port: int) -> socket:
    from socket import SO_REUSEADDR, SOL_SOCKET, socket

    made = socket()
    try:
        if os.name == "posix":  # elsewhere two programs could then have one port
            made.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen()  # so that a browser may come before everything is read
    except OSError:
        made.close()
        raise
    return made


def _watched_by_somebody() -> bool:
    """Whether there are a terminal and a browser with a window."""
    if not sys.stderr.isatty():
        return False
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    import webbrowser

    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _followed(given: Given) -> list[Path]:
    """What is read, and so is to be read again when it changes."""
    from reasoner.loading import paths_of

    if given["archive"]:
        return [Path(given["archive"], "versions"), *map(Path, (*given["rules"], *given["facts"]))]
    named = given["rules"], given["facts"]
    return [Path(one) for one in paths_of(*named, default_rules=given["default_rules"], dialect=given["dialect"])]

"""Who may ask the page's server what, how much, and what every response tells the browser."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest

from reasoner.doors.server import app
from reasoner.doors.server.edition import Content
from reasoner.doors.server.limits import HEADERS, Limits
from reasoner.doors.server.views import View
from tests.markup import seen
from tests.served import ANSWER, TINY, Site, serving, site, view

__all__ = ["site"]

ADDRESSES = (
    "/", "/?q=who+besieges+Raqqa%3F&atom=besieged(raqqa_city)&place=raqqa_city", ANSWER, "/answer", "/answer?q=zebra",
    "/why?atom=besieged(raqqa_city)", "/why?atom=b%28", "/place?place=Raqqa", "/place?place=Atlantis",
    "/timeline?place=Raqqa", "/picture/map.svg", "/picture/timeline.svg?place=Raqqa",
    "/picture/proof.svg?atom=besieged(raqqa_city)", "/theatre.json", "/outlines.json", "/check", "/complete?q=who",
    "/phrases", "/state", "/static/page.css", "/nothing", "/static/nothing", "/static/",
    "/answer?at=32&q=who+holds+Raqqa",
    "/difference?suppose=capture(syrian_army,+deir_ez_zor_province,+2016-06-20)", "/difference?without=nobody",
)  # fmt: skip
REFUSED = {
    "foreign host": (421, {"Host": "attacker.example"}),
    "another method": (405, {"method": "POST"}),
    "a body": (413, {"body": b"x"}),
    "another site": (403, {"Sec_Fetch_Site": "cross-site"}),
}


# ---------------------------------------------------------------- what a browser is told


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_address_has_the_headers(site: Site, path: str) -> None:
    """Whatever comes back, a browser is told to run nothing else, and no answer is a failure of the server."""
    got = site.get(quote(path, safe="/?&=%+(),"))
    assert HEADERS.items() <= got.headers.items()
    assert got.status in (200, 404, 422), got.text
    assert "Traceback" not in got.text
    if got.headers["content-type"].startswith("text/html"):
        seen(re.sub(r"<!doctype html>", "", got.text))


@pytest.mark.parametrize("why", REFUSED)
def test_refusals_have_the_headers_and_words(site: Site, why: str) -> None:
    """A refusal is a small page in plain words, with the same headers."""
    status, given = REFUSED[why]
    got = site.get(ANSWER, **given)
    assert (got.status, HEADERS.items() <= got.headers.items()) == (status, True)
    assert got.headers["content-type"].startswith("text/html")
    assert len(re.sub(r"<[^>]*>", "", got.text).split()) > 5


def test_head_is_get_without_a_body(site: Site) -> None:
    """HEAD says what GET would, and PUT, DELETE, OPTIONS and TRACE are refused."""
    got, asked = site.get(ANSWER), site.get(ANSWER, "HEAD")
    assert (asked.status, asked.text, asked.headers["etag"]) == (200, "", got.headers["etag"])
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NIX"):
        refused = site.get("/", method)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


def test_unchanged_answers_are_not_sent_again(site: Site) -> None:
    """Who has the answer of this version is told so; of another version it is sent."""
    tag = site.get(ANSWER).headers["etag"]
    assert site.get(ANSWER, If_None_Match=tag).status == 304
    assert site.get(ANSWER, If_None_Match='W/"1-0"').status == 200


def test_answers_are_compressed_for_those_who_want_it(site: Site) -> None:
    """gzip is used where it is asked for."""
    with closing(HTTPConnection("127.0.0.1", site.port)) as connection:
        connection.request("GET", "/theatre.json", headers={"Accept-Encoding": "gzip"})
        assert connection.getresponse().getheader("content-encoding") == "gzip"


# ---------------------------------------------------------------- who may ask


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:1", "localhost", "LOCALHOST:8765", "[::1]", "[::1]:8765"],
)  # fmt: skip
def test_this_machine_may_ask(site: Site, host: str) -> None:
    """By any of its own names, with any port."""
    assert site.get("/state", Host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example", "attacker.example:8765", "127.0.0.1.attacker.example", "localhost.attacker.example",
        "attacker.example#127.0.0.1", "127.0.0.1:x", "127.0.0.1:80:80", "localhost@attacker.example", "0.0.0.0", "[::]",
        "127.0.0.2", "2130706433", "localhost.", "",
    ],
)  # fmt: skip
def test_foreign_names_are_refused(site: Site, host: str) -> None:
    """A name that somebody else can point at this machine gets nothing: its pages would be of one origin with ours."""
    assert site.get("/state", Host=host).status in (400, 421)


def test_two_hosts_or_none_are_refused(site: Site) -> None:
    """What one reader takes for the host, another must not take for something else."""
    twice = b"GET /state HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"
    for head in (twice, b"GET /state HTTP/1.1\r\n\r\n", b"GET /state HTTP/1.0\r\n\r\n"):
        assert site.raw(head).split()[1] in (b"400", b"421")


@pytest.mark.parametrize("site_header", ["cross-site", "same-site", "anything"])
def test_other_sites_may_only_open_the_page(site: Site, site_header: str) -> None:
    """A link from elsewhere opens the page; a script, a picture or a frame from elsewhere gets nothing of it."""
    assert site.get("/", Sec_Fetch_Site=site_header, Sec_Fetch_Mode="navigate").status == 200
    for path in (ANSWER, "/theatre.json", "/picture/map.svg", "/static/page.css", "/state"):
        for mode in ("no-cors", "cors", "navigate"):
            assert site.get(path, Sec_Fetch_Site=site_header, Sec_Fetch_Mode=mode).status == 403
    assert site.get("/", Sec_Fetch_Site=site_header, Sec_Fetch_Mode="no-cors").status == 403
    for own in ("none", "same-origin"):
        assert site.get(ANSWER, Sec_Fetch_Site=own, Sec_Fetch_Mode="cors").status == 200


# ---------------------------------------------------------------- how much


def test_long_addresses_are_refused_with_words(site: Site) -> None:
    """An address, a parameter, and parameters in number have limits, and the refusal names them."""
    limits = Limits()
    long = site.get("/answer?q=" + "a" * limits.address)
    assert (long.status, f"{limits.address:,}" in long.text) == (414, True)
    value = site.get("/answer?q=" + "a" * (limits.value + 1))
    assert (value.status, f"{limits.value:,}" in value.text) == (422, True)
    many = site.get("/answer?" + urlencode([("suppose", n) for n in range(limits.values + 1)]))
    assert (many.status, str(limits.values) in many.text) == (422, True)
    assert site.get("/answer?q=" + "a" * limits.value).status == 422  # not understood, but read


def test_large_heads_are_refused(site: Site) -> None:
    """Headers that are too long are told so, as far as they are read at all."""
    said = site.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 40_000)
    assert said.startswith(b"HTTP/1.1 431")
    assert HEADERS["content-security-policy"].encode() in said


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"GET /\r\n\r\n", b"\x16\x03\x01\x02\0\r\n\r\n", b"GET / HTTP/9\r\n\r\n"]
)
def test_what_is_no_http_is_told_so(site: Site, sent: bytes) -> None:
    """Anything else than HTTP gets a plain refusal with the headers."""
    said = site.raw(sent)
    assert said.startswith(b"HTTP/1.1 400")
    assert HEADERS["content-security-policy"].encode() in said


def test_bodies_are_not_read(site: Site) -> None:
    """A request that announces a body is refused before it is sent, however it announces it."""
    for body in (b"Content-Length: 1000000000", b"Transfer-Encoding: chunked"):
        said = site.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + body + b"\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 413")


def test_slow_clients_are_sent_away() -> None:
    """A head that never ends, in silence or byte by byte, is ended by the server; so is the second one of a client."""
    with serving(lambda: TINY, request=0.3) as site:
        assert site.raw(b"") == b""
        assert site.raw(b"GET / HT").startswith(b"HTTP/1.1 408")
        with site.connect() as second:
            second.sendall(b"GET /state HTTP/1.1\r\nHost: localhost\r\n\r\n")
            said = second.recv(65_536)
            while not said.endswith(b"}"):
                said += second.recv(65_536)
            assert said.startswith(b"HTTP/1.1 200")
            second.sendall(b"GET /")
            assert second.recv(65_536).startswith(b"HTTP/1.1 408")
        with site.connect() as dripping:
            dripping.setblocking(False)
            said = None
            while said is None:
                try:
                    dripping.send(b"G")
                    said = dripping.recv(65_536)
                except BlockingIOError:
                    time.sleep(0.02)
            assert said.startswith(b"HTTP/1.1 408")
        assert site.get("/state").status == 200


def test_clients_that_do_not_take_the_answer_are_sent_away() -> None:
    """An answer that nobody takes is not kept for ever: the connection goes, and the server goes on."""
    huge = View(lambda _: Content("x" * 30_000_000))
    with serving(lambda: TINY, request=0.3) as site, view("answer", huge):
        with site.connect() as idle:
            idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            idle.sendall(b"GET /answer?q=x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            idle.recv(1)
            site.settle(0)
        assert site.get("/state").status == 200


def test_too_many_connections_are_told_so() -> None:
    """Beyond the limit a connection is answered that there are too many; when others close, it works again."""
    with serving(lambda: TINY, connections=5) as site:
        held = [site.connect() for _ in range(5)]
        site.settle(5)
        got = site.get("/state")
        assert (got.status, HEADERS.items() <= got.headers.items()) == (503, True)
        for one in held:
            one.close()
        site.settle(0)
        assert site.get("/state").status == 200


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page whose folder of files lies beside secrets, and has links to them."""
    around = tmp_path_factory.mktemp("around")
    folder = around / "static"
    (folder / "vendor").mkdir(parents=True)
    (folder / "page.css").write_text("mine")
    (around / "app.py").write_text("secret")
    (folder / "link").symlink_to(around / "app.py")
    (folder / "linked").symlink_to(around)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "STATIC", folder)
        with serving(lambda: TINY) as made:
            yield made


@pytest.mark.parametrize(
    "path",
    [
        "../app.py", "%2e%2e/app.py", "..%2fapp.py", "%2e%2e%2fapp.py", "..%5capp.py", "vendor/../../app.py",
        "%252e%252e/app.py", "/etc/passwd", "%2fetc%2fpasswd", "%00", "page.css%00.txt", "....//app.py", "C:%5cx",
        "./../../../../../../../etc/passwd", "vendor/%2e%2e/%2e%2e/app.py", "page.css/x", "%ff", "link",
        "linked/app.py", "linked/../app.py", "a" * 300, "", "vendor", "vendor/",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_static_folder(static: Site, path: str) -> None:
    """Only files of the folder are sent: no dots, encodings, NULs, absolute paths or links lead elsewhere."""
    for written in (path, f"x/../{path}", f"vendor/../{path}"):
        asked = f"GET /static/{written} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        said = static.raw(asked.encode())
        assert said.startswith(b"HTTP/1.1 404")
        assert b"secret" not in said
        assert b"root:" not in said
    assert static.get("/static/page.css").text == "mine"

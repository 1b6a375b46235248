"""Drawings become pictures; whatever in them would run, fetch or unfold is gone or refused."""

import socket
import threading
import time
from io import BytesIO

import pytest
from PIL import Image

from tiengmo.foundation.bounded import OutOfBounds, run
from tiengmo.foundation.drawings import LIMIT_BYTES, LONGER_SIDE, picture_of
from tiengmo.foundation.office_files import UnfitFile
from tiengmo.foundation.programs.draw_svg import sanitised

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
RED = '<rect x="0" y="0" width="50" height="50" fill="#f00"/>'


def svg(inner, *, head="", attributes='viewBox="0 0 200 100"'):
    return f"{head}<svg {NS} {attributes}>{inner}</svg>".encode()


def drawn(raw):
    with Image.open(BytesIO(picture_of(raw, "hình.svg"))) as picture:
        picture.load()
        return picture.convert("RGBA")


def test_an_honest_drawing():
    picture = drawn(svg(RED))
    assert picture.size == (LONGER_SIDE, LONGER_SIDE // 2)
    assert picture.getpixel((10, 10)) == (255, 0, 0, 255)
    assert picture.getpixel((LONGER_SIDE - 10, 10))[3] == 0


def test_one_with_words_styles_and_a_doctype():
    head = (
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    style = "<style>.a { fill: #00f }</style>"
    raw = svg(f'{style}<rect class="a" width="200" height="100"/>', head=head)
    assert drawn(raw).getpixel((5, 5))[3] == 255


def test_a_tall_one_by_its_width_and_height():
    picture = drawn(svg(RED, attributes='width="40mm" height="80mm"'))
    assert picture.size == (LONGER_SIDE // 2, LONGER_SIDE)


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": '<rect width="9" height="9" onclick="alert(1)" onload="alert(1)"/>',
    "foreign": (
        '<foreignObject width="99" height="99"><body xmlns="http://www.w3.org/1999/xhtml">'
        "<iframe src='javascript:alert(1)'/></body></foreignObject>"
    ),
    "link": '<a xlink:href="javascript:alert(1)"><rect width="9" height="9"/></a>',
    "picture": '<image width="9" height="9" xlink:href="http://127.0.0.1:{port}/x.png"/>',
    "picture2": '<image width="9" height="9" href="https://127.0.0.1:{port}/x.png"/>',
    "file": '<image width="9" height="9" href="file:///etc/passwd"/>',
    "path": '<image width="9" height="9" href="/etc/passwd"/>',
    "use": '<use xlink:href="http://127.0.0.1:{port}/x.svg#a"/>',
    "css": "<style>rect {{ fill: url(http://127.0.0.1:{port}/x.svg#a) }}</style>",
    "import": "<style>@import url(http://127.0.0.1:{port}/x.css);</style>",
    "attribute": '<rect width="9" height="9" style="fill:url(http://127.0.0.1:{port}/x#a)"/>',
    "font": "<style>@font-face {{ font-family: a; src: url(http://127.0.0.1:{port}/f) }}</style>",
    "relative": '<image width="9" height="9" href="../../etc/passwd.png"/>',
    "escaped": "<style>rect {{ fill: u\\72l(http://127.0.0.1:{port}/x) }}</style>",
    "nested": (
        '<image width="9" height="9" href="data:image/svg+xml;base64,'
        'PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxzY3JpcHQ+MTwvc2NyaXB0Pjwvc3ZnPg=="/>'
    ),
    "set": '<set attributeName="href" to="javascript:alert(1)"/>',
}


@pytest.fixture
def listening():
    """A port, and whether anybody knocked."""
    knocks = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    done = threading.Event()

    def wait():
        while not done.is_set():
            try:
                knocks.append(server.accept())
            except TimeoutError:
                continue

    thread = threading.Thread(target=wait)
    thread.start()
    yield server.getsockname()[1], knocks
    done.set()
    thread.join()
    for connection, _address in knocks:
        connection.close()
    server.close()


@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", HOSTILE)
def test_what_would_run_or_fetch_is_gone(kind, listening):
    port, knocks = listening
    raw = svg(
        RED + HOSTILE[kind].replace("{{", "{").replace("}}", "}").replace("{port}", str(port))
    )
    clean = sanitised(raw).lower()
    for word in (b"script", b"onclick", b"onload", b"foreignobject", b"127.0.0.1", b"passwd",
                 b"iframe", b"@import", b"svg+xml"):  # fmt: skip
        assert word not in clean, word
    assert drawn(raw).getpixel((700, 10))[:3] in {(0, 0, 0), (255, 0, 0)}
    assert drawn(raw).getpixel((10, 300))[3] == 255
    assert knocks == []


LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
)


@pytest.mark.parametrize(
    "raw",
    [
        svg("<text>&l9;</text>", head=f"<!DOCTYPE svg [{LAUGHS}]>"),
        svg("<text>&x;</text>", head='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        svg("<script>alert(1)</script>"),
        svg(""),
        svg(RED, attributes='viewBox="0 0 1 100000"'),
        svg(RED, attributes='viewBox="0 0 nan nan"'),
        svg(RED, attributes='viewBox="0 0 -5 5"'),
        svg(RED, attributes=""),
        b"<html><script>alert(1)</script></html>",
        b"<svg",
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 500,
        svg(RED) + b" " * LIMIT_BYTES,
        svg("<g>" * 100_000 + "</g>" * 100_000),
    ],
    ids=["laughs", "entity", "only-script", "empty", "thread", "nan", "minus", "no-size", "html",
         "broken", "nothing", "png", "large", "deep"],
)  # fmt: skip
def test_what_is_no_drawing_or_a_trap_is_refused(raw):
    began = time.monotonic()
    with pytest.raises(UnfitFile, match=r"hình\.svg"):
        picture_of(raw, "hình.svg")
    assert time.monotonic() - began < 30


def test_a_tree_of_uses_that_unfolds_ends_in_time():
    """A billion rectangles in a kilobyte: what sanitising leaves alone, the bounds end."""
    levels = "".join(
        f'<g id="u{n}">' + f'<use xlink:href="#u{n - 1}"/>' * 10 + "</g>" for n in range(1, 10)
    )
    raw = svg(f'<defs><g id="u0">{RED}</g>{levels}</defs><use xlink:href="#u9"/>')
    began = time.monotonic()
    with pytest.raises(UnfitFile):
        picture_of(raw, "hình.svg")
    assert time.monotonic() - began < 60


def test_a_program_that_writes_too_much_is_ended():
    with pytest.raises(OutOfBounds):
        run("draw_svg", "1600", given=svg(RED), seconds=10, megabytes=1024, most=100)


def test_a_picture_of_this_machine_is_not_drawn_in(tmp_path):
    """What a commune has not released must not be read by whoever guesses where it lies."""
    secret = tmp_path / "secret.png"
    Image.new("RGB", (10, 10), (0, 255, 0)).save(secret)
    for address in (str(secret), f"file://{secret}", f"//localhost{secret}"):
        raw = svg(RED + f'<image x="100" y="0" width="50" height="50" href="{address}"/>')
        assert drawn(raw).getpixel((LONGER_SIDE * 5 // 8, 100))[3] == 0

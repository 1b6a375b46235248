"""Who takes places and memory of the box's own page, and why it did not begin."""

import asyncio
import contextlib
import ssl

import httpx
import pytest
from speaker_agent.connection import Retired
from speaker_agent.journal import BoxJournal, Journal
from speaker_agent.local_page import http, serving
from speaker_agent.local_page.certificate import ensure_certificate, server_context
from speaker_agent.local_page.http import (
    CONNECTIONS_OF_ONE,
    LARGE_AT_ONCE,
    LARGE_BYTES,
    MAX_CONNECTIONS,
    Answer,
    HttpServer,
)
from speaker_agent.local_page.issuing import ISSUED

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def certificate(tmp_path):
    return ensure_certificate(tmp_path, "BX-1")


async def listening(certificate, handler, limit=1_000_000):
    server = HttpServer(handler, limit_for=lambda _path: limit, context=server_context(certificate))
    return server, await server.start("127.0.0.1", 0)


def telephone(certificate, port, address="127.0.0.1"):
    """Somebody's, on the box's network; all of 127.0.0.0/8 is this machine."""
    context = ssl.create_default_context(cafile=str(certificate))
    transport = httpx.AsyncHTTPTransport(verify=context, local_address=address)
    return httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", transport=transport, timeout=60)


async def connect(port, address="127.0.0.1"):
    """Only a connection, without hello."""
    return await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))


async def hello(_request):
    return Answer(b"hello")


def test_who_never_says_hello_takes_a_place_as_well(run, certificate):
    async def story():
        server, port = await listening(certificate, hello)
        waiting = [
            await connect(port, f"127.0.0.{2 + number // CONNECTIONS_OF_ONE}")
            for number in range(MAX_CONNECTIONS)
        ]
        reader, _ = one_more = await connect(port, "127.0.0.9")
        # It is hung up on at once, and so costs no file.
        assert await asyncio.wait_for(reader.read(), 60) == b""
        for _, writer in (*waiting, one_more):
            writer.close()
        await asyncio.sleep(0.1)
        async with telephone(certificate, port) as phone:
            assert (await phone.get("/")).text == "hello"
        await server.close()

    run(story())


def test_one_address_does_not_take_all_places(run, certificate):
    async def story():
        server, port = await listening(certificate, hello)
        waiting = [await connect(port) for _ in range(CONNECTIONS_OF_ONE)]
        reader, writer = await connect(port)
        assert await asyncio.wait_for(reader.read(), 60) == b""
        async with telephone(certificate, port, "127.0.0.2") as phone:
            assert (await phone.get("/")).text == "hello"
        for _, one in [*waiting, (reader, writer)]:
            one.close()
        await asyncio.sleep(0.1)
        assert not server._connections
        assert not server._large_of
        await server.close()

    run(story())


async def upload_that_stops(certificate, port, address, *, then=None):
    """Two idle uploads held both places for a minute and a half."""
    context = ssl.create_default_context(cafile=str(certificate))
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, local_addr=(address, 0)
    )
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nx")
    await writer.drain()

    async def drip():
        while then is not None:
            await asyncio.sleep(then)
            writer.write(b"x")

    dripping = asyncio.create_task(drip())
    ended = asyncio.create_task(reader.read())
    ended.add_done_callback(lambda _: (dripping.cancel(), writer.close()))
    return ended


@pytest.mark.parametrize("drops", [None, 0.05], ids=["still", "in drops"])
def test_who_holds_a_place_sends(run, certificate, monkeypatch, drops):
    monkeypatch.setattr(http, "STILL_SECONDS", 0.3)

    async def story():
        server, port = await listening(certificate, hello)
        idle = [
            await upload_that_stops(certificate, port, f"127.0.0.{number}", then=drops)
            for number in (2, 3)
        ]
        await asyncio.sleep(0.1)
        async with telephone(certificate, port) as phone:
            answer = await asyncio.wait_for(phone.post("/", content=b"x" * 900_000), 60)
        assert answer.text == "hello"
        await asyncio.wait_for(asyncio.gather(*idle, return_exceptions=True), 60)
        await server.close()

    run(story())


def test_one_address_does_not_stop_the_recordings_of_others(run, certificate, monkeypatch):
    monkeypatch.setattr(http, "STILL_SECONDS", 600)

    async def story():
        server, port = await listening(certificate, hello)
        idle = [await upload_that_stops(certificate, port, "127.0.0.2") for _ in range(5)]
        await asyncio.sleep(0.1)
        async with telephone(certificate, port) as phone:
            answer = await asyncio.wait_for(phone.post("/", content=b"x" * 900_000), 60)
        assert answer.text == "hello"
        await server.close()
        await asyncio.gather(*idle, return_exceptions=True)

    run(story())


@pytest.mark.parametrize("says_how_long", [True, False])
def test_few_large_bodies_are_held_at_once(run, certificate, says_how_long):
    held, most = 0, 0
    body = b"x" * (LARGE_BYTES + 1)

    async def hold(request):
        nonlocal held, most
        assert request.body == body
        held += 1
        most = max(most, held)
        await asyncio.sleep(0.2)
        held -= 1
        return Answer(b"")

    async def stream():
        yield body

    async def story():
        server, port = await listening(certificate, hold)
        async with contextlib.AsyncExitStack() as stack:
            phones = [
                await stack.enter_async_context(telephone(certificate, port, f"127.0.0.{number}"))
                for number in range(2, 7)
            ]
            answers = await asyncio.gather(
                *(one.post("/", content=body if says_how_long else stream()) for one in phones)
            )
        assert {one.status_code for one in answers} == {200}
        await server.close()

    run(story())
    assert most == LARGE_AT_ONCE


def test_a_body_that_grows_too_large(run, certificate):
    async def stream():
        for _ in range(5):
            yield b"x" * 300

    async def story():
        server, port = await listening(certificate, hello, limit=1000)
        async with telephone(certificate, port) as phone:
            assert (await phone.post("/", content=stream())).status_code == 413
            assert (await phone.post("/", content=b"x" * 1001)).status_code == 413
            assert (await phone.post("/", content=b"x" * 1000)).status_code == 200
        await server.close()

    run(story())


def test_a_card_that_is_bad_for_a_moment(run, village, monkeypatch, caplog):
    """Whatever went wrong before it listened is said, and tried again."""
    troubles = [OSError("I/O error"), ssl.SSLError("no start line"), TypeError("kept otherwise")]

    def ensure(*args):
        if troubles:
            raise troubles.pop(0)
        return ensure_certificate(*args)

    monkeypatch.setattr(serving, "ensure_certificate", ensure)
    monkeypatch.setattr(serving, "AGAIN_SECONDS", 0.01)
    # Written by a program that kept other members.
    journal = Journal(village.state.journal)
    kept = '[{"text": "x", "issued_at": 1, "way": "signed_here", "by": "?"}]'
    BoxJournal(journal, village.serial).keep(ISSUED, kept).result()
    journal.close()

    async def story():
        async with village.running():
            assert (await village.phone.get("/")).status_code == 200

    run(story())
    assert not troubles
    for said in ("I/O error", "no start line", "kept otherwise", "cannot be read"):
        assert said in caplog.text


def test_a_retired_box_keeps_no_key_of_its_page(run, village):
    """Whoever buys the board second-hand must not stand in for the page of the village."""

    async def story():
        async with village.running():
            page = village.state.folder / "local-page.pem"
            page.with_name(page.name + ".part").write_text("half a key")
            assert (await village.phone.get("/")).status_code == 200
            with pytest.raises(Retired):
                await village.box.retire()
            left = {one.name for one in village.state.folder.iterdir() if one.is_file()}
            assert not {name for name in left if name.endswith((".pem", ".json", ".part"))}
            await asyncio.sleep(1.5)
            assert not page.exists()
            with pytest.raises(httpx.TransportError):
                await village.phone.get("/")

    run(story())


def test_a_damaged_sound_is_stored_again(run, village):
    sound = b"a sound" * 100

    async def story():
        async with village.running():
            desk, store = village.site.desk, village.box.host.store
            sha256 = await desk._store(sound)
            store.path(sha256).write_bytes(b"rotten")
            await desk._store(sound)
            assert store.verified(sha256).read_bytes() == sound

    run(story())

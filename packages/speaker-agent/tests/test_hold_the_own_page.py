"""Who takes places and memory of the box's own page, and why it did not begin."""

import asyncio
import ssl

import httpx
import pytest
from speaker_agent.journal import BoxJournal, Journal
from speaker_agent.local_page import serving
from speaker_agent.local_page.certificate import ensure_certificate, server_context
from speaker_agent.local_page.http import (
    LARGE_AT_ONCE,
    LARGE_BYTES,
    MAX_CONNECTIONS,
    Answer,
    HttpServer,
)
from speaker_agent.local_page.issuing import ISSUED

from bench.agent_village import Village

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def certificate(tmp_path):
    return ensure_certificate(tmp_path, "BX-1")


async def listening(certificate, handler, limit=1_000_000):
    server = HttpServer(handler, limit_for=lambda _path: limit, context=server_context(certificate))
    return server, await server.start("127.0.0.1", 0)


def telephone(certificate, port):
    context = ssl.create_default_context(cafile=str(certificate))
    return httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", verify=context, timeout=10)


async def hello(_request):
    return Answer(b"hello")


def test_who_never_says_hello_takes_a_place_as_well(run, certificate):
    async def story():
        server, port = await listening(certificate, hello)
        waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MAX_CONNECTIONS)]
        reader, _ = one_more = await asyncio.open_connection("127.0.0.1", port)
        # It is hung up on at once, and so costs no file.
        assert await asyncio.wait_for(reader.read(), 2) == b""
        for _, writer in (*waiting, one_more):
            writer.close()
        await asyncio.sleep(0.1)
        async with telephone(certificate, port) as phone:
            assert (await phone.get("/")).text == "hello"
        await server.close()

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
        async with telephone(certificate, port) as phone:
            answers = await asyncio.gather(
                *(phone.post("/", content=body if says_how_long else stream()) for _ in range(5))
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


def test_a_card_that_is_bad_for_a_moment(run, tmp_path, monkeypatch, caplog):
    """Whatever went wrong before it listened is said, and tried again."""
    folder = tmp_path / "0001"
    folder.mkdir()
    village = Village(folder)
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


def test_a_damaged_sound_is_stored_again(run, tmp_path):
    folder = tmp_path / "0001"
    folder.mkdir()
    village = Village(folder)
    sound = b"a sound" * 100

    async def story():
        async with village.running():
            desk, store = village.site.desk, village.box.host.store
            sha256 = await desk._store(sound)
            store.path(sha256).write_bytes(b"rotten")
            await desk._store(sound)
            assert store.verified(sha256).read_bytes() == sound

    run(story())

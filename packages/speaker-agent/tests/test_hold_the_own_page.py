"""Who takes places and memory of the box's own page, and why it did not begin."""

import asyncio
import ssl

import httpx
import pytest
from speaker_agent.local_page.certificate import ensure_certificate, server_context
from speaker_agent.local_page.http import (
    LARGE_AT_ONCE,
    LARGE_BYTES,
    MAX_CONNECTIONS,
    Answer,
    HttpServer,
)

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def certificate(tmp_path):
    return ensure_certificate(tmp_path, "BX-1")


async def serving(certificate, handler, limit=1_000_000):
    server = HttpServer(handler, limit_for=lambda _path: limit, context=server_context(certificate))
    return server, await server.start("127.0.0.1", 0)


def telephone(certificate, port):
    context = ssl.create_default_context(cafile=str(certificate))
    return httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", verify=context, timeout=10)


async def hello(_request):
    return Answer(b"hello")


def test_who_never_says_hello_takes_a_place_as_well(run, certificate):
    async def story():
        server, port = await serving(certificate, hello)
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
        server, port = await serving(certificate, hold)
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
        server, port = await serving(certificate, hello, limit=1000)
        async with telephone(certificate, port) as phone:
            assert (await phone.post("/", content=stream())).status_code == 413
            assert (await phone.post("/", content=b"x" * 1001)).status_code == 413
            assert (await phone.post("/", content=b"x" * 1000)).status_code == 200
        await server.close()

    run(story())

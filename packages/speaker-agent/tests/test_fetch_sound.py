"""Downloads resume, and what is broken, cut short or another sound is never let in."""

import asyncio
import hashlib
import os

import httpx
import pytest
from speaker_agent.sound import fetch
from speaker_agent.sound.fetch import Fetcher, new_client
from speaker_agent.sound.store import NotThatSound, SoundStore

from bench.agent_peer import SoundServer

pytestmark = pytest.mark.enable_socket
BODY = os.urandom(300_000)
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def server():
    server = SoundServer()
    server.put(BODY)
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(fetch, "FIRST_WAIT_SECONDS", 0.02)


@pytest.fixture
def store(tmp_path):
    return SoundStore(tmp_path / "sounds")


def fetching(run, store, server, work):
    async def main():
        client = new_client()
        fetcher = Fetcher(store, client)
        try:
            return await work(fetcher, f"{server.url}/speaker/1/sound/{SHA}")
        finally:
            await fetcher.close()
            await client.aclose()

    return run(main())


async def until(condition):
    while not condition():  # noqa: ASYNC110 - another thread brings it about
        await asyncio.sleep(0.01)


def hold(fetcher, url):
    return fetcher.hold(url, SHA, len(BODY))


def test_a_sound_is_fetched_once_for_all_who_want_it(run, store, server):
    async def work(fetcher, url):
        paths = await asyncio.gather(*(hold(fetcher, url) for _ in range(50)))
        await hold(fetcher, url)
        return paths

    paths = fetching(run, store, server, work)
    assert {path.read_bytes() for path in paths} == {BODY}
    assert len(server.requests) == 1


def test_a_cut_download_goes_on_where_it_was_cut(run, store, server):
    server.cut_after = 100_000

    async def work(fetcher, url):
        task = asyncio.create_task(hold(fetcher, url))
        await until(lambda: len(server.requests) >= 2)
        assert not store.has(SHA)
        server.cut_after = None
        await task

    fetching(run, store, server, work)
    assert store.path(SHA).read_bytes() == BODY
    ranges = [wanted for _, wanted in server.requests]
    assert ranges[0] is None
    assert int(ranges[-1].removeprefix("bytes=").rstrip("-")) >= 100_000


def test_a_download_goes_on_after_a_restart(run, store, server):
    part = store.partial(SHA)
    part.parent.mkdir(parents=True)
    part.write_bytes(BODY[:1234])
    fetching(run, store, server, hold)
    assert server.requests == [(SHA, "bytes=1234-")]
    assert store.path(SHA).read_bytes() == BODY


@pytest.mark.parametrize(
    "lie",
    [BODY[:-1] + b"x", BODY[:1000], BODY + b"more", b"", os.urandom(len(BODY))],
    # Bytes are no names: every worker must call the tests alike.
    ids=["last byte", "cut", "longer", "empty", "other"],
)
def test_another_sound_is_never_let_in(run, store, server, lie):
    server.lie = lie or b"?"

    async def work(fetcher, url):
        task = asyncio.create_task(hold(fetcher, url))
        while len(server.requests) < 3:
            await asyncio.sleep(0.01)
            assert not store.has(SHA)
        server.lie = None
        await task

    fetching(run, store, server, work)
    assert store.verified(SHA).read_bytes() == BODY


def test_a_part_that_was_wrong_from_the_start_is_thrown_away(run, store, server):
    part = store.partial(SHA)
    part.parent.mkdir(parents=True)
    part.write_bytes(b"z" * 5000)
    fetching(run, store, server, hold)
    assert store.path(SHA).read_bytes() == BODY


def test_a_server_in_trouble_is_asked_again(run, store, server):
    server.refuse = 3
    fetching(run, store, server, hold)
    assert len(server.requests) == 4


def test_a_sound_that_rotted_on_the_card_is_noticed_and_fetched_again(run, store, server):
    fetching(run, store, server, hold)
    path = store.path(SHA)
    fetched_ns = path.stat().st_mtime_ns
    path.write_bytes(BODY[:-1] + b"x")
    # A file system's clock ticks every few milliseconds: both may fall into one.
    os.utime(path, ns=(fetched_ns + 10**9, fetched_ns + 10**9))
    with pytest.raises(NotThatSound):
        store.verified(SHA)
    assert not store.has(SHA)
    fetching(run, store, server, hold)
    assert store.verified(SHA).read_bytes() == BODY


def test_room_is_made_of_what_no_schedule_names_oldest_first(store):
    names = []
    for number in range(4):
        body = bytes([number]) * 1000
        name = hashlib.sha256(body).hexdigest()
        path = store.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        os.utime(path, (number, number))
        names.append(name)
    store.limit_bytes = 4500
    assert store.make_room(1500, keep={names[0]})
    assert [store.has(name) for name in names] == [True, False, True, True]
    assert not store.make_room(5000, keep=set(names))
    assert [store.has(name) for name in names] == [True, False, True, True]


def test_a_full_disk_is_said_and_what_is_held_stays(run, store, server):
    store.limit_bytes = 1000

    async def work(fetcher, url):
        task = asyncio.create_task(hold(fetcher, url))
        await until(lambda: fetcher.is_disk_full)
        store.limit_bytes = 10**9
        await task
        assert not fetcher.is_disk_full

    fetching(run, store, server, work)
    assert store.has(SHA)


def test_names_that_are_no_hash_are_refused(store):
    for name in ("../../etc/passwd", "", "A" * 64, "a" * 63):
        with pytest.raises(NotThatSound):
            store.path(name)


def test_few_connections_whatever_the_number_of_boxes():
    client = new_client(connections=3)
    assert isinstance(client, httpx.AsyncClient)
    assert client._transport._pool._max_connections == 3
    asyncio.run(client.aclose())

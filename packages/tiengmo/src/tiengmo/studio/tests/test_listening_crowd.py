"""Many come at once, some cannot be served, some never say that they have gone."""

import asyncio
import gc
import weakref

import httpx
import pytest

from tiengmo.places.tests.factories import VillageFactory
from tiengmo.studio.listening import http, service
from tiengmo.studio.listening.air import Asked
from tiengmo.studio.listening.http import Away, Endless, Full, NoPlace, application
from tiengmo.studio.listening.rules import Air
from tiengmo.studio.listening.service import Listening
from tiengmo.studio.listening.stream import Listener


@pytest.fixture
def listening(monkeypatch):
    """A process that need not ask the database what is on air: nothing is."""
    looks = []

    async def first_air(_self, asked):
        looks.append(asked)
        await asyncio.sleep(0.02)
        return (asked[0], ""), Air()

    monkeypatch.setattr(Listening, "_first_air", first_air)
    made = Listening()
    made.looks = looks
    return made


def test_a_crowd_that_comes_at_once_shares_one_stream(listening):
    async def come():
        joined = await asyncio.gather(*(listening._join("082", "") for _ in range(100)))
        assert len(listening._streams) == 1
        assert listening.looks == [("082", "")]
        assert listening._how_it_is()["listeners"] == 100
        for _listener, leave in joined:
            leave()
            leave()  # twice changes nothing
        assert not listening._streams
        await asyncio.sleep(0.1)

    asyncio.run(come())


def test_a_language_that_nobody_speaks_here_is_the_same_stream(listening):
    async def come():
        first, _ = await listening._join("082", "")
        second, leave = await listening._join("082", "xx")
        assert len(listening._streams) == 1
        leave()
        ((stream,),) = [listening._streams.values()]
        assert stream.listeners == {first}
        assert second not in stream.listeners
        stream.stop()
        await asyncio.sleep(0.1)

    asyncio.run(come())


def test_more_than_this_machine_serves_are_asked_to_come_again(listening, settings, monkeypatch):
    settings.LISTENING_MOST = 3
    monkeypatch.setattr(service, "MOST_STREAMS", 2)

    async def come():
        outcomes = await asyncio.gather(
            *(listening._join("082", "") for _ in range(5)), return_exceptions=True
        )
        assert sum(isinstance(one, Full) for one in outcomes) == 2
        leaves = [one[1] for one in outcomes if not isinstance(one, Full)]
        leaves[0]()
        _, last = await listening._join("02701", "")
        leaves[1]()
        with pytest.raises(Full):
            await listening._join("02702", "")
        for leave in (leaves[2], last):
            leave()
        assert not listening._streams
        await asyncio.sleep(0.1)

    asyncio.run(come())


def test_nothing_is_left_of_who_has_gone(listening):
    async def come():
        listener, leave = await listening._join("082", "")
        stream = weakref.ref(listening._streams["082", ""])
        gone = weakref.ref(listener)
        await asyncio.sleep(0.2)
        leave()
        del listener, leave
        await asyncio.sleep(0.2)
        return stream, gone

    stream, gone = asyncio.run(come())
    gc.collect()
    assert stream() is None
    assert gone() is None


@pytest.mark.django_db
def test_which_stream_somebody_is_given():
    village = VillageFactory(languages=["hmn", "vi"])
    code = village.unit.code
    asked = Asked()
    assert asked.place(code, "", 0.0) == (code, "")
    assert asked.place(code, "hmn", 0.0) == (code, "hmn")
    assert asked.place(code, "xx", 0.0) == (code, "")
    assert asked.place("khong-co", "", 0.0) is None


def answered(join, path="/nghe/082/truc-tiep.mp3", method="GET"):
    async def ask():
        app = application(join, lambda: {"listeners": 0})
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://nghe"
        ) as client:
            return await client.request(method, path)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [(Full, 503, "quá nhiều người nghe"), (Away, 503, "khởi động lại"), (NoPlace, 404, "Không có")],
)
def test_a_refusal_is_a_sentence(refusal, status, words):
    async def join(_code, _language):
        raise refusal

    answer = answered(join)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert ("retry-after" in answer.headers) == (status == 503)


def test_what_a_player_is_told(listening):
    asked = []

    async def join(code, language):
        asked.append((code, language))
        listener = Listener()
        listener.end()
        return listener, lambda: asked.append("left")

    head = answered(join, method="HEAD")
    assert (head.status_code, head.headers["content-type"], asked) == (200, "audio/mpeg", [])
    got = answered(join, "/nghe/082/hmn/truc-tiep.mp3")
    assert asked == [("082", "hmn"), "left"]
    assert got.headers["content-type"] == "audio/mpeg"
    assert "content-length" not in got.headers
    assert got.headers["x-accel-buffering"] == "no"
    assert answered(join, "/listening/1/health").json() == {"listeners": 0}


def endless(listener, send, receive):
    left = []

    async def run():
        async with asyncio.timeout(60):
            await Endless(listener, lambda: left.append(True))({}, receive, send)

    return run, left


def test_a_line_that_takes_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(http, "STUCK_SECONDS", 0.05)

    async def come():
        listener = Listener()
        listener.give(b"x")
        sent = []

        async def send(message):
            sent.append(message)
            if message.get("more_body"):
                await asyncio.sleep(600)

        async def receive():
            await asyncio.sleep(600)

        run, left = endless(listener, send, receive)
        await run()
        assert left == [True]

    asyncio.run(come())


def test_who_closes_the_page_has_left_at_once():
    async def come():
        async def send(_message):
            pass

        async def receive():
            return {"type": "http.disconnect"}

        run, left = endless(Listener(), send, receive)
        await run()
        assert left == [True]

    asyncio.run(come())

"""A telephone's microphone at the box, and carrying an alert on, with the time and without."""

import asyncio
import time
from datetime import UTC, datetime

import numpy as np
import pytest
from speaker_agent.local_page.microphone import Microphone
from speaker_agent.on_air.streams import LiveStream, StreamProgress
from speaker_agent.timing.sync import Offset
from speaker_link import envelope
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import Revocations, RevokedKey

from bench.agent_peer import opus, speechlike
from bench.agent_village import PASSPHRASE, Person, Village

RECORDING = opus(speechlike(1.5))
RATE = 48_000


async def open_microphone(village, first, second):
    data = {"title": "Nước lên nhanh", "area": "02686-07", "minutes": "2"}
    files = {"key": ("k", first.file())}
    answer = await village.phone.post("/noi", data=data | {"passphrase": PASSPHRASE}, files=files)
    assert answer.status_code == 303, answer.text
    answer = await village.sign(answer.headers["location"], second)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def speak(village, where, sound):
    """As the page sends it: blocks of 200 ms, as they are spoken."""
    block = RATE // 5
    begun = time.monotonic()
    for number, start in enumerate(range(0, len(sound), block)):
        await asyncio.sleep(max(0, begun + number * 0.2 - time.monotonic()))
        raw = sound[start : start + block].astype("<i2").tobytes()
        answer = await village.phone.post(f"{where}/am?rate={RATE}", content=raw)
        assert answer.status_code == 200, answer.text
    return begun


def heard_in(folder):
    import wave

    with wave.open(str(max(folder.glob("heard-*.wav")))) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2"), file.getframerate()


def likeness(pcm, rate, sound):
    """The best correlation of what went in with what came out, below 1500 Hz."""

    def below(samples, hertz):
        spectrum = np.fft.rfft(samples.astype(float))
        spectrum[np.fft.rfftfreq(len(samples), 1 / hertz) > 1500] = 0
        return np.fft.irfft(spectrum, len(samples))

    wanted, got = below(sound, RATE)[:: RATE // rate], below(pcm, rate)
    size = len(got) + len(wanted)
    match = np.fft.irfft(np.fft.rfft(got, size) * np.conj(np.fft.rfft(wanted, size)))
    at = int(match[: len(got)].argmax())
    part = got[at : at + len(wanted)]
    return np.corrcoef(part, wanted[: len(part)])[0, 1]


@pytest.mark.parametrize("knows_time", [True, False])
def test_speak_live(run, village, lan, pao, knows_time):
    sound = speechlike(4.0)

    async def story():
        async with village.running(knows_time=knows_time, output="wav"):
            where = await open_microphone(village, lan, pao)
            begun = await speak(village, where, sound)
            assert (await village.phone.post(f"{where}/het")).status_code == 200
            await village.until(lambda: village.reports(Kind.PLAY_REPORT))
            (played,) = village.reports(Kind.PLAY_REPORT)
            assert played.samples_played >= played.samples_expected * 0.98
            clock = village.box.clock
            lag = clock.monotonic_at(played.started_at.timestamp()) - begun
            assert lag < 3.0
            (issued,) = village.reports(Kind.LOCAL_ISSUE)
            assert issued.way == "signed_here"
            # Nobody speaks any more with the same address.
            late = await village.phone.post(f"{where}/am?rate={RATE}", content=b"\0\0" * 100)
            assert late.status_code == 404
        pcm, rate = heard_in(village.state.heard)
        alike = likeness(pcm, rate, sound)
        assert alike > 0.9

    run(story())


def test_nobody_speaks_with_one_signature(run, village, lan):
    async def story():
        async with village.running():
            data = {"title": "x", "area": "02686", "minutes": "2", "passphrase": PASSPHRASE}
            files = {"key": ("k", lan.file())}
            draft = (await village.phone.post("/noi", data=data, files=files)).headers["location"]
            assert (await village.sign(draft, lan)).status_code == 403
            for path in ("/noi/x/am?rate=48000", draft + "/am"):
                answer = await village.phone.post(path, content=b"\0\0" * 4800)
                assert answer.status_code == 404
            assert not village.reports(Kind.LOCAL_ISSUE)

    run(story())


def test_the_telephone_goes(run, village, lan, pao, monkeypatch):
    monkeypatch.setattr("speaker_agent.local_page.microphone.GONE_SECONDS", 1.0)

    async def story():
        async with village.running():
            where = await open_microphone(village, lan, pao)
            await speak(village, where, speechlike(1.0))
            await village.until(lambda: village.reports(Kind.PLAY_REPORT), seconds=90)
            assert village.site.microphone.is_over
            assert not village.box.desk.streams()

    run(story())


def test_repeat_and_all_clear(run, village, lan, pao):
    async def story():
        async with village.running():
            page = await village.alert(lan, pao, RECORDING, repeat="2")
            await village.until(lambda: village.reports(Kind.PLAY_REPORT))
            name = page.removeprefix("/da-phat/")
            answer = await village.sign(f"/bao-yen/{name}", lan)
            assert answer.status_code == 303, answer.text
            # One person does not end it either.
            alone = await village.sign(answer.headers["location"], lan)
            assert alone.status_code == 403
            done = await village.sign(answer.headers["location"], pao)
            assert done.status_code == 303, done.text
            held = village.box.desk.alerts.alerts.values()
            assert all(one.body.msg_type == "Cancel" for one in held)
            assert len(village.reports(Kind.LOCAL_ISSUE)) == 2

    run(story())


def test_carry_it_to_the_next_village(run, village, lan, pao, tmp_path):
    folder = tmp_path / "0002"
    folder.mkdir()
    neighbour = Village(folder, root=village.root, areas=("02686-08", "02686", "082"))
    far = tmp_path / "0003"
    far.mkdir()
    stranger = Village(far, root=village.root, areas=("02701-01", "02701", "082"))

    async def story():
        async with village.running():
            page = await village.alert(lan, pao, RECORDING)
            carried = (await village.phone.get(page.replace("da-phat", "mang-di"))).content
        async with neighbour.running():
            answer = await neighbour.phone.post("/mang-sang", files={"bundle": ("a", carried)})
            assert answer.status_code == 303, answer.text
            await neighbour.until(lambda: neighbour.reports(Kind.PLAY_REPORT))
        async with stranger.running():
            answer = await stranger.phone.post("/mang-sang", files={"bundle": ("a", carried)})
            assert answer.status_code == 403
            assert "wrong_area" in stranger.refusals()
            assert not stranger.reports(Kind.LOCAL_ISSUE)

    run(story())


def revoking(village, version, *people):
    entries = [
        RevokedKey(kid=one.key.kid, revoked_at=datetime.now(UTC), reason="mất máy")
        for one in people
    ]
    message = envelope.compose(Revocations(version=version, revoked=entries), now=datetime.now(UTC))
    return envelope.sign(message, by=[envelope.Signer(village.root)]).encode()


def test_a_voice_outlives_what_the_broker_sends_again(run, village, lan, pao):
    """A list of revoked keys comes with each subscription, and is old news."""
    other, another = Person(village.root, "Cũ (#8)"), Person(village.root, "Cũ (#9)")

    async def story():
        async with village.running():
            inbox = village.box.inbox
            known = revoking(village, 1, other)
            await inbox._read("tm/1/revocations", known)
            where = await open_microphone(village, lan, pao)
            await inbox._read("tm/1/revocations", known)
            # Nor does a new list end it that names neither of the two.
            await inbox._read("tm/1/revocations", revoking(village, 2, other, another))
            assert village.box.desk.streams()
            await speak(village, where, speechlike(0.4))
            await inbox._read("tm/1/revocations", revoking(village, 3, other, another, pao))
            assert not village.box.desk.streams()
            # The telephone is told that nobody hears it.
            late = await village.phone.post(f"{where}/am?rate={RATE}", content=b"\0\0" * 4800)
            assert late.status_code == 404

    run(story())


def test_an_operator_stops_the_voice(run, village, lan, pao):
    async def story():
        async with village.running():
            where = await open_microphone(village, lan, pao)
            await speak(village, where, speechlike(0.4))
            assert village.box.desk.silence(village.site.microphone.stream.item_id)
            late = await village.phone.post(f"{where}/am?rate={RATE}", content=b"\0\0" * 4800)
            assert late.status_code == 404
            # Another may speak: the place is free.
            await village.until(lambda: village.site.microphone.is_over, seconds=90)

    run(story())


def test_two_voices_in_the_same_second(run, village, lan, pao):
    async def story():
        async with village.running():
            data = {"title": "x", "area": "02686", "minutes": "2", "passphrase": PASSPHRASE}
            drafts = []
            for _ in range(2):
                files = {"key": ("k", lan.file())}
                answer = await village.phone.post("/noi", data=data, files=files)
                drafts.append(answer.headers["location"])
            answers = await asyncio.gather(*(village.sign(one, pao) for one in drafts))
            assert sorted(one.status_code for one in answers) == [303, 403]
            assert len(village.box.desk.streams()) == 1

    run(story())


@pytest.mark.parametrize("moved", [-5000.0, 5000.0])
def test_the_time_becomes_known_while_somebody_speaks(run, village, lan, pao, moved):
    block = speechlike(0.2).astype("<i2").tobytes()

    async def story():
        async with village.running(knows_time=False):
            clock = village.box.clock
            stream = LiveStream(
                "02686",
                "a",
                "here",
                priority=Priority.EMERGENCY,
                clock=clock,
                progress=StreamProgress(clock.now()),
            )
            microphone = Microphone(village.box, stream, seconds=60)
            for _ in range(3):
                microphone.take(block, RATE)
            before = microphone._end - clock.now()
            counter, wall = clock.monotonic(), datetime.now(UTC).timestamp()
            clock.observe(Offset(at=counter, seconds=wall + moved - counter, error=0.001))
            microphone.take(block, RATE)
            chunk = stream.timeline.after(clock.now())
            assert chunk is not None
            ahead, passed = chunk.instant - clock.now(), clock.monotonic() - counter
            assert max(before, 0.8) - passed - 0.2 < ahead < max(before, 0.8) + 0.2

    run(story())

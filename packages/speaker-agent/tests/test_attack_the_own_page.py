"""What somebody on the box's own network may try, with and without keys."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from speaker_link import envelope
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import Alert, Edition, Revocations, RevokedKey
from speaker_link.sealing import seal

from bench.agent_peer import opus, speechlike
from bench.agent_village import PASSPHRASE, Person

RECORDING = opus(speechlike(1.5))


def test_one_person_alone(run, village, lan):
    async def story():
        async with village.running():
            draft = (await village.compose(lan, RECORDING)).headers["location"]
            assert village.nothing_went_out()
            village.refused(await village.sign(draft, lan), "one_signature_short")
            # Another key of the same person is the same holder.
            again = Person(village.root, lan.certificate.holder)
            village.refused(await village.sign(draft, again), "one_signature_short")

    run(story())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"areas": ["02701"]}, "wrong_area"),
        ({"days": -1}, "certificate_expired"),
        ({"kinds": [Kind.SCHEDULE]}, "wrong_kind"),
        ({"highest_priority": Priority.PRIORITY}, "over_priority"),
        ({"nbf": timedelta(days=1)}, "not_yet_valid"),
    ],
)
def test_a_key_that_may_not(run, village, lan, changes, reason):
    if "nbf" in changes:
        changes = {"nbf": datetime.now(UTC) + changes["nbf"]}

    async def story():
        other = Person(village.root, "Người khác (#3)", **changes)
        async with village.running():
            draft = (await village.compose(lan, RECORDING)).headers["location"]
            village.refused(await village.sign(draft, other), reason)

    run(story())


def test_a_revoked_key(run, village, lan, pao):
    async def story():
        async with village.running():
            draft = (await village.compose(lan, RECORDING)).headers["location"]
            entry = RevokedKey(kid=pao.key.kid, revoked_at=datetime.now(UTC), reason="mất máy")
            message = envelope.compose(
                Revocations(version=1, revoked=[entry]), now=datetime.now(UTC)
            )
            text = envelope.sign(message, by=[envelope.Signer(village.root)])
            await village.box.inbox._read("tm/1/revocations", text.encode())
            village.refused(await village.sign(draft, pao), "revoked")
            # The first key is revoked while the second person walks up to the box.
            entry = RevokedKey(kid=lan.key.kid, revoked_at=datetime.now(UTC), reason="mất máy")
            message = envelope.compose(
                Revocations(version=2, revoked=[entry]), now=datetime.now(UTC)
            )
            text = envelope.sign(message, by=[envelope.Signer(village.root)])
            await village.box.inbox._read("tm/1/revocations", text.encode())
            third = Person(village.root, "Vàng Thị Mỷ (#3)")
            village.refused(await village.sign(draft, third), "revoked")

    run(story())


def test_another_certificate_in_the_file(run, village, lan, pao):
    async def story():
        async with village.running():
            draft = (await village.compose(lan, RECORDING)).headers["location"]
            mixed = lan.file(certificate=pao.text)
            village.refused(await village.sign(draft, pao, key=mixed), "bad_signature")

    run(story())


def test_guess_the_passphrase(run, village, lan, pao):
    async def story():
        async with village.running():
            draft = (await village.compose(lan, RECORDING)).headers["location"]
            for number in range(5):
                answer = await village.sign(draft, pao, passphrase=f"đoán {number}")
                assert answer.status_code == 403
            answer = await village.sign(draft, pao, passphrase="đoán nữa")
            assert answer.status_code == 429
            # The right one must wait as well, or waiting would tell that it is right.
            answer = await village.sign(draft, pao)
            assert answer.status_code == 429
            assert village.refusals().count("wrong_passphrase") == 5
            assert village.nothing_went_out()

    run(story())


def test_the_same_alert_twice(run, village, lan, pao):
    async def story():
        async with village.running():
            page = await village.alert(lan, pao, RECORDING)
            await village.until(lambda: village.reports(Kind.PLAY_REPORT))
            bundle = (await village.phone.get(page.replace("da-phat", "mang-di"))).content
            answer = await village.phone.post("/mang-sang", files={"bundle": ("a", bundle)})
            assert answer.status_code == 403
            assert "replayed" in village.refusals()
            assert len(village.reports(Kind.LOCAL_ISSUE)) == 1
            assert len(village.reports(Kind.PLAY_REPORT)) == 1

    run(story())


def test_the_same_alert_after_a_power_cut(run, village, lan, pao):
    """The box does not know the time, but it knows what it said."""

    async def story():
        async with village.running(knows_time=False):
            page = await village.alert(lan, pao, RECORDING)
            await village.until(lambda: village.reports(Kind.PLAY_REPORT))
            bundle = (await village.phone.get(page.replace("da-phat", "mang-di"))).content
        async with village.running(knows_time=False):
            answer = await village.phone.post("/mang-sang", files={"bundle": ("a", bundle)})
            assert answer.status_code == 403
            assert "replayed" in village.refusals()
            assert len(village.reports(Kind.LOCAL_ISSUE)) == 1

    run(story())


def carried(village, people, *, sound=RECORDING, area="02686", sign_as=None, **changes):
    """A file as a box writes it, or as somebody would like it to be."""
    now = datetime.now(UTC)
    sha256 = hashlib.sha256(sound).hexdigest()
    values = {
        "version": 1,
        "alert": "local-0123456789abcdef",
        "station": "02686",
        "status": "Actual",
        "msg_type": "Alert",
        "title": "Lũ",
        "start": now,
        "until": now + timedelta(hours=1),
        "editions": [Edition(language="vi", sha256=sha256, bytes=len(sound), duration_ms=1500)],
    }
    body = Alert(**(values | changes))
    message = envelope.compose(body, now=body.start, areas=[area], lives=body.until - body.start)
    text = sign_as or envelope.sign(message, by=[one.signer for one in people])
    sounds = {sha256: base64.b64encode(sound).decode()}
    return {"format": "tieng-mo-alert/1", "message": text, "sounds": sounds}


async def hand_in(village, whole):
    files = {"bundle": ("a.tmalert", json.dumps(whole).encode())}
    return await village.phone.post("/mang-sang", files=files)


def test_carried_from_another_box(run, village, lan, pao):
    async def story():
        async with village.running():
            answer = await hand_in(village, carried(village, [lan, pao]))
            assert answer.status_code == 303, answer.text
            await village.until(lambda: village.reports(Kind.PLAY_REPORT))
            (issued,) = village.reports(Kind.LOCAL_ISSUE)
            assert issued.way == "handed_in"

    run(story())


def test_what_is_carried_is_judged(run, village, lan, pao):
    async def story():
        async with village.running():
            other = opus(speechlike(1.5, seed=9))
            now = datetime.now(UTC)
            good = carried(village, [lan, pao])
            swapped = good | {"sounds": carried(village, [lan, pao], sound=other)["sounds"]}
            lying = good | {
                "sounds": {name: base64.b64encode(other).decode() for name in good["sounds"]}
            }
            elsewhere = Person(village.root, "Người Y Tý (#9)", areas=["02701"])
            past = {"start": now - timedelta(hours=3), "until": now - timedelta(hours=2)}
            for whole, reason in [
                (carried(village, [lan]), "one_signature_short"),
                (carried(village, [lan, lan]), "one_signature_short"),
                (carried(village, [lan, elsewhere]), "wrong_area"),
                (carried(village, [lan, pao], area="02701"), "wrong_area"),
                (carried(village, [lan, pao], station="02701"), "wrong_area"),
                (carried(village, [lan, pao], **past), "expired"),
                (swapped, "not_that_sound"),
                (lying, "not_that_sound"),
                (good | {"format": "x"}, "malformed"),
                (good | {"message": "{}"}, "malformed"),
                (good | {"message": 7}, "malformed"),
                ([], "malformed"),
            ]:
                village.refused(await hand_in(village, whole), reason)
            # Nothing of all this stands in the way of the true one, or was stored.
            assert not list(village.state.sounds.glob("??/*"))
            assert (await hand_in(village, good)).status_code == 303

    run(story())


def test_many_drafts(run, village, lan):
    async def story():
        async with village.running():
            for _ in range(8):
                assert (await village.compose(lan, RECORDING)).status_code == 303
            assert (await village.compose(lan, RECORDING)).status_code == 429

    run(story())


def test_a_draft_that_is_too_old(run, village, lan, pao):
    async def story():
        async with village.running():
            draft = (await village.compose(lan, RECORDING)).headers["location"]
            for one in village.site.desk.drafts.all():
                one.made_at -= 30 * 60
            assert (await village.sign(draft, pao)).status_code == 404
            assert village.nothing_went_out()

    run(story())


def test_nothing_secret_is_kept(run, village, lan, pao, caplog):
    async def story():
        async with village.running():
            await village.alert(lan, pao, RECORDING)
        secret = lan.key.to_jwk()["d"].encode()
        for path in village.folder.rglob("*"):
            if path.is_file():
                raw = path.read_bytes()
                assert PASSPHRASE.encode() not in raw, path
                assert secret not in raw, path
        assert PASSPHRASE not in caplog.text

    run(story())


def test_wear_out_the_tries_of_another(run, village, lan, pao, monkeypatch):
    """Names and certificates are public: with a seal of one's own nobody is locked out."""
    monkeypatch.setattr("speaker_agent.local_page.keys.TRIES_IN_ALL", 5)
    monkeypatch.setattr("speaker_agent.local_page.keys.PAUSE_SECONDS", 0.2)

    async def story():
        async with village.running():
            draft = (await village.compose(lan, RECORDING)).headers["location"]
            forged = pao.file(sealed=seal(PrivateKey.generate(), "của kẻ lạ"))
            for number in range(6):
                answer = await village.sign(draft, pao, key=forged)
                assert answer.status_code == (403 if number < 5 else 429)
            answer = await village.sign(draft, pao)
            assert answer.status_code == 303, answer.text

    run(story())

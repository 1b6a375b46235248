"""What anybody may try who merely joined the box's own network."""

from datetime import UTC, datetime, timedelta

import pytest
from speaker_agent import made_at
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind
from speaker_link.messages import Edition

from bench.agent_peer import opus, speechlike
from bench.agent_village import Person

RECORDING = opus(speechlike(1.5))


def test_a_stranger_with_a_root_of_their_own(run, village):
    async def story():
        stranger = Person(PrivateKey.generate(), "Kẻ lạ (#1)")
        async with village.running():
            village.refused(await village.compose(stranger, RECORDING), "unknown_key")

    run(story())


def test_strangers_do_not_fill_the_reports(run, village, monkeypatch):
    """Nor do they keep back what a true refusal says; how many there were is told."""

    async def story():
        async with village.running():
            for _ in range(30):
                answer = await village.phone.post("/canh-bao", content=b"{}")
                assert answer.status_code == 403
            assert village.refusals() == ["bad_form"] * 5
            # Another reason has a share of its own, and so has what came by the broker.
            stranger = Person(PrivateKey.generate(), "Kẻ lạ (#1)")
            village.refused(await village.compose(stranger, RECORDING), "unknown_key")
            for number in range(3):
                garbage = b"{%d}" % number
                await village.box.inbox._read("tm/1/stations/082/schedule", garbage)
            assert village.refusals().count("malformed") == 3
            await village.box.reporter.tell_the_rest()
            assert village.refusals().count("bad_form") == 5, "the hour is not over"
            monkeypatch.setattr("speaker_agent.reports.HOUR_SECONDS", 0.0)
            await village.box.reporter.tell_the_rest()
            told = [one for one in village.reports(Kind.REFUSAL) if one.reason == "bad_form"]
            assert len(told) == 6
            assert told[-1].detail == "25 more within an hour"

    run(story())


def test_a_key_file_that_costs_a_gigabyte(run, village, lan):
    async def story():
        async with village.running():
            greedy = lan.file(sealed=lan.sealed | {"n": 2**24})
            files = {"key": ("k", greedy), "recording": ("r", RECORDING)}
            data = {"title": "x", "area": "02686", "hours": "1", "repeat": "0", "passphrase": "y"}
            answer = await village.phone.post("/canh-bao", data=data, files=files)
            village.refused(answer, "bad_key_file")

    run(story())


def test_hostile_uploads(run, village, lan):
    async def story():
        async with village.running():
            for recording in (
                b"",
                b"\x00" * 5000,
                b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
                b"ffconcat version 1.0\nfile /etc/passwd\n",
                b"RIFF\xff\xff\xff\xffWAVEfmt " + b"\xff" * 200,
                RECORDING[:200],
                opus(speechlike(1.5) * 0),
            ):
                answer = await village.compose(lan, recording)
                assert answer.status_code == 403, recording[:20]
            assert {"bad_upload", "silent"} <= set(village.refusals())
            answer = await village.compose(lan, b"x" * 6_000_000)
            assert answer.status_code == 413
            bad = {"Content-Type": "multipart/form-data; boundary=x"}
            for body in (b"", b"--x", b"--x\r\n\r\n--x--", b"\r\n--x" * 500 + b"--"):
                answer = await village.phone.post("/canh-bao", content=body, headers=bad)
                assert answer.status_code == 403
            answer = await village.phone.post("/canh-bao", content=b"{}")
            assert answer.status_code == 403
            assert village.nothing_went_out()

    run(story())


def test_look_where_nothing_is(run, village, lan):
    async def story():
        async with village.running():
            for path in (
                "/tinh/..%2fserving.py",
                "/tinh/../../state/key.json",
                "/am-thanh/" + "a" * 64,
                "/am-thanh/..%2f..%2fkey.json",
                "/mang-di/x",
                "/ky/x",
                "/noi/x",
                "/key.json",
            ):
                answer = await village.phone.get(path)
                assert answer.status_code == 404, path
            home = await village.phone.get("/")
            assert home.status_code == 200
            assert "default-src 'none'" in home.headers["content-security-policy"]
            hostile = "<script>alert(1)</script>"
            draft = await village.compose(lan, RECORDING, title=hostile)
            for page in ("/", draft.headers["location"]):
                shown = (await village.phone.get(page)).text
                assert hostile not in shown
                assert "&lt;script&gt;" in shown

    run(story())


def test_titles_are_for_who_may_sign(run, village, lan):
    """What is to be said tomorrow is nobody's business who merely joined the network."""
    secret = "Danh sách hộ được hỗ trợ"
    edition = Edition(language="vi", sha256="a" * 64, bytes=10, duration_ms=60_000)

    async def story():
        async with village.running():
            village.site.desk.held_sounds = lambda: {edition.sha256: (secret, edition)}
            for path in ("/", "/canh-bao", "/dang-giu", "/noi", "/mang-sang"):
                shown = (await village.phone.get(path)).text
                assert secret not in shown
                assert edition.sha256 not in shown
            stranger = Person(PrivateKey.generate(), "Kẻ lạ (#1)")
            answer = await village.sign("/dang-giu", stranger)
            assert secret not in answer.text
            village.refused(answer, "unknown_key")
            answer = await village.sign("/dang-giu", lan, passphrase="đoán")
            assert secret not in answer.text
            village.refused(answer, "wrong_passphrase")
            answer = await village.sign("/dang-giu", lan)
            assert secret in answer.text
            assert f'value="{edition.sha256}"' in answer.text

    run(story())


@pytest.mark.parametrize(
    ("told", "is_believed"),
    [
        (timedelta(0), True),
        (timedelta(days=29), True),
        (timedelta(days=31), False),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), False),
        (made_at() - timedelta(hours=1), True),
        (made_at() - timedelta(days=2), False),
        (datetime(2001, 9, 9, tzinfo=UTC), False),
    ],
)
def test_a_telephone_of_another_year(run, village, lan, told, is_believed):
    """A box without the time asks the telephone, within what it knows for sure."""
    told = datetime.now(UTC) + told if isinstance(told, timedelta) else told

    async def story():
        async with village.running(knows_time=False):
            answer = await village.compose(lan, RECORDING, time=told.isoformat())
            if not is_believed:
                village.refused(answer, "wrong_date")
                assert f"{told:%d/%m/%Y}" in answer.text
                assert "chỉnh lại ngày giờ" in answer.text
                return
            assert answer.status_code == 303
            (draft,) = village.site.desk.drafts.all()
            assert draft.message.body.start == pytest.approx(
                max(told, made_at()), abs=timedelta(milliseconds=1)
            )

    run(story())


def test_a_telephone_from_before_the_last_known_time(run, village, lan):
    async def story():
        async with village.running(knows_time=False):
            # As it was kept before the power was cut.
            village.box.inbox._surely_passed = datetime.now(UTC).timestamp()
            told = datetime.now(UTC) - timedelta(days=3)
            answer = await village.compose(lan, RECORDING, time=told.isoformat())
            village.refused(answer, "wrong_date")
            # One that says nothing is no obstacle: then it is when the time was last known.
            assert (await village.compose(lan, RECORDING, time="")).status_code == 303

    run(story())

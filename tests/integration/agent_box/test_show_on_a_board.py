"""A box with a text board: what stands there, what takes it over, what proves it."""

import asyncio
from datetime import timedelta

import pytest
from speaker_agent.boards.wording import BoardSettings
from speaker_link import topics
from speaker_link.boards import BoardText, TextEdition, TextLine
from speaker_link.kinds import Kind, Priority
from speaker_link.messages import Alert, Edition

from bench.agent_peer import STATION

from .conftest import OPUS

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

WORDS = "Thứ Bảy tiêm chủng tại trạm y tế xã"


class Sign:
    """A board that writes what stands on it into a file, and the station that tells it what."""

    def __init__(self, locality, folder):
        self.locality = locality
        self.path = folder / "board.txt"
        self.settings = BoardSettings(driver=f"file:{self.path}", seconds=1.0)
        self.version = 0

    @property
    def stands(self):
        return self.path.read_text("utf-8").strip() if self.path.exists() else ""

    def line(self, text=WORDS, **changes):
        now = self.locality.now()
        values = {
            "id": "vaccination",
            "start": now - timedelta(minutes=1),
            "until": now + timedelta(hours=2),
            "areas": [STATION],
            "editions": [TextEdition(language="vi", text=text)],
        }
        return TextLine(**(values | changes))

    async def put_up(self, *lines, **how):
        self.version += 1
        body = BoardText(
            version=how.pop("version", self.version), station=STATION, lines=list(lines)
        )
        how = {"retain": True, "areas": [STATION]} | how
        await self.locality.say(body, topics.text(STATION), **how)
        return body

    async def alarm(self, **changes):
        now = self.locality.now()
        sha256 = self.locality.http.put(OPUS)
        editions = [Edition(language="vi", sha256=sha256, bytes=len(OPUS), duration_ms=2000)]
        values = {
            "version": 1,
            "alert": "flood",
            "station": STATION,
            "status": "Actual",
            "msg_type": "Alert",
            "title": "Lũ quét: rời ngay khỏi bờ suối",
            "start": now,
            "until": now + timedelta(hours=1),
            "editions": editions,
        }
        await self.locality.say(
            Alert(**(values | changes)),
            topics.alert(STATION, "flood"),
            retain=True,
            areas=[STATION],
            by=[self.locality.station, self.locality.second],
        )

    def reports(self, line, state):
        return [
            body
            for _, body in self.locality.heard["text_report"]
            if body.line_id == line and body.state == state
        ]

    async def until_it_says(self, text):
        await self.locality.until(lambda: self.stands == text, seconds=30)


def test_a_line_stands_and_is_proved_an_alert_takes_the_board_and_gives_it_back(within, tmp_path):
    async def story(locality):
        sign = Sign(locality, tmp_path)
        await locality.start_box(board=sign.settings)
        await sign.put_up(sign.line())
        await sign.until_it_says(WORDS)
        await locality.until(lambda: sign.reports("vaccination", "shown"))
        (shown,) = sign.reports("vaccination", "shown")
        assert (shown.text, shown.language, shown.times) == (WORDS, "vi", 1)
        (status,) = locality.statuses.values()
        await locality.until(
            lambda: [t.version for s in locality.statuses.values() for t in s.texts or []] == [1]
        )
        assert status.board == "file"

        await sign.alarm()
        await sign.until_it_says("Lũ quét: rời ngay khỏi bờ suối")
        await locality.until(lambda: sign.reports("flood.1", "shown"))
        await sign.alarm(version=2, msg_type="Cancel", editions=[], title="Đã an toàn")
        await sign.until_it_says(WORDS)
        await locality.until(lambda: sign.reports("flood.1", "over"))

        await sign.put_up()
        await sign.until_it_says("")
        await locality.until(lambda: sign.reports("vaccination", "over"))
        (over,) = sign.reports("vaccination", "over")
        assert over.reason == "withdrawn"
        assert over.shown_ms >= 1000
        # Told once each, however often the broker hands out what it retained.
        await locality.boxes[0].refresh()
        await asyncio.sleep(1)
        assert len(sign.reports("vaccination", "over")) == 1

    within(story)


def test_withdrawn_while_the_box_was_away_it_is_off_when_it_is_back(within, tmp_path):
    async def story(locality):
        sign = Sign(locality, tmp_path)
        await locality.start_box(board=sign.settings)
        await sign.put_up(sign.line(), sign.line("Chợ phiên dời sang Chủ nhật", id="market"))
        await locality.until(lambda: sign.reports("market", "shown"))
        await locality.stop_boxes()
        # Nothing stands there that nobody takes down.
        assert sign.stands == ""
        await sign.put_up(sign.line())
        locality.heard["text_report"].clear()
        await locality.start_box(board=sign.settings)
        await locality.until(lambda: sign.reports("market", "over"))
        await sign.until_it_says(WORDS)

    within(story)


def test_without_a_network_it_shows_on_until_its_window_ends(within, tmp_path):
    async def story(locality):
        sign = Sign(locality, tmp_path)
        box = await locality.start_box(board=sign.settings)
        until = locality.now() + timedelta(seconds=25)
        await sign.put_up(sign.line(until=until))
        await sign.until_it_says(WORDS)
        locality.acknowledges = False
        locality.broker.stop()
        await locality.until(lambda: not box.is_online)
        await asyncio.sleep(1.5)
        assert sign.stands == WORDS
        # Its window ends whether or not anybody says so.
        await sign.until_it_says("")
        assert locality.now() >= until - timedelta(seconds=1)

    within(story)


def test_nobody_without_the_right_puts_words_on_the_board(within, tmp_path):
    async def story(locality):
        sign = Sign(locality, tmp_path)
        await locality.start_box(board=sign.settings)
        await sign.put_up(sign.line(), version=5)
        await sign.until_it_says(WORDS)
        lie = sign.line("Chính quyền huỷ chợ phiên", id="lie")
        # Replayed from before, or made up with a lower version.
        await sign.put_up(lie, version=4)
        await locality.refusal("older_version")
        # A key that may sign schedules and no texts.
        schedules = locality._issue("schedules", "Đài xã", Priority.PRIORITY)
        for_schedules = certified(locality, schedules, kinds=[Kind.SCHEDULE])
        await sign.put_up(lie, version=6, by=[for_schedules])
        await locality.refusal("wrong_kind")
        # Another commune's key for its own boards.
        elsewhere = certified(locality, schedules, kinds=[Kind.TEXT], areas=["02701"])
        await sign.put_up(lie, version=7, by=[elsewhere])
        await locality.refusal("wrong_area")
        assert sign.stands == WORDS

    within(story)


def certified(locality, signer, *, kinds, areas=("10",)):
    """The same key under a certificate for less."""
    from speaker_link import certificates

    now = locality.now()
    certificate = certificates.Certificate(
        serial=f"less-{kinds[0]}",
        key=signer.key.public,
        holder="Đài xã",
        areas=list(areas),
        highest_priority=Priority.PRIORITY,
        kinds=list(kinds),
        nbf=now - timedelta(days=1),
        exp=now + timedelta(days=1),
    )
    return signer._replace(certificate=certificates.issue(certificate, root=locality.root))


def test_a_box_without_a_board_never_hears_of_it(within, tmp_path):
    async def story(locality):
        sign = Sign(locality, tmp_path)
        box = await locality.start_box()
        await sign.put_up(sign.line())
        item = locality.soon(6)
        await locality.publish_schedule(item)
        report = await locality.report_of(item)
        assert report.outcome == "played"
        assert box.board is None
        assert locality.heard["refusal"] == []
        assert [status.board for status in locality.statuses.values()] == [None]

    within(story)

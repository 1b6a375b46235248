"""Priorities, withdrawals and commands through a real broker; and every attack that plays nowhere."""

import asyncio
from datetime import timedelta

import pytest
from speaker_link import certificates, envelope, topics
from speaker_link.certificates import Certificate
from speaker_link.envelope import Signer
from speaker_link.keys import PrivateKey
from speaker_link.kinds import CERTIFIABLE_KINDS, Priority
from speaker_link.messages import Command, Revocations, RevokedKey

from bench.agent_peer import STATION

from .conftest import LONG

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


def test_an_emergency_cuts_in_and_the_bulletin_goes_on_afterwards(within):
    async def story(locality):
        await locality.start_box()
        low = locality.soon(4, sound=LONG, duration=12)
        high = locality.soon(8, priority=Priority.EMERGENCY)
        await locality.publish_schedule(low, high)
        report = await locality.report_of(high)
        assert report.outcome == "played"
        assert abs(report.start_error_ms) < 20
        assert locality.reports_of(low) == []
        report = await locality.report_of(low)
        assert report.outcome == "played"
        assert report.samples_played == pytest.approx(12 * 16_000, abs=100)

    within(story)


def test_what_was_cut_off_and_has_no_window_left_is_reported_as_cut(within):
    async def story(locality):
        await locality.start_box()
        low = locality.soon(4, sound=LONG, duration=12, window=5)
        high = locality.soon(7, priority=Priority.PRIORITY, sound=LONG, duration=12)
        await locality.publish_schedule(low, high)
        report = await locality.report_of(low)
        assert (report.outcome, report.reason) == ("cut", "pre_empted")
        assert report.samples_played == pytest.approx(3 * 16_000, abs=200)

    within(story)


def test_a_withdrawn_item_stops_while_it_plays_and_does_not_begin_if_it_waits(within):
    async def story(locality):
        box = await locality.start_box()
        playing = locality.soon(4, sound=LONG, duration=12)
        waiting = locality.soon(40)
        await locality.publish_schedule(playing, waiting)
        await locality.until(
            lambda: box.player.current is not None and box.player.current.heard > 16_000
        )
        await locality.publish_schedule(withdrawn=[playing.id, waiting.id])
        report = await locality.report_of(playing, seconds=3)
        assert (report.outcome, report.reason) == ("cut", "withdrawn")
        assert 16_000 <= report.samples_played < 8 * 16_000
        report = await locality.report_of(waiting, seconds=3)
        assert (report.outcome, report.reason) == ("missed", "withdrawn")

    within(story)


def test_an_item_is_played_once_however_often_the_schedule_comes(within):
    async def story(locality):
        await locality.start_box()
        item = locality.soon(3)
        await locality.publish_schedule(item)
        await locality.report_of(item)
        for _ in range(3):
            await locality.publish_schedule(item)
        await asyncio.sleep(3)
        assert len(locality.reports_of(item)) == 1

    within(story)


def test_commands_are_done_once_and_answered(within):
    async def story(locality):
        box = await locality.start_box()

        async def order(**what):
            where = topics.commands(box.serial)
            name = await locality.say(Command(**what), where, to=box.serial)

            def answers():
                return [b for _, b in locality.heard["command_result"] if b.command_id == name]

            await locality.until(answers, seconds=90)
            return answers()[0]

        assert (await order(action="set_volume", volume=35)).outcome == "done"
        assert box.volume == 35
        await locality.until(lambda: locality.statuses[box.serial].volume == 35)
        assert (await order(action="stop")).outcome == "failed"
        assert (await order(action="test_tone", duration_ms=800)).outcome == "done"
        await asyncio.sleep(1.5)
        # With the fifth of a second of silence that was queued before it.
        assert box.output.played == pytest.approx(1.0 * 16_000, abs=1000)
        # A quarter of full scale (-15 dBFS), 35 % of the slider (-18 dB), a fifth of it silent.
        assert box.output.level_dbfs == pytest.approx(-34.3, abs=1)
        assert (await order(action="refresh_schedule")).outcome == "done"
        item = locality.soon(3, sound=LONG, duration=12)
        await locality.publish_schedule(item)
        await locality.until(lambda: box.player.current is not None)
        assert (await order(action="test_tone", duration_ms=800)).outcome == "failed"
        await asyncio.sleep(3)
        assert (await order(action="stop", item_id=item.id)).outcome == "done"
        report = await locality.report_of(item)
        assert (report.outcome, report.reason) == ("cut", "stopped")
        assert (await order(action="retire")).outcome == "done"
        await locality.until(lambda: locality.statuses[box.serial].state == "retired")
        await asyncio.wait_for(locality.running[0], 5)
        assert not box.state.is_enrolled

    within(story)


def test_volume_never_exceeds_the_limit(within):
    async def story(locality):
        locality.assignment_changes = {"volume": 50, "max_volume": 60}
        box = await locality.start_box()
        await locality.say(
            Command(action="set_volume", volume=90), topics.commands(box.serial), to=box.serial
        )
        await locality.until(lambda: locality.heard["command_result"])
        assert locality.heard["command_result"][0][1].outcome == "failed"
        assert box.volume == 50

    within(story)


def test_a_new_assignment_is_followed_and_its_copies_disturb_nothing(within):
    async def story(locality):
        box = await locality.start_box()
        where = topics.assignment(box.serial)
        subscribed = []
        original = type(box._line).subscribe

        async def counted(line, names):
            subscribed.append(names)
            await original(line, names)

        type(box._line).subscribe = counted
        try:
            changed = locality.assignment(
                box.serial, version=2, stations=["083"], areas=["083-01", "083", "10"], volume=40
            )
            await locality.say(changed, where, to=box.serial, retain=True)
            await locality.until(
                lambda: locality.statuses[box.serial].assignment_version == 2, seconds=90
            )
            assert box.volume == 40
            assert subscribed == [topics.of_station("083")]
            await box.refresh()
            await asyncio.sleep(1.5)
            assert len(subscribed) == 2
        finally:
            type(box._line).subscribe = original
        # The station that is no longer followed is not heard any more, and so not refused.
        await locality.publish_schedule(locality.soon(3))
        await asyncio.sleep(1.5)
        assert locality.heard["refusal"] == []
        assert not box.book.entries

    within(story)


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        ("forged", "unknown_key"),
        ("changed", "bad_signature"),
        ("expired", "expired"),
        ("other_commune", "wrong_area"),
        ("over_priority", "over_priority"),
        ("one_signature", "one_signature_short"),
        ("older", "older_version"),
        ("rubbish", "malformed"),
        ("test_message", "test_message"),
    ],
)
def test_what_is_not_to_be_believed_plays_nowhere_and_is_reported(within, attack, reason):
    async def story(locality):
        box = await locality.start_box()
        good = locality.soon(60)
        await locality.publish_schedule(good, version=5)
        await locality.until(lambda: locality.heard["held"])
        bad = locality.soon(2, id="attack")
        how = {"version": 6}
        if attack == "forged":
            how["by"] = [Signer(PrivateKey.generate())]
        elif attack == "expired":
            how |= {"now": locality.now() - timedelta(hours=3), "lives": timedelta(hours=1)}
        elif attack == "other_commune":
            how["by"] = [locality._issue("x-1", "Xã khác", Priority.PRIORITY, areas=["083"])]
        elif attack == "over_priority":
            bad = locality.soon(2, id="attack", priority=Priority.PRIORITY)
            how["by"] = [locality._issue("x-2", "Thôn", Priority.ROUTINE)]
        elif attack == "one_signature":
            bad = locality.soon(2, id="attack", priority=Priority.EMERGENCY)
            how["by"] = [locality.station]
        elif attack == "older":
            how["version"] = 4
        elif attack == "test_message":
            how["test"] = True
        if attack in ("changed", "rubbish"):
            text = b"{}" if attack == "rubbish" else None
            if text is None:
                text = await _changed(locality, bad)
            await locality.client.publish(topics.schedule(STATION), text, qos=1)
        else:
            await locality.publish_schedule(bad, **how)
        await locality.refusal(reason)
        await asyncio.sleep(4)
        assert box.player.current is None
        assert locality.heard["play_report"] == []
        assert list(box.book.entries) == [f"{STATION}/{good.id}"]
        await locality.until(
            lambda: getattr(locality.statuses[box.serial].last_refusal, "reason", "") == reason
        )

    within(story)


async def _changed(locality, item):
    schedule = await locality.publish_schedule(item, version=3)
    message = envelope.compose(
        schedule.model_copy(update={"version": 9}), now=locality.now(), areas=[STATION]
    )
    text = envelope.sign(message, by=[locality.station])
    other = envelope.sign(message.model_copy(update={"id": "z"}), by=[locality.station])
    # The payload of one message under the signature of another.
    import json

    mixed = json.loads(text) | {"signatures": json.loads(other)["signatures"]}
    return json.dumps(mixed).encode()


def test_a_command_said_again_is_refused(within):
    async def story(locality):
        box = await locality.start_box()
        message = envelope.compose(
            Command(action="set_volume", volume=20), now=locality.now(), to=box.serial
        )
        text = envelope.sign(message, by=[locality.station])
        for _ in range(2):
            await locality.client.publish(topics.commands(box.serial), text, qos=1)
        await locality.refusal("replayed")
        assert len(locality.heard["command_result"]) == 1

    within(story)


def test_what_a_revoked_key_had_signed_is_not_played(within):
    async def story(locality):
        box = await locality.start_box()
        key = PrivateKey.generate()
        certificate = Certificate(
            serial="stolen",
            key=key.public,
            holder="Ai đó",
            areas=["10"],
            highest_priority=Priority.ROUTINE,
            kinds=sorted(CERTIFIABLE_KINDS),
            nbf=locality.now() - timedelta(days=1),
            exp=locality.now() + timedelta(days=1),
        )
        thief = Signer(key, certificates.issue(certificate, root=locality.root))
        item = locality.soon(6)
        await locality.publish_schedule(item, by=[thief])
        await locality.until(lambda: locality.heard["held"])
        revoked = RevokedKey(certificate="stolen", revoked_at=locality.now(), reason="mất khóa")
        await locality.say(
            Revocations(version=1, revoked=[revoked]),
            topics.REVOCATIONS,
            retain=True,
            by=[Signer(locality.root)],
        )
        report = await locality.report_of(item)
        assert (report.outcome, report.reason) == ("missed", "withdrawn")
        assert not box.book.schedules

    within(story)

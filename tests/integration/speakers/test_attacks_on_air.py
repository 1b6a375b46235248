"""Whoever holds the broker cannot put himself on air nor raise or clear an alert.

The real box and the real broker; the attacker is written from the specification alone.
"""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from attack_table import note_refusal
from integration.speakers.spec_client import (
    Key,
    alert,
    revocations,
    segment,
    signed,
    takeover,
    with_payload_of,
)
from integration.speakers.test_attacks import box, eventually, publish
from tiengmo.speakers import keys
from tiengmo.speakers.models import Box, PlayReport, Refusal

pytestmark = pytest.mark.integration
__all__ = ["box"]


@pytest.fixture
def area(locality):
    return locality.unit.code


@pytest.fixture
def root(home):
    """The locality's root key as its keeper has it."""
    seed = keys.root_private().to_jwk()["d"]
    return Key(base64.urlsafe_b64decode(seed + "=="))


def topic(area, group, name):
    return f"tm/1/stations/{area}/{group}/{name}"


def refused(broker, tried):
    """Every one of these (name, topic, text, reason) was refused for its reason."""
    for name, place, _text, reason in tried:
        found = Refusal.objects.filter(topic=place, reason=reason)
        assert eventually(found.exists), name
        note_refusal(name, place, reason, broker.kind)


def say(broker, tried):
    publish(broker, [(place, text) for _name, place, text, _reason in tried])


def playing(box):
    return Box.objects.get(pk=box.pk).playing_item


def soon(seconds):
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_nobody_else_is_heard_on_a_station_that_is_on_air(broker, gateway, box, area, root):
    station = Key().certified(root, "Đài xã", area, highest="priority")
    spare = Key().certified(root, "Đài xã", area, highest="priority")
    planner = Key().certified(root, "Lịch", area, kinds=["schedule", "takeover"])
    neighbour = Key().certified(root, "Đài bên", "99999")
    first = Key().certified(root, "Chủ tịch", area)
    again = Key().certified(root, "Chủ tịch", area)
    bare, other_root = Key(), Key()
    stranger = Key().certified(other_root, "Kẻ lạ", area)
    live = topic(area, "live", "talk")

    on_air = signed(takeover(area, station), station)
    publish(broker, [(topic(area, "takeover", "talk"), on_air)])
    begins = soon(3)
    segments = [signed(segment(area, n, begins + timedelta(seconds=n)), station) for n in range(8)]
    publish(broker, [(live, text) for text in segments])
    eventually(lambda: playing(box) == "talk.first")

    def claim(name, *by, body=None, **how):
        text = signed(body or takeover(area, by[0], takeover=name, **how), *by)
        return topic(area, "takeover", name), text

    stolen = with_payload_of(on_air, signed(takeover(area, bare, version=9), station))
    inserted = signed(segment(area, 20, soon(4)), spare)
    swapped = with_payload_of(segments[0], signed(segment(area, 21, soon(4)), spare))
    unasked = signed(segment(area, 22, soon(4)), planner)
    elsewhere = signed(segment(area, 0, soon(4), takeover="silent"), station)
    tried = [
        ("another payload", topic(area, "takeover", "talk"), stolen, "bad_signature"),
        ("another root", *claim("root", stranger), "unknown_key"),
        ("a neighbour", *claim("near", neighbour), "wrong_area"),
        ("over priority", *claim("loud", station, priority="emergency"), "over_priority"),
        ("one holder", *claim("one", first, again, priority="emergency"), "one_signature_short"),
        ("expired", *claim("old", station, at=soon(-900), exp=soon(-60)), "expired"),
        ("another key inserts", live, inserted, "wrong_stream"),
        ("sound swapped", live, swapped, "bad_signature"),
        ("a key that may not speak", live, unasked, "wrong_kind"),
        ("a second once more", live, segments[3], "replayed"),
        ("nothing was taken over", topic(area, "live", "silent"), elsewhere, "wrong_stream"),
    ]
    say(broker, tried)
    refused(broker, tried)
    assert playing(box) in {"talk.first", ""}
    over = signed(takeover(area, station, version=2, ended=True), station)
    publish(broker, [(topic(area, "takeover", "talk"), over)])
    eventually(PlayReport.objects.exists)
    assert set(PlayReport.objects.values_list("item_id", flat=True)) == {"talk.first"}


def test_a_station_that_was_given_back_stays_so_and_a_revoked_key_is_silent(
    broker, gateway, box, area, root
):
    station = Key().certified(root, "Đài xã", area, highest="priority")
    place, live = topic(area, "takeover", "talk"), topic(area, "live", "talk")
    on_air = signed(takeover(area, station), station)
    over = signed(takeover(area, station, version=2, ended=True), station)
    publish(broker, [(place, on_air), (place, over), (place, on_air)])
    late = signed(segment(area, 0, soon(5)), station)
    tried = [
        ("on air again", place, on_air, "older_version"),
        ("after the end", live, late, "wrong_stream"),
    ]
    say(broker, tried)
    refused(broker, tried)

    once_more = signed(takeover(area, station, takeover="more"), station)
    publish(broker, [(topic(area, "takeover", "more"), once_more)])
    publish(broker, [("tm/1/revocations", signed(revocations(station.kid, version=2**50), root))])
    said = signed(segment(area, 0, soon(5), takeover="more"), station)
    tried = [("a revoked key", topic(area, "live", "more"), said, "revoked")]
    say(broker, tried)
    refused(broker, tried)
    assert not PlayReport.objects.exists()
    assert playing(box) == ""


def test_nobody_raises_or_clears_an_alert_alone(broker, gateway, box, area, root):
    first = Key().certified(root, "Chủ tịch", area)
    again = Key().certified(root, "Chủ tịch", area)
    second = Key().certified(root, "Phó chủ tịch", area)
    station = Key().certified(root, "Đài xã", area, highest="priority")
    planner = Key().certified(root, "Lịch", area, kinds=["schedule", "takeover", "live"])
    near = [Key().certified(root, name, "99999") for name in ("Một", "Hai")]

    def raised(name, *by, **how):
        return topic(area, "alerts", name), signed(alert(area, alert=name, **how), *by)

    good = raised("flood", first, second)[1]
    forged = json.loads(good)
    forged["signatures"][1]["signature"] = forged["signatures"][0]["signature"]
    clear = raised("flood", first, second, version=2, msg_type="Cancel", editions=[])[1]
    update = raised("flood", first, second, version=3, msg_type="Update")[1]
    place = topic(area, "alerts", "flood")
    tried = [
        ("one signature", *raised("one", first), "one_signature_short"),
        ("one holder", *raised("twice", first, again), "one_signature_short"),
        ("a station's key", *raised("low", first, station), "over_priority"),
        ("a key for other things", *raised("kind", first, planner), "wrong_kind"),
        ("the neighbours", *raised("near", *near), "wrong_area"),
        ("a test", *raised("test", first, second, status="Test", test=True), "test_message"),
        ("old", *raised("old", first, second, exp=soon(-1) + timedelta(seconds=2)), "expired"),
        ("a second signature forged", place, json.dumps(forged), "bad_signature"),
    ]
    # The one that expires is read a while after it was made.
    old = next(one for one in tried if one[0] == "old")
    say(broker, [one for one in tried if one is not old])
    eventually(lambda: soon(0) > made_until(old[2]))
    say(broker, [old])
    refused(broker, tried)

    publish(broker, [(place, good), (place, clear), (place, update)])
    tried = [("the all-clear once more", place, clear, "older_version")]
    say(broker, tried)
    refused(broker, tried)
    publish(broker, [("tm/1/revocations", signed(revocations(second.kid, version=2**50), root))])
    tried = [("a revoked holder", *raised("gone", first, second), "revoked")]
    say(broker, tried)
    refused(broker, tried)
    names = set(PlayReport.objects.values_list("item_id", flat=True))
    assert {name.split(".")[0] for name in names} <= {"flood"}
    assert not PlayReport.objects.exclude(outcome="missed").exists()


def made_until(text):
    payload = json.loads(text)["payload"]
    content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return datetime.fromisoformat(content["exp"])

"""Withdrawn, corrected, replaced: who had it is told, who had not is left in peace."""

from unittest import mock

import pytest

from tiengmo.channels.actions import take_back
from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.sending import running
from tiengmo.channels.messages.tests.acting import put_out, run, settled
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import DeliveryStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_runs")]
State = Message.State
EVERYBODY = 120


def test_withdrawn_while_sending_stops_and_tells_those_who_had_it(village, line):
    ProviderFactory()
    for _ in range(EVERYBODY):
        SubscriberFactory(village=village)
    release = put_out(village)
    by = UserFactory(approver=village.unit)

    batches = []
    real = running.claim

    def claim_then_withdraw(provider, count, quiet):
        got = real(provider, count, quiet)
        batches.append(len(got))
        if len(batches) == 2:
            withdraw_release(release, by=by, reason="Sai ngày tiêm.")
        return got

    with mock.patch.object(running, "claim", claim_then_withdraw):
        run()
    # Two batches were on the line; their texts were composed before or not at all.
    first = [text for text in line.texts if "Đã gỡ" not in text]
    assert len(first) <= sum(batches[:2]) < EVERYBODY
    release.refresh_from_db()
    take_back(release)
    run()
    told = [text for text in line.texts if text.startswith("Đã gỡ tin")]
    assert len(told) == len(first)
    assert all("Sai ngày tiêm" in text for text in told)
    delivery = settled(release)
    assert delivery.status == DeliveryStatus.WITHDRAWN
    assert f"{len(first)} số" in delivery.detail
    assert Message.objects.filter(kind="news", state=State.CANCELLED).count() == EVERYBODY - len(
        first
    )


def test_a_correction_follows_to_those_who_had_it(village, line):
    ProviderFactory()
    other = VillageFactory(unit=village.unit)
    had_it = SubscriberFactory(village=village)
    release = put_out(village, audience=[village.code])
    run()
    new = SubscriberFactory(village=other)
    came_later = SubscriberFactory(village=village)
    corrected = put_out(village, text="Ngày kia tiêm.", audience=[other.code], replaces=release)
    run()
    by_subscriber = {
        m.subscriber_id: line.taken[str(m.pk)]["Content"]
        for m in Message.objects.filter(release=corrected)
    }
    assert by_subscriber[had_it.pk].startswith("Đính chính: Ngày kia tiêm.")
    assert by_subscriber[new.pk].startswith("Ngày kia tiêm.")
    # Not meant for this village, and this person never had what was wrong.
    assert came_later.pk not in by_subscriber


def test_a_newer_version_stops_the_older_one(village, line):
    ProviderFactory()
    SubscriberFactory(village=village)
    older = put_out(village)
    put_out(village, text="Bản mới.", replaces=older)
    run()
    assert [text.splitlines()[0] for text in line.texts] == ["Bản mới."]

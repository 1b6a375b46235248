"""Gateways divide the communes among themselves: leases, and what belongs to which share."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.places.tests.factories import VillageFactory
from tiengmo.speakers.brokers.accounts import Account
from tiengmo.speakers.brokers.rabbitmq import permissions, routing_key_pattern, topic_permissions
from tiengmo.speakers.brokers.rights import box_rights, covers
from tiengmo.speakers.gateway import leases
from tiengmo.speakers.gateway.leases import LEASE, abandoned, give_back, renew
from tiengmo.speakers.gateway.outgoing import standing, unpublished
from tiengmo.speakers.gateway.shares import Shares, share_of_unit
from tiengmo.speakers.models import GatewayShare, RetainedMessage
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """The database's clock, which a test sets on."""

    class Clock:
        now = leases.database_now()

        def go_on(self, **span):
            self.now += timedelta(**span)

    made = Clock()
    monkeypatch.setattr(leases, "database_now", lambda: made.now)
    return made


def test_one_alone_holds_everything(clock):
    assert renew("a", of=5).mine == frozenset(range(5))
    assert renew("a", of=5).is_alone


def test_a_second_one_gets_half_when_it_is_given_back(clock):
    renew("a", of=4)
    assert renew("b", of=4).mine == frozenset()
    holding = renew("a", of=4)
    assert holding.surplus == {2, 3}
    give_back("a", of=4, numbers=holding.surplus)
    assert renew("b", of=4).mine == {2, 3}
    assert renew("a", of=4).mine == {0, 1}
    assert not renew("a", of=4).surplus


def test_with_one_share_the_second_waits(clock):
    renew("a", of=1)
    assert renew("b", of=1).mine == frozenset()
    assert renew("a", of=1).surplus == frozenset()


def test_what_a_dead_one_held_is_taken_over_after_the_lease(clock):
    renew("a", of=2)
    clock.go_on(seconds=LEASE.total_seconds() - 0.5)
    assert renew("b", of=2).mine == frozenset()
    clock.go_on(seconds=1)
    assert renew("b", of=2).mine == {0, 1}
    assert renew("a", of=2).mine == frozenset()


def test_one_that_comes_back_under_its_name_finds_its_shares_at_once(clock):
    renew("a", of=2)
    assert renew("a", of=2).mine == {0, 1}


def test_a_clock_set_back_does_not_keep_a_dead_one_alive(clock):
    renew("a", of=2)
    clock.go_on(hours=-1)
    assert renew("b", of=2).mine == {0, 1}


def test_sessions_of_another_division_are_dropped_once_nobody_holds_them(clock):
    renew("a", of=1)
    renew("a", of=2)
    assert abandoned(2) == []
    clock.go_on(minutes=3)
    renew("a", of=2)
    assert abandoned(2) == ["gateway"]
    leases.forget("gateway")
    assert not GatewayShare.objects.filter(of=1).exists()


@given(st.text(min_size=1, max_size=20), st.integers(1, 64))
def test_every_unit_has_one_share(code, of):
    assert 0 <= share_of_unit(code, of) < of


def test_each_row_is_one_share_s_business():
    boxes = [BoxFactory(village=VillageFactory()) for _ in range(6)]
    for box in boxes:
        for topic in (
            f"tm/1/boxes/{box.serial}/assignment",
            f"tm/1/stations/{box.village.unit.code}/schedule",
        ):
            RetainedMessage.objects.update_or_create(topic=topic, defaults={"payload": "{}"})
    shares = Shares(3)
    parts = [{one.topic for one in unpublished(shares, number)} for number in range(3)]
    every = set(RetainedMessage.objects.values_list("topic", flat=True))
    assert set.union(*parts) == every
    assert sum(map(len, parts)) == len(every)
    assert [set(standing(shares, number)) for number in range(3)] == parts
    for number, part in enumerate(parts):
        assert shares.boxes_of(number) == {
            topic.split("/")[3] for topic in part if "/boxes/" in topic
        }


def test_a_box_that_moves_goes_to_the_other_share():
    box = BoxFactory()
    shares = Shares(2)
    shares.load()
    here = shares.of_box(box.serial)
    village = VillageFactory()
    while share_of_unit(village.unit.code, 2) == here:
        village = VillageFactory()
    box.village = village
    box.save()
    topic = f"tm/1/boxes/{box.serial}/assignment"
    RetainedMessage.objects.create(topic=topic, payload="{}")
    assert unpublished(shares, here) == []
    assert [one.topic for one in unpublished(shares, 1 - here)] == [topic]
    assert box.serial not in shares.boxes_of(here)


# --- rights on RabbitMQ -------------------------------------------------------------------


def matches(pattern, topic):
    import re

    key = topic.replace("/", ".").replace("+", "*")
    return re.search(pattern, key) is not None


@pytest.mark.parametrize(
    "asked",
    [
        "tm/1/boxes/loa-1/commands",
        "tm/1/boxes/loa-1/#",
        "tm/1/boxes/loa-2/commands",
        "tm/1/boxes/+/commands",
        "tm/1/boxes/#",
        "tm/1/boxes/loa-11/commands",
        "tm/1/stations/082/schedule",
        "tm/1/stations/082/alerts/+",
        "tm/1/stations/082/alerts/a/b",
        "tm/1/stations/#",
        "tm/1/revocations",
        "tm/1/revocations/x",
        "#",
        "tm/#",
    ],
)
def test_rabbitmq_grants_what_the_rights_say(asked):
    rights = box_rights("loa-1")
    granted = matches(routing_key_pattern(rights.read), asked)
    assert granted == any(covers(own, asked) for own in rights.read)


def test_a_box_may_use_its_own_session_only():
    import re

    account = Account("loa-1", {}, box_rights("loa-1"), client_id="loa-1")
    own = permissions(account)["configure"]
    assert re.search(own, "mqtt-subscription-loa-1qos1")
    assert not re.search(own, "mqtt-subscription-loa-11qos1")
    assert not re.search(own, "mqtt-subscription-loa-2qos1")
    assert "$CONTROL" not in topic_permissions(account)["write"]

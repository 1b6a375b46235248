import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.releases import workflow
from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import DeliveryStatus, Receipt
from tiengmo.releases.tests.factories import DeliveryFactory

ANY = st.sampled_from(list(DeliveryStatus))


@given(st.lists(ANY, max_size=12))
def test_proof_of_play_is_never_undone_but_by_withdrawal(moves):
    status = DeliveryStatus.CREATED
    for after in moves:
        before = status
        if workflow.may_move(before, after):
            status = after
        if before == DeliveryStatus.DELIVERED:
            assert status in (DeliveryStatus.DELIVERED, DeliveryStatus.WITHDRAWN)


def test_every_status_has_its_row_in_the_table():
    assert set(workflow.MOVES) == set(DeliveryStatus)


@pytest.mark.django_db
def test_late_news_changes_nothing():
    delivery = DeliveryFactory(status=DeliveryStatus.DELIVERED)
    assert move_delivery(delivery, DeliveryStatus.SENT) is False
    assert delivery.status == DeliveryStatus.DELIVERED


@pytest.mark.django_db
def test_the_same_proof_twice_counts_once():
    delivery = DeliveryFactory()
    for _ in range(2):
        record_receipt(
            delivery,
            key="play:1",
            kind="played",
            at=delivery.created_at,
            village=delivery.village,
            households=(40, 60),
            method="within range of proven sound",
        )
    assert Receipt.objects.count() == 1

"""What is put in is found, by words with marks or without; what is dropped is not."""

import pytest
from django.db import transaction

from tiengmo.search import queries
from tiengmo.search.actions import drop, put
from tiengmo.search.tests.factories import entry

pytestmark = pytest.mark.django_db


def refs(q, **narrowed):
    return [hit.ref for hit in queries.find(q, **narrowed).hits]


def test_found_without_marks():
    put([entry("bulletin:1", title="Đường Nguyễn Huệ sẽ được rải nhựa")])
    assert refs("duong nguyen hue") == ["bulletin:1"]
    assert refs("Đường Nguyễn Huệ") == ["bulletin:1"]


def test_replaced_by_ref():
    put([entry("bulletin:1", title="Tiêm phòng dại")])
    put([entry("bulletin:1", title="Tiêm phòng cúm")])
    assert refs("dại") == []
    assert refs("cúm") == ["bulletin:1"]


def test_dropped():
    put([entry("bulletin:1", title="Tiêm phòng dại"), entry("bulletin:2", title="Lịch cấp nước")])
    drop(["bulletin:1", "bulletin:3"])
    assert refs("tiêm phòng") == []
    assert refs("cấp nước") == ["bulletin:2"]


def test_rolled_back_with_its_transaction():
    with transaction.atomic():
        put([entry("bulletin:1", title="Tiêm phòng dại")])
        transaction.set_rollback(True)
    assert refs("tiêm phòng") == []


def test_many_at_one_instant_are_all_found():
    put([entry(f"bulletin:{n}", title=f"Họp thôn số {n}") for n in range(1200)])
    assert queries.find("họp thôn").total == 1200


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"kind": "document"}, ["document:1"]),
        ({"unit": "02683"}, ["bulletin:2"]),
        ({"category": "y-te"}, ["bulletin:1"]),
        ({"year": 2021}, ["document:1"]),
    ],
)
def test_narrowed(narrowed, expected):
    put(
        [
            entry("bulletin:1", title="Tiêm phòng", unit_code="02680", category="y-te"),
            entry("bulletin:2", title="Tiêm phòng", unit_code="02683"),
            entry("document:1", kind="document", title="Tiêm phòng", year=2021),
        ]
    )
    assert refs("tiêm phòng", **narrowed) == expected

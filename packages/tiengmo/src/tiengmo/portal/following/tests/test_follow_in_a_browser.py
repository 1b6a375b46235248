"""Somebody lets the portal show notices on their device, and stops it again."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django.utils.html import escapejs

from tiengmo.channels.web_push import keys
from tiengmo.channels.web_push.models import Browser
from tiengmo.channels.web_push.tests.push_service import PushServer, unb64
from tiengmo.newsroom.models import Category
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.portal.guard import STAMP

pytestmark = pytest.mark.django_db
ADDRESS = "/theo-doi/trinh-duyet/"
OWN = f"{ADDRESS}cua-may/"


@pytest.fixture
def push(settings):
    settings.PUSH_SERVICES = ["push.example.org"]
    return PushServer()


@pytest.fixture
def village():
    return VillageFactory(unit=UnitFactory(in_district=True))


@pytest.fixture
def begin(client):
    def sent(device, village, **fields):
        page = client.get(ADDRESS, {"xa": village.unit.code}).content.decode()
        stamp = re.search(f'name="{STAMP}" value="([^"]+)"', page)[1]
        form = {
            STAMP: stamp, "thon": f"area:{village.code}", "dang-ky": json.dumps(device.to_json())
        } | fields  # fmt: skip
        with time_machine.travel(timezone.now() + timedelta(seconds=5)):
            return client.post(ADDRESS, form)

    return sent


def test_one_tap_begins_and_one_tap_ends(client, push, village, begin):
    category = Category.objects.filter(is_used=True).first()
    device = push.device()
    answer = begin(device, village, muc=f"category:{category.code}")
    assert answer.json() == {"village": f"{village.name}, {village.unit.name}"}
    assert not answer.cookies
    browser = Browser.objects.get()
    assert (browser.village, browser.categories) == (village, [category.code])
    known = {"dia-chi": device.endpoint}
    assert client.post(OWN, known).json()["village"].startswith(village.name)
    assert client.post(OWN, known | {"roi": "1"}).json() == {"village": ""}
    assert not Browser.objects.exists()
    assert client.post(OWN, known | {"roi": "1"}).json() == {"village": ""}


def test_choosing_anew_changes_the_one_row(push, village, begin):
    device = push.device()
    begin(device, village)
    other = VillageFactory(unit=village.unit)
    begin(device, other)
    assert Browser.objects.get().village == other


def test_an_address_that_was_replaced_is_taken_over(client, push, village, begin):
    before, after = push.device(), push.device()
    begin(before, village)
    moved = {"dia-chi": before.endpoint, "moi": json.dumps(after.to_json())}
    assert client.post(OWN, moved).status_code == 200
    assert client.post(OWN, {"dia-chi": after.endpoint}).json()["village"]
    assert client.post(OWN, {"dia-chi": before.endpoint}).json() == {"village": ""}
    assert Browser.objects.count() == 1
    wrong = {"dia-chi": after.endpoint, "moi": "{"}
    assert client.post(OWN, wrong).status_code == 400
    assert client.post(OWN, wrong | {"moi": "[]"}).status_code == 400


def test_what_no_browser_sends_is_refused(client, push, village, begin):
    device = push.device()
    assert begin(device, village, thon="area:khong-co").status_code == 400
    assert begin(device, village, **{"dang-ky": "{"}).status_code == 400
    assert begin(device, village, **{"dang-ky": "[" * 9000}).status_code == 400
    assert begin(device, village, **{STAMP: "khong"}).status_code == 400
    assert client.get(OWN).status_code == 404
    assert client.post(f"{ADDRESS}da-hien/", {"id": "x"}).status_code == 400
    assert client.post(f"{ADDRESS}da-hien/", {"id": "0" * 32}).status_code == 204
    assert not Browser.objects.exists()


def test_the_page_and_its_worker_run_no_code_from_texts(client, village):
    page = client.get(ADDRESS, {"xa": village.unit.code, "thon": village.code})
    text = page.content.decode()
    assert f'value="area:{village.code}" selected' in text
    assert keys.public_key() in text
    assert len(unb64(keys.public_key())) == 65
    assert "<noscript>" in text
    assert not re.search(r"<script(?![^>]* src=)", text)
    worker = client.get(f"{ADDRESS}tho.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert escapejs(keys.public_key()) in worker.content.decode()
    assert f'href="{ADDRESS}"' in client.get("/theo-doi/").content.decode()

"""A person sends a public form; a script sends it ten thousand times."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from tiengmo.portal import guard
from tiengmo.portal.visitors import salts
from tiengmo.portal.visitors.models import DailySalt, FormPost

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    salts.forget_todays_salt()
    ten_in_the_morning = timezone.now().replace(hour=3, minute=0)
    with time_machine.travel(ten_in_the_morning, tick=False) as traveller:
        yield traveller
    salts.forget_todays_salt()


def stamp_of(html: str) -> str:
    found = re.search(rf'name="{guard.STAMP}" value="([^"]+)"', html)
    assert found
    return found[1]


def post(stamp, *, address="203.0.113.7", form="thu", headers=None, **more):
    request = RequestFactory(headers=headers).post(
        "/thu/", {guard.STAMP: stamp, guard.TRAP: "", **more}, REMOTE_ADDR=address
    )
    return guard.judge(request, form)


def a_minute_later(clock, form="thu"):
    html = guard.fields(form)
    clock.shift(60)
    return stamp_of(html)


def test_a_person_who_reads_and_sends_is_heard(clock):
    verdict = post(a_minute_later(clock))
    assert verdict == ""
    assert not verdict
    assert FormPost.objects.count() == 1


def test_no_address_is_kept(clock):
    post(a_minute_later(clock))
    row = FormPost.objects.get()
    assert "203.0.113.7" not in f"{row.who}{row.stamp}{row.form}"


def test_sent_twice_by_a_nervous_finger_counts_once(clock):
    stamp = a_minute_later(clock)
    assert post(stamp) == ""
    second = post(stamp)
    assert (second.status, FormPost.objects.count()) == (409, 1)


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda clock: post("vô nghĩa"), 400),
        (lambda clock: post(a_minute_later(clock, "form khác")), 400),
        (lambda clock: post(stamp_of(guard.fields("thu"))), 400),
        (lambda clock: post(a_minute_later(clock), **{guard.TRAP: "http://mua-ngay"}), 400),
        (lambda clock: post(a_minute_later(clock), headers={"Sec-Fetch-Site": "cross-site"}), 403),
    ],
    ids=["no stamp", "another form's stamp", "at once", "fills in everything", "from elsewhere"],
)
def test_a_script_gives_itself_away(clock, make, status):
    verdict = make(clock)
    assert verdict
    assert verdict.status == status
    assert not FormPost.objects.exists()


def test_a_page_left_open_overnight_is_asked_to_send_again(clock):
    stamp = stamp_of(guard.fields("thu"))
    clock.shift(timedelta(hours=13))
    assert "mở quá lâu" in post(stamp)


def test_one_sender_is_slowed_down_and_others_are_not(clock):
    stamps = [stamp_of(guard.fields("thu")) for _ in range(guard.EACH + 2)]
    clock.shift(60)
    verdicts = [post(stamp) for stamp in stamps[:-1]]
    assert [v.status for v in verdicts] == [200] * guard.EACH + [429]
    assert post(stamps[-1], address="198.51.100.9") == ""
    clock.shift(guard.EACH_WITHIN)
    assert post(stamps[-2]) == ""


def test_a_script_with_many_addresses_of_one_line_is_one_sender(clock):
    stamps = [stamp_of(guard.fields("thu")) for _ in range(guard.EACH + 1)]
    clock.shift(60)
    verdicts = [post(s, address=f"2001:db8:1:2::{n:x}") for n, s in enumerate(stamps)]
    assert verdicts[-1].status == 429


def test_ten_thousand_posts_cost_no_write_once_the_form_is_full(clock, django_assert_num_queries):
    FormPost.objects.bulk_create(
        FormPost(form="thu", who=f"kẻ {n}", stamp=f"s{n}", at=timezone.now())
        for n in range(guard.ALL)
    )
    salts.todays_salt(timezone.localdate())
    stamp = a_minute_later(clock)
    with django_assert_num_queries(2):
        refused = post(stamp)
    assert refused.status == 429
    assert "sau mười phút" in refused
    assert post(a_minute_later(clock, "form khác"), form="form khác") == ""
    assert FormPost.objects.count() == guard.ALL + 1


def test_yesterdays_salt_is_gone_today(clock):
    post(a_minute_later(clock))
    yesterday = FormPost.objects.get().who
    clock.shift(timedelta(days=1))
    post(a_minute_later(clock))
    assert list(DailySalt.objects.values_list("day", flat=True)) == [timezone.localdate()]
    assert FormPost.objects.exclude(who=yesterday).count() == 1


def test_what_was_kept_is_erased_after_half_a_day(clock):
    post(a_minute_later(clock))
    clock.shift(timedelta(hours=13))
    guard.erase_old_posts()
    assert not FormPost.objects.exists()


@guard.form_page(most_bytes=1000)
def a_form(request):
    return HttpResponse(request.POST.get("loi", "trống"))


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (RequestFactory().get("/thu/"), 200),
        (RequestFactory().post("/thu/", {"loi": "chào"}), 200),
        (RequestFactory().put("/thu/"), 405),
        (RequestFactory().post("/thu/", {"loi": "a" * 2000}), 413),
        (RequestFactory().post("/thu/", {"loi": "a\0b"}), 400),
        (RequestFactory().post("/thu/", b"--", content_type="multipart/form-data"), 400),
    ],
    ids=["get", "post", "put", "large", "nul", "broken"],
)
def test_a_form_page_refuses_what_no_browser_sends(request_, status):
    response = a_form(request_)
    assert response.status_code == status
    if status != 405:
        assert response["Cache-Control"] == "no-store"

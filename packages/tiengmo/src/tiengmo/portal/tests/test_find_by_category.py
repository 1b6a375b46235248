"""Categories, closing dates, corrections and what the site says of itself, as a reader meets them."""

import datetime as dt
import json
import xml.etree.ElementTree as ET

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from tiengmo.newsroom.actions import save_category
from tiengmo.newsroom.models import Category
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.queries import top_units
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.portal import queries
from tiengmo.portal.actions import freeze_page, refreeze_pages
from tiengmo.portal.models import Page
from tiengmo.releases.actions import move_delivery, withdraw_release
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_facts():
    queries.forget_facts()


def published(unit, *, title, rendition=None, **changes):
    release = ReleaseFactory(released=True, unit=unit, title=title, **changes)
    RenditionFactory(release=release, **(rendition or {}))
    delivery = DeliveryFactory(release=release, channel="portal", target=release.slug, village=None)
    move_delivery(delivery, DeliveryStatus.DELIVERED)
    return release


def tender(unit, title, *, days):
    return published(
        unit,
        title=title,
        category="dau-thau-mua-sam",
        category_name="Đấu thầu, mua sắm",
        closes_on=timezone.localdate() + dt.timedelta(days=days),
    )


@pytest.fixture
def unit(db):
    return VillageFactory().unit


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_what_is_open_stands_first_and_what_closed_is_marked(client, unit):
    tender(unit, "Gói thầu đã đóng", days=-1)
    tender(unit, "Gói thầu còn lâu", days=30)
    tender(unit, "Gói thầu sắp đóng", days=0)
    text = shown(client, "/chuyen-muc/dau-thau-mua-sam/")
    places = [
        text.index(one)
        for one in ("Còn hạn</h2>", "sắp đóng", "còn lâu", "Đã hết hạn</h2>", "đã đóng")
    ]
    assert places == sorted(places)
    home = shown(client, "/")
    assert "Gói thầu sắp đóng" in home[home.index("con-han") :]


def test_a_frozen_page_learns_that_it_has_closed(client, unit):
    release = tender(unit, "Gói thầu", days=2)
    assert "Còn hạn" in shown(client, f"/tin/{release.slug}/")
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        assert "Đã hết hạn" in shown(client, f"/tin/{release.slug}/")
        assert "con-han" not in shown(client, "/")


def test_the_list_narrows_by_category_place_and_time(client, unit):
    other = VillageFactory(unit=UnitFactory(parent=unit.parent)).unit
    published(unit, title="Tiêm phòng", category="y-te", category_name="Y tế")
    published(other, title="Ngô giống", category="nong-nghiep", category_name="Nông nghiệp")
    queries.forget_facts()
    narrowed = shown(client, "/tin/?muc=y-te")
    assert "Tiêm phòng" in narrowed
    assert "Ngô giống" not in narrowed
    assert "noindex" in narrowed
    assert "Ngô giống" not in shown(client, f"/tin/?xa={unit.code}")
    this = timezone.localdate()
    assert "Ngô giống" in shown(client, f"/tin/?nam={this.year}&thang={this.month}")
    assert "Không có bản tin nào" in shown(client, f"/tin/?nam={this.year - 1}&thang=1")


@pytest.mark.parametrize(
    "query", ["muc=' OR 1", "nam=99999", "thang=0", "nam=²", "xa=<script>", "trang=-1", "thang=13"]
)
def test_choices_that_make_no_sense_count_as_none(client, unit, query):
    published(unit, title="Tiêm phòng")
    assert "Tiêm phòng" in shown(client, f"/tin/?{query}")


def test_a_category_that_is_not_there(client, unit):
    assert client.get("/chuyen-muc/khong-co/").status_code == 404
    assert client.get("/chuyen-muc/khong-co/rss.xml").status_code == 404


def test_a_category_has_a_feed(client, unit):
    published(unit, title="Tiêm phòng", category="y-te", category_name="Y tế")
    published(unit, title="Ngô giống", category="nong-nghiep", category_name="Nông nghiệp")
    channel = ET.fromstring(shown(client, "/chuyen-muc/y-te/rss.xml")).find("channel")
    assert [item.findtext("title") for item in channel.iter("item")] == ["Tiêm phòng"]


def correct(first, *, title, body):
    return published(
        first.unit,
        title=title,
        source_id=first.source_id,
        source_version="2",
        replaces=first,
        released_at=first.released_at + dt.timedelta(hours=1),
        rendition={"body_html": body, "mp3_sha256": "2" * 64},
    )


def test_a_correction_says_what_it_corrected_and_keeps_the_old_version(client, unit):
    first = published(
        unit, title="Tiêm phòng ngày 5", rendition={"body_html": "<p>Từ 7 giờ.</p><p>Mang sổ.</p>"}
    )
    second = correct(
        first, title="Tiêm phòng ngày 6", body="<p>Từ 8 giờ.</p><p>Mang sổ &lt;xanh&gt;.</p>"
    )
    assert client.get(f"/tin/{first.slug}/")["Location"] == f"/tin/{second.slug}/"
    text = shown(client, f"/tin/{second.slug}/")
    assert "<del>5</del> <ins>6</ins>" in text
    assert "<del>7</del> <ins>8</ins>" in text
    assert "&lt;xanh&gt;" in text
    assert f"/tin/{first.slug}/ban-luu/" in text
    old = shown(client, f"/tin/{first.slug}/ban-luu/")
    assert "Từ 7 giờ." in old
    assert "noindex" in old
    assert "không còn đúng" in old
    assert "<audio" not in old
    assert client.get(f"/tin/{second.slug}/ban-luu/")["Location"] == f"/tin/{second.slug}/"


def test_a_withdrawn_bulletin_takes_its_archived_copy_with_it(client, unit):
    first = published(unit, title="Tiêm phòng ngày 5")
    second = correct(first, title="Tiêm phòng ngày 6", body="<p>Khác.</p>")
    for release in (first, second):
        withdraw_release(release, by=UserFactory(), reason="Sai hoàn toàn")
    assert client.get(f"/tin/{first.slug}/ban-luu/").status_code == 410
    assert client.get(f"/tin/{second.slug}/qr.svg").status_code == 404


def test_rendering_anew_changes_no_word(unit):
    release = published(unit, title="Tiêm phòng", rendition={"body_html": "<p>Từ 7 giờ.</p>"})
    page = Page.objects.get(release=release)
    Page.objects.update(teaser="<li>mẫu cũ</li>")
    assert refreeze_pages().rendered == 1
    page.refresh_from_db()
    assert "Tiêm phòng" in page.teaser
    assert refreeze_pages().unchanged == 1
    # A page whose words would change is left as it was.
    release.renditions.update(body_html="<p>Từ 9 giờ.</p>")
    assert refreeze_pages().refused == [page.slug]
    page.refresh_from_db()
    assert "Từ 7 giờ." in page.articles["vi"]


def test_another_language_never_leads_nowhere(client, unit):
    release = published(unit, title="Tiêm phòng")
    RenditionFactory(release=release, language="hmn", headline="Txhaj tshuaj", body_html="")
    Page.objects.all().delete()
    freeze_page(release)
    text = shown(client, f"/tin/{release.slug}/hmn/")
    assert "Đọc cả bài bằng tiếng Việt" in text
    assert client.get(f"/tin/{release.slug}/ium/")["Location"] == f"/tin/{release.slug}/"
    assert client.get(f"/tin/{release.slug}/xx/").status_code == 404


def test_the_qr_code_opens_the_page(client, unit):
    release = published(unit, title="Tiêm phòng")
    drawn = client.get(f"/tin/{release.slug}/qr.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert ET.fromstring(drawn.content).tag.endswith("svg")


def test_english_is_there_for_structure_and_contacts(client, unit):
    unit.name = "Xã Y Tý"
    unit.save()
    queries.forget_facts()
    assert "Y Tý commune" in shown(client, "/en/")
    assert "Y Tý commune" in shown(client, "/en/communes/")
    page = shown(client, f"/en/communes/{unit.code}/")
    assert 'lang="en"' in page
    assert f'href="/xa/{unit.code}/"' in page
    assert client.get("/en/communes/99999/").status_code == 404
    assert "113" in shown(client, "/en/emergency/")


def test_statements_and_the_installed_program(client, unit):
    for name in ("tro-nang", "rieng-tu", "trach-nhiem", "so-do"):
        assert "<h1" in shown(client, f"/thong-tin/{name}/")
    assert client.get("/thong-tin/khac/").status_code == 404
    assert "tel:112" in shown(client, "/khan-cap/")
    described = json.loads(shown(client, "/ung-dung.webmanifest"))
    assert described["start_url"] == "/"
    worker = client.get("/ngoai-mang.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "/khan-cap/" in worker.content.decode()


def test_the_sitemap_names_every_kind(client, unit):
    release = published(unit, title="Tiêm phòng")
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    parts = [one.text for one in ET.fromstring(shown(client, "/sitemap.xml")).iter(name)]
    found = set()
    for part in parts:
        tree = ET.fromstring(shown(client, "/" + part.rsplit("/", 1)[1]))
        found |= {one.text.removeprefix("http://").partition("/")[2] for one in tree.iter(name)}
    assert f"tin/{release.slug}/" in found
    assert {"", "khan-cap/", "chuyen-muc/y-te/", f"xa/{unit.code}/"} <= found
    assert client.get("/sitemap-ban-tin-99.xml").status_code == 404


def test_only_the_localitys_administrator_keeps_the_list(unit, settings):
    settings.IS_DEMO = True  # this account may skip the second factor, as the demo's may
    top = top_units()[0]
    administrator = UserFactory(is_demo_account=True)
    administrator.assignments.create(role=Role.ADMINISTRATOR, unit=top)
    topic = Category(code="the-thao", name="Thể  thao", name_en="Sport", position=5)
    with pytest.raises(NotAllowed):
        save_category(topic, by=UserFactory(editor=unit, is_demo_account=True))
    save_category(topic, by=administrator)
    assert topic.name == "Thể thao"
    topic.code = "khac"
    with pytest.raises(ValidationError):
        save_category(topic, by=administrator)

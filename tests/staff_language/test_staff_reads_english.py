"""English as the second language of the staff interface: whole, and chosen in the account."""

import re
from collections import Counter
from pathlib import Path

import pytest
import tiengmo
from bs4 import BeautifulSoup, Comment
from django.urls import reverse
from staff_language.our_strings import texts_in
from tiengmo.broadcasting.models import Segment, Show
from tiengmo.broadcasting.tests.factories import EpisodeFactory, RuleFactory
from tiengmo.foundation.catalogues import LOCALE, read_messages
from tiengmo.newsroom.models import Bulletin
from tiengmo.newsroom.tests.factories import (
    Locality,
    cleared,
    make_bulletin,
    ready_sound,
    submitted,
)
from tiengmo.newsroom.texts import plain
from tiengmo.people.models import User
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.models import Unit, Village
from tiengmo.releases.models import Release
from tiengmo.speakers.models import Box
from tiengmo.speakers.tests.factories import BoxFactory
from tiengmo.voices.engines import all_voices
from wagtail.models import Workflow
from wagtail.users.models import UserProfile

PACKAGE = Path(tiengmo.__file__).parent
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[.\d]*[a-zA-Z]|%%|%[sd]|\{\w*\}")
# Letters that only Vietnamese has, and words that stay Vietnamese in an English sentence: peoples.
VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9]|[àáãèéìíòóõùúý]", re.IGNORECASE)
PEOPLES = re.compile(r"Giáy|Hà Nhì|Tày|Hmông|Nùng|Thái|Mường")
# The product's name, and kinds of units as areas are counted by: "2 xã".
NAMES = re.compile(r"Tiếng Mõ|\b\d+ (?:xã|phường|thị trấn|huyện)\b")
# Wagtail and Django say these in English by themselves.
SAME_IN_BOTH = {"Search", "Actions", "Home"}
# Those of the station, the boxes and alerts that need no more than the station to be opened.
STATION_PAGES = [
    "broadcasting_week", "broadcasting_shows", "broadcasting_areas", "broadcasting_log",
    "studio_desk", "studio_encoder", "studio_relays",
    "speakers_board", "speakers_enrol", "speakers_health", "speakers_rounds",
    "speakers_volume_hours", "speakers_programs", "alerts_home",
    "alerts_key", "alerts_feeds", "alerts_standings",
]  # fmt: skip


def ours():
    return list(texts_in(PACKAGE))


def english():
    return {m.key: m for m in read_messages(ENGLISH) if m.msgid}


def test_every_text_of_ours_has_its_english():
    known = english()
    texts = ours()
    assert Counter(text.app for text in texts)["newsroom"] > 200  # the reader of sources reads
    missing = {
        f"{text.file}: {text.msgid!r}"
        for text in texts
        if text.key not in known or not known[text.key].is_translated
    }
    assert not missing, (
        f"{len(missing)} texts without English; add them to {ENGLISH.relative_to(PACKAGE)}:\n"
        + "\n".join(sorted(missing))
    )


def test_no_english_for_a_text_that_is_gone():
    written = {text.key for text in texts_in(PACKAGE)}
    assert not sorted(set(english()) - written, key=str)


def test_plurals_have_both_forms():
    known = english()
    for text in ours():
        if text.plural is not None:
            assert set(known[text.key].msgstr) == {0, 1}, text.msgid


def faults_of(msgid, text):
    if Counter(PLACEHOLDER.findall(text)) != Counter(PLACEHOLDER.findall(msgid)):
        yield "other placeholders"
    if sorted(re.findall(r"</?\w+", msgid)) != sorted(re.findall(r"</?\w+", text)):
        yield "other markup"
    if VIETNAMESE.search(PEOPLES.sub("", text)):
        yield "Vietnamese"
    if text == msgid and msgid not in SAME_IN_BOTH | {"%(language)s: %(error)s"}:
        yield "the same text"
    # What begins or ends a sentence does so in both.
    if msgid[:1].isspace() != text[:1].isspace() or (msgid[-1] in ".:?…") != (text[-1] in ".:?…"):
        yield "begins or ends otherwise"


def test_placeholders_markup_and_language():
    messages = list(english().values())
    assert len(messages) > 3000
    faults = [
        f"{message.msgid[:60]!r} → {text[:60]!r}: {fault}"
        for message in messages
        for text in message.msgstr.values()
        for fault in faults_of(message.msgid, text)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("msgid", "text", "fault"),
    [
        ("%(n)s thôn.", "Villages.", "other placeholders"),
        ("<b>Duyệt</b>", "Approve", "other markup"),
        ("Duyệt", "Duyệt it", "Vietnamese"),
        ("Email", "Email", "the same text"),
        (" thôn", "villages", "begins or ends otherwise"),
        ("Đã gửi.", "Sent", "begins or ends otherwise"),
    ],
)
def test_the_measure_finds_each_fault(msgid, text, fault):
    assert list(faults_of(msgid, text)) == [fault]
    assert not list(faults_of("Đã gửi <b>%(n)s</b> tin.", "Sent <b>%(n)s</b> texts."))


@pytest.fixture
def place(db, monkeypatch):
    monkeypatch.setattr(
        "tiengmo.voices.actions.speak",
        lambda text, *, language, voice="", by=None: ready_sound(text, key="1", language=language),
    )
    place = Locality()
    make_bulletin(place, headline="Rice")
    place.waiting = submitted(place, headline="Power")
    place.out = cleared(place, headline="Road")
    place.episode = EpisodeFactory(show__station=place.top, sounds=[60, 90])
    place.rule = RuleFactory(show=place.episode.show)
    place.box = BoxFactory(village=place.village)
    return place


def what_people_wrote():
    """Names and texts of the data: in whatever language they are."""
    bulletins = Bulletin.objects.all()
    names = [
        *Unit.objects.values_list("name", flat=True),
        *Village.objects.values_list("name", flat=True),
        *User.objects.values_list("full_name", flat=True),
        *Workflow.objects.values_list("name", flat=True),
        *Show.objects.values_list("title", flat=True),
        *Segment.objects.values_list("title", flat=True),
        *Box.objects.values_list("name", flat=True),
        *Box.objects.values_list("range_method", flat=True),
        *(str(voice.name) for voice in all_voices()),
    ]
    for bulletin in bulletins:
        names += [bulletin.short_text, bulletin.summary, bulletin.script, plain(bulletin.body)]
    return sorted({name for name in names if name}, key=len, reverse=True)


def shown(response):
    """Texts and labels on a page, without what people wrote."""
    soup = BeautifulSoup(response.content, "html.parser")
    for part in soup(["script", "style", "template"]):
        part.decompose()
    for text in soup.find_all(string=True):
        if not isinstance(text, Comment) and text.strip():
            yield text.strip()
    for name in ("aria-label", "title", "placeholder", "alt"):
        for part in soup.find_all(attrs={name: True}):
            yield part[name]


def choose(user, language):
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = language
    profile.save()


def test_the_choice_is_in_the_account(client, db):
    user = UserFactory(editor=True)
    sign_in(client, user)
    page = client.get(reverse("wagtailadmin_account")).content.decode()
    assert re.search(r'<option value="en"[^>]*>', page)
    client.post(
        reverse("wagtailadmin_account"),
        {
            "name_email-first_name": "", "name_email-last_name": "",
            "locale-preferred_language": "en", "locale-current_time_zone": "Asia/Ho_Chi_Minh",
            "theme-theme": "system", "theme-contrast": "system", "theme-density": "default",
            "password-old_password": "", "password-new_password1": "",
            "password-new_password2": "",
        },
    )  # fmt: skip
    assert UserProfile.objects.get(user=user).preferred_language == "en"
    home = client.get("/quan-tri/").content.decode()
    assert '<html lang="en"' in home
    assert "<title>" in home
    assert "Start page" in home
    assert "Trang đầu" not in home


def test_a_browser_that_asks_for_english_gets_vietnamese_until_somebody_chooses(client, db):
    sign_in(client, UserFactory(editor=True))
    home = client.get("/quan-tri/", headers={"accept-language": "en-US,en"}).content.decode()
    assert '<html lang="vi"' in home
    assert "Trang đầu" in home


def test_pages_are_english_but_for_what_people_wrote(client, place):
    settled = [
        "/quan-tri/",
        reverse("wagtailadmin_account"),
        reverse("newsroom_queue"),
        reverse("newsroom_releases"),
        reverse("newsroom_import"),
        reverse("newsroom_release", args=[Release.objects.get().pk]),
        reverse("newsroom_review", args=[place.waiting.pk]),
        reverse("newsroom_review", args=[place.out.pk]),
        "/quan-tri/ban-tin/",
        "/quan-tri/ban-tin/add/",
        "/quan-tri/dia-ban/",
        "/quan-tri/nhan-su/",
        "/quan-tri/nhan-su/them/",
        *map(reverse, STATION_PAGES),
        f"{reverse('broadcasting_print')}?dai={place.top.code}",
        reverse("broadcasting_new_show", args=[place.top.code]),
        reverse("broadcasting_show", args=[place.episode.show.pk]),
        reverse("broadcasting_rule", args=[place.rule.pk]),
        reverse("broadcasting_episode", args=[place.episode.pk]),
        reverse("broadcasting_area", args=[place.here.code]),
        reverse("broadcasting_minutes", args=[place.top.code, "2026-11-22"]),
        reverse("speakers_box", args=[place.box.serial]),
        reverse("speakers_history", args=[place.box.serial]),
        reverse("speakers_log", args=[place.box.serial]),
    ]
    person = UserFactory(
        editor=place.top,
        approver=place.top,
        administrator=place.top,
        operator=place.top,
        technician=place.top,
        full_name="Ly A",
    )
    choose(person, "en")
    sign_in(client, person)
    written = what_people_wrote()
    left = set()
    for address in settled:
        page = client.get(address)
        assert page.status_code == 200, address
        for text in shown(page):
            rest = NAMES.sub("", PEOPLES.sub("", text))
            for name in written:
                # Inside a sentence "Xã Thử" is "xã Thử".
                rest = rest.replace(name, "").replace(name[:1].lower() + name[1:], "")
            if VIETNAMESE.search(rest):
                left.add(f"{address}: {text[:90]!r}")
    assert not left, "\n".join(sorted(left))

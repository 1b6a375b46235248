"""Walks the staff pages as each role and names every English text left."""

import io
import json
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.urls import get_resolver, resolve
from django.urls.exceptions import Resolver404
from django.utils import translation
from PIL import Image as Picture
from staff_language.english_left import (
    LIBRARIES,
    english_on,
    english_words,
    is_english,
    words_of,
)
from tiengmo.foundation.catalogues import LOCALE, read_messages
from tiengmo.newsroom.tests.factories import (
    Locality,
    cleared,
    make_bulletin,
    ready_sound,
    submitted,
)
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.speakers.tests.factories import BoxFactory

HOME = "/quan-tri/"
# Not pages: they end the session, fail on purpose, or are for programs.
NOT_PAGES = re.compile(r"logout|failwhale|test404|sprite|jsi18n|/api/|xuat|export|download")
# A walk must end: this many pages of one address pattern, and of all.
PER_PATTERN, IN_ALL = 1, 260


# --- the catalogues themselves


def library_messages(domain):
    for name, folder in LIBRARIES.items():
        for path in folder.rglob(f"locale/en/LC_MESSAGES/{domain}.po"):
            # Parts of Wagtail that this system does not install.
            if "contrib" in path.parts and name == "wagtail":
                continue
            for message in read_messages(path):
                if message.msgid:
                    yield path, message


def known(domain, path):
    ours = {m.key for m in read_messages(LOCALE / "vi" / "LC_MESSAGES" / f"{domain}.po")}
    beside = path.parents[2] / "vi" / "LC_MESSAGES" / f"{domain}.po"
    theirs = {m.key for m in read_messages(beside) if m.is_translated} if beside.exists() else set()
    return ours | theirs


# Django's page for developers whose project has no addresses yet.
NEVER_MET = re.compile(
    r"^(The install worked|View <a href=.*release notes|You are seeing this page because"
    r"|Django Documentation|Topics, references|Tutorial: A Polling App|Get started with Django"
    r"|Django Community|Connect, get help)"
)


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_text_of_the_libraries_has_its_vietnamese(domain):
    missing = []
    seen = {}
    for path, message in library_messages(domain):
        if path not in seen:
            seen[path] = known(domain, path)
        if "django_otp" in path.parts or NEVER_MET.search(message.msgid):
            continue
        if message.key not in seen[path]:
            missing.append(f"{path.parts[-5]}: {message.msgid[:70]!r}")
    assert seen
    assert not missing, f"{len(missing)} texts without Vietnamese:\n" + "\n".join(missing)


PLACEHOLDER = re.compile(r"%\(\w+\)[a-zA-Z]|%[sd]|\{\w*\}")


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_translation_keeps_its_placeholders_and_markup(domain):
    for message in read_messages(LOCALE / "vi" / "LC_MESSAGES" / f"{domain}.po"):
        if not message.msgid:
            continue
        text = message.msgstr[0]
        # With one plural form, "1 page" and "7 pages" are one text: the plural's placeholders.
        wanted = set(PLACEHOLDER.findall(message.msgid_plural or message.msgid))
        allowed = wanted | set(PLACEHOLDER.findall(message.msgid))
        assert wanted <= set(PLACEHOLDER.findall(text)) <= allowed, message.msgid
        tags = re.findall(r"</?\w+", message.msgid_plural or message.msgid)
        assert sorted(tags) == sorted(re.findall(r"</?\w+", text)), message.msgid


def test_the_texts_for_scripts_are_vietnamese(client, db):
    sign_in(client, UserFactory(editor=True))
    catalogue = client.get("/quan-tri/jsi18n/").content.decode()
    entries = json.loads(re.search(r"const newcatalog = (\{.*?\});\n", catalogue, re.DOTALL)[1])
    assert entries["Reload the page"] == "Tải lại trang"
    assert not {key: text for key, text in entries.items() if is_english(str(text))}
    with translation.override("vi"):
        from wagtail.admin.localization import get_js_translation_strings

        strings = json.dumps(get_js_translation_strings(), ensure_ascii=False)
    for text in re.findall(r': "([^"]+)"', strings):
        assert not is_english(text), text


def test_the_measure_itself_tells_english_from_vietnamese():
    for text in ("Save draft", "You have unsaved changes", "Delete 3 pages", "Reset password"):
        assert is_english(text), text
    for text in (
        "Bạn có thay đổi chưa lưu",
        "Lưu bản nháp",
        "Trang trên mạng",
        "Ban tin xa Quang Kim, 19/32",
        "tiengmo.vn",
    ):
        assert not is_english(text), (text, words_of(text) & english_words())
    assert english_on('<button aria-label="Close dialog">Đóng</button>') == {"Close dialog"}
    assert english_on("<script>Save draft</script><p>Lưu</p>") == set()


# --- the pages


@pytest.fixture
def locality(db, monkeypatch):
    """Something of everything that a page can show."""
    from django.contrib.auth.models import Group
    from wagtail.documents import get_document_model
    from wagtail.images import get_image_model
    from wagtail.models import Collection, GroupApprovalTask, Workflow, WorkflowTask

    monkeypatch.setattr(
        "tiengmo.voices.actions.speak",
        lambda text, *, language, voice="", by=None: ready_sound(
            text, key=language, language=language
        ),
    )
    here = Locality()
    picture = io.BytesIO()
    Picture.new("RGB", (40, 30), "red").save(picture, "PNG")
    get_image_model().objects.create(
        title="Ảnh chợ phiên", file=ContentFile(picture.getvalue(), "cho.png")
    )
    get_document_model().objects.create(
        title="Lịch tiêm", file=ContentFile(b"%PDF-1.4", "lich.pdf")
    )
    Collection.get_first_root_node().add_child(name="Ảnh của xã")
    task = GroupApprovalTask.objects.create(name="Duyệt tại xã", active=True)
    task.groups.set(Group.objects.filter(name__startswith="Vai trò"))
    workflow = Workflow.objects.create(name="Duyệt thêm", active=True)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    make_bulletin(here, headline="Lịch họp thôn")
    submitted(here, headline="Lịch cắt điện")
    cleared(here, headline="Lịch phun thuốc")
    BoxFactory(village=here.village)
    return {
        "administrator": UserFactory(administrator=here.top, full_name="Lý Quản Trị"),
        "editor": here.member,
        "approver": UserFactory(approver=here.here, full_name="Giàng Duyệt"),
        "operator": UserFactory(operator=here.here, full_name="Tẩn Trực Đài"),
        "technician": UserFactory(technician=here.here, full_name="Lù Kỹ Thuật"),
        "superuser": UserFactory(is_superuser=True, full_name="Phàn Toàn Quyền"),
    }


def addresses(patterns, prefix=""):
    """Every address of the staff interface that needs no argument."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, route)
        elif "<" not in route and "(" not in route:
            yield "/" + route.replace("^", "").replace("$", "").replace("\\", "")


def bodies(response):
    """The HTML of an answer: the page itself, or the parts inside a chooser's JSON."""
    kind = response.get("Content-Type", "")
    if kind.startswith("text/html"):
        yield response.content.decode()
    elif kind.startswith("application/json"):

        def parts(value):
            if isinstance(value, dict):
                for item in value.values():
                    yield from parts(item)
            elif isinstance(value, str) and "<" in value:
                yield value

        yield from parts(json.loads(response.content))


def pattern_of(address):
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return None
    return match.view_name or match.route


def walk(client):
    """Every staff page that this person reaches: (address, soup)."""
    waiting = [
        HOME,
        *sorted({a for a in addresses(get_resolver().url_patterns) if a.startswith(HOME)}),
    ]
    seen, patterns, visited = set(), Counter(), 0
    while waiting and visited < IN_ALL:
        address = waiting.pop(0)
        pattern = pattern_of(address)
        if address in seen or pattern is None or NOT_PAGES.search(address):
            continue
        # A bulletin's pages differ with the stage it is at.
        if patterns[pattern] >= (3 if "/ban-tin/" in address else PER_PATTERN):
            continue
        seen.add(address)
        patterns[pattern] += 1
        response = client.get(address)
        visited += 1
        assert response.status_code < 500, address
        for html in bodies(response):
            page = BeautifulSoup(html, "html.parser")
            for link in page.find_all("a", href=True):
                target = link["href"].partition("#")[0]
                if target.startswith("?"):
                    target = address.partition("?")[0] + target
                if target.startswith(HOME):
                    waiting.append(target)
            yield address, page


@pytest.mark.parametrize(
    "role", ["administrator", "editor", "approver", "operator", "technician", "superuser"]
)
def test_no_english_is_left_on_the_pages_of(role, client, locality, settings):
    sign_in(client, locality[role])
    left, pages = {}, set()
    for address, page in walk(client):
        pages.add(address)
        for text in english_on(page):
            left.setdefault(text, address)
    assert len(pages) > 10
    assert not left, f"{len(left)} English texts on {len(pages)} pages:\n" + "\n".join(
        f"{address}: {text[:120]!r} {sorted(words_of(text) & english_words())}"
        for text, address in sorted(left.items(), key=lambda item: item[1])
    )


@pytest.mark.parametrize("address", ["/quan-tri/login/", "/quan-tri/xac-thuc/dang-ky/"])
def test_no_english_is_left_while_signing_in(address, client, locality):
    client.force_login(locality["approver"], backend="django.contrib.auth.backends.ModelBackend")
    if "login" in address:
        client.logout()
    assert not english_on(client.get(address).content.decode())
    assert not english_on(
        client.post(address, {"token": "x", "username": "", "password": ""}).content.decode()
    )


def test_forms_sent_empty_complain_in_vietnamese(client, locality):
    sign_in(client, locality["superuser"])
    for address in (
        "/quan-tri/images/add/",
        "/quan-tri/documents/add/",
        "/quan-tri/collections/add/",
        "/quan-tri/workflows/add/",
        "/quan-tri/users/add/",
        "/quan-tri/nhan-su/them/",
    ):
        response = client.post(address, {})
        assert not english_on(response.content.decode()), address

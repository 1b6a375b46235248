"""The staff's pages as a member, a colleague and a stranger meet them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tiengmo.newsroom.models import Bulletin
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.permissions import sync_groups
from tiengmo.people.tests.factories import UserFactory
from tiengmo.releases.models import Release

from .factories import cleared, fresh, latest, make_bulletin, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rights(db, settings):
    settings.IS_DEMO = True  # these accounts may skip the second factor, as the demo's may


@pytest.fixture
def as_(client, locality):
    def sign_in(user):
        sync_groups()
        client.force_login(user)
        return client

    return sign_in


def form_of(client, bulletin):
    """What a browser would post of the editor's form, unchanged."""
    page = client.get(reverse("ban-tin:edit", args=[bulletin.pk]))
    form = page.context["form"]
    data = {}
    for field in form:
        value = field.value()
        data[field.html_name] = "" if value is None else value
    data["body"] = (
        '{"entityMap": {}, "blocks": [{"key": "a", "text": "Bài viết.", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}]}'
    )
    data["editions-TOTAL_FORMS"] = data["editions-INITIAL_FORMS"] = "0"
    data["editions-MIN_NUM_FORMS"], data["editions-MAX_NUM_FORMS"] = "0", "1000"
    data["loaded_revision_id"] = str(bulletin.latest_revision_id)
    return data


def told(response):
    return " ".join(str(message) for message in response.context["messages"])


def post(client, name, bulletin, **data):
    return client.post(reverse(name, args=[bulletin.pk]), data, follow=True)


def test_an_editor_writes_and_submits_in_one_press(locality, as_):
    bulletin = make_bulletin(locality)
    client = as_(locality.member)
    data = form_of(client, bulletin) | {"headline": "Tiêu đề mới", "action-submit": "1"}
    answer = client.post(reverse("ban-tin:edit", args=[bulletin.pk]), data, follow=True)
    assert "Đã gửi duyệt" in told(answer)
    assert fresh(bulletin).stage == Stage.IN_REVIEW
    assert latest(bulletin).headline == "Tiêu đề mới"


def test_changing_the_audience_in_the_post_that_submits_starts_the_new_route(locality, as_):
    bulletin = make_bulletin(locality)
    client = as_(locality.member)
    data = form_of(client, bulletin) | {"audience": [locality.top.code], "action-submit": "1"}
    answer = client.post(reverse("ban-tin:edit", args=[bulletin.pk]), data, follow=True)
    assert f"{locality.here} → {locality.top}" in told(answer)


def test_an_editor_starts_a_new_bulletin(locality, as_):
    client = as_(locality.member)
    page = client.get(reverse("ban-tin:add"))
    assert page.status_code == 200
    assert "Lưu và gửi duyệt" in page.content.decode()
    assert "Publish" not in page.content.decode()


def test_two_editors_are_given_a_plain_choice(locality, as_):
    second = UserFactory(editor=locality.here)
    bulletin = make_bulletin(locality)
    client = as_(locality.member)
    mine = form_of(client, bulletin) | {"headline": "Bản của tôi"}
    client = as_(second)
    theirs = form_of(client, bulletin) | {"headline": "Bản của người kia"}
    client.post(reverse("ban-tin:edit", args=[bulletin.pk]), theirs)
    client = as_(locality.member)
    answer = client.post(reverse("ban-tin:edit", args=[bulletin.pk]), mine)
    page = answer.content.decode()
    assert "Có người vừa lưu bài này" in page
    assert "Bản của tôi" in page
    assert latest(bulletin).headline == "Bản của người kia"
    mine["loaded_revision_id"] = str(fresh(bulletin).latest_revision_id)
    client.post(reverse("ban-tin:edit", args=[bulletin.pk]), mine)
    assert latest(bulletin).headline == "Bản của tôi"


def test_wagtails_publish_does_nothing_even_for_a_superuser(locality, as_):
    bulletin = make_bulletin(locality)
    root = UserFactory(editor=locality.here, is_superuser=True, is_demo_account=True)
    client = as_(root)
    data = form_of(client, bulletin) | {"action-publish": "1"}
    client.post(reverse("ban-tin:edit", args=[bulletin.pk]), data)
    assert not fresh(bulletin).live
    assert not Release.objects.exists()


def test_wagtails_workflow_dialogue_leads_to_the_review_page(locality, as_):
    bulletin = submitted(locality)
    step = bulletin.current_workflow_task_state
    answer = as_(locality.colleague).post(
        reverse("ban-tin:workflow_action", args=[bulletin.pk, "approve", step.pk])
    )
    assert answer.url == reverse("newsroom_review", args=[bulletin.pk])
    assert not Release.objects.exists()


def test_a_colleague_finds_it_in_the_queue_and_clears_it(locality, as_):
    bulletin = submitted(locality)
    client = as_(locality.colleague)
    queue = client.get(reverse("newsroom_queue")).content.decode()
    assert bulletin.headline in queue
    assert "120 hộ" in queue
    page = client.get(reverse("newsroom_review", args=[bulletin.pk])).content.decode()
    assert f'name="revision_id" value="{bulletin.latest_revision_id}"' in page
    answer = post(client, "newsroom_clear", bulletin, revision_id=bulletin.latest_revision_id)
    assert "Đã duyệt. Bài được phát hành" in told(answer)
    release = Release.objects.get()
    shown = client.get(reverse("newsroom_release", args=[release.pk])).content.decode()
    assert bulletin.headline in shown


def test_clearing_a_version_that_changed_is_told(locality, as_):
    bulletin = submitted(locality)
    client = as_(locality.member)
    data = form_of(client, bulletin) | {"headline": "Tiêu đề mới"}
    client.post(reverse("ban-tin:edit", args=[bulletin.pk]), data)
    client = as_(locality.colleague)
    answer = post(client, "newsroom_clear", bulletin, revision_id=bulletin.latest_revision_id)
    assert "đọc lại bản mới" in told(answer)
    assert not Release.objects.exists()


def test_a_colleague_sends_back_and_the_writer_sees_why(locality, as_):
    bulletin = submitted(locality)
    post(as_(locality.colleague), "newsroom_send_back", bulletin, comment="Thiếu giờ tiêm.")
    client = as_(locality.member)
    for name in ("ban-tin:edit", "newsroom_review"):
        page = client.get(reverse(name, args=[bulletin.pk])).content.decode()
        assert "Thiếu giờ tiêm." in page
    assert bulletin.headline in client.get(reverse("wagtailadmin_home")).content.decode()


def test_a_colleague_withdraws(locality, as_):
    bulletin = cleared(locality)
    answer = post(as_(locality.colleague), "newsroom_withdraw", bulletin, reason="Sai ngày.")
    assert "Sai ngày." in answer.content.decode()
    assert Release.objects.get().status == Release.Status.WITHDRAWN


def test_what_changed_since_the_last_clearing_is_marked(locality, as_):
    bulletin = cleared(locality)
    client = as_(locality.member)
    data = form_of(client, bulletin) | {"headline": "Lịch tiêm phòng <b>mới</b>"}
    client.post(reverse("ban-tin:edit", args=[bulletin.pk]), data | {"action-submit": "1"})
    page = as_(locality.colleague).get(reverse("newsroom_review", args=[bulletin.pk]))
    text = page.content.decode()
    assert "Khác gì so với bản đã duyệt" in text
    assert "<b>mới</b>" not in text


@pytest.mark.parametrize("name", ["newsroom_review", "ban-tin:edit"])
def test_a_stranger_reads_nothing(locality, as_, name):
    bulletin = submitted(locality)
    page = as_(locality.stranger).get(reverse(name, args=[bulletin.pk]), follow=True)
    assert bulletin.script not in page.content.decode()


@pytest.mark.parametrize(
    "name", ["newsroom_clear", "newsroom_send_back", "newsroom_withdraw", "newsroom_recall"]
)
def test_a_stranger_changes_nothing(locality, as_, name):
    bulletin = submitted(locality)
    post(
        as_(locality.stranger),
        name,
        bulletin,
        revision_id=bulletin.latest_revision_id,
        comment="Không.",
        reason="Không.",
    )
    assert fresh(bulletin).stage == Stage.IN_REVIEW
    assert not Release.objects.exists()


def test_an_approver_opening_the_editor_lands_on_the_review_page(locality, as_):
    bulletin = submitted(locality)
    answer = as_(locality.colleague).get(reverse("ban-tin:edit", args=[bulletin.pk]))
    assert answer.url == reverse("newsroom_review", args=[bulletin.pk])


def test_the_list_shows_only_what_is_theirs_and_finds_without_accents(locality, as_):
    make_bulletin(locality)
    assert "Lịch tiêm phòng" in as_(locality.member).get(reverse("ban-tin:list")).content.decode()
    client = as_(locality.member)
    found = client.get(reverse("ban-tin:list"), {"q": "tiem phong"}).content.decode()
    assert "Lịch tiêm phòng" in found
    missing = client.get(reverse("ban-tin:list"), {"q": "bao lu"}).content.decode()
    assert "Lịch tiêm phòng" not in missing
    assert "Lịch tiêm" not in as_(locality.stranger).get(reverse("ban-tin:list")).content.decode()


def test_what_was_cleared_cannot_be_deleted(locality, as_):
    bulletin = cleared(locality)
    client = as_(locality.member)
    client.post(reverse("ban-tin:delete", args=[bulletin.pk]))
    assert Bulletin.objects.filter(pk=bulletin.pk).exists()


def test_a_stranger_cannot_delete_a_draft(locality, as_):
    bulletin = make_bulletin(locality)
    as_(UserFactory(editor=locality.there)).post(reverse("ban-tin:delete", args=[bulletin.pk]))
    assert Bulletin.objects.filter(pk=bulletin.pk).exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1258"])
def test_a_text_file_is_imported_whatever_its_encoding(locality, as_, encoding):
    import unicodedata

    text = "Thông báo lịch tiêm phòng\n\nTrạm y tế xã tiêm phòng cho trẻ dưới năm tuổi.\n"
    if encoding == "cp1258":  # windows-1258 writes tone marks apart
        text = "".join(
            unicodedata.normalize("NFD", c) if unicodedata.decomposition(c) and not _fits(c) else c
            for c in text
        )
        text = _for_1258(text)
    file = SimpleUploadedFile("tin.txt", text.encode(encoding))
    answer = as_(locality.member).post(reverse("newsroom_import"), {"file": file}, follow=True)
    assert "Đã nhập bài" in told(answer)
    assert Bulletin.objects.get().headline == "Thông báo lịch tiêm phòng"


def _fits(character):
    try:
        character.encode("cp1258")
    except UnicodeEncodeError:
        return False
    return True


def _for_1258(text):
    """Compose what the code page has (ô, ê, ơ, ư …) and leave its tone marks apart."""
    import unicodedata

    out = ""
    for character in unicodedata.normalize("NFC", text):
        if _fits(character):
            out += character
            continue
        parts = unicodedata.normalize("NFD", character)
        tone = next(c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c != tone))
        out += base + tone
    return out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "trống"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40, "Không đọc được"),
        ("🎉🎉".encode(), "không có chữ"),
        (b"a " * 600_000, "1 MB"),
    ],
)
def test_a_file_that_is_no_text_is_refused_plainly(locality, as_, content, said):
    file = SimpleUploadedFile("tin.txt", content)
    answer = as_(locality.member).post(reverse("newsroom_import"), {"file": file})
    assert said in answer.content.decode()
    assert not Bulletin.objects.exists()


def test_a_script_is_proposed_from_the_article(locality, as_):
    body = '{"entityMap": {}, "blocks": [{"key": "a", "text": "Ngày mai xã họp. Mọi nhà cử một người.", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}]}'
    answer = as_(locality.member).post(
        reverse("newsroom_propose_script"), {"headline": "Họp xã", "body": body}
    )
    assert answer.json()["script"] == "Họp xã.\nNgày mai xã họp. Mọi nhà cử một người."


def test_the_preview_shows_the_form_of_a_channel(locality, as_):
    bulletin = make_bulletin(locality)
    client = as_(locality.member)
    url = reverse("ban-tin:preview_on_edit", args=[bulletin.pk])
    assert client.post(url, form_of(client, bulletin)).json()["is_valid"]
    page = client.get(url, {"mode": "loudspeakers"}).content.decode()
    assert bulletin.script in page

"""What an editor's page asks for, as an editor, as somebody without the role, as a stranger."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tiengmo.outbox.actions import sweep
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.voices.models import Abbreviation, Sound
from tiengmo.voices.widgets import SoundWidget

from .sounds import voice_like, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = UserFactory(editor=True)
    sign_in(client, user)
    return user


def test_an_editor_has_a_text_spoken_and_listens(client, editor):
    answer = client.post(reverse("voices_staff:speak"), {"text": "Họp thôn tối nay."})
    assert answer.status_code == 200, answer.content
    sound = answer.json()
    assert sound["status"] == "waiting"
    assert sound["mp3_url"] == ""
    sweep(["sound.render"])
    sound = client.get(sound["status_url"]).json()
    assert sound["status"] == "ready"
    assert sound["progress"] == 100
    assert sound["duration_ms"] > 500
    assert abs(sound["loudness_lufs"] + 18) <= 0.5
    whole = b"".join(client.get(sound["mp3_url"]).streaming_content)
    part = client.get(sound["mp3_url"], HTTP_RANGE="bytes=10-19")
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == whole[10:20]
    assert client.get(sound["opus_url"])["Content-Type"].startswith("audio/ogg")


def test_an_editor_records(client, editor, tmp_path):
    path = write(tmp_path / "x", voice_like(2), codec="libopus", container="webm")
    upload = SimpleUploadedFile("ghi-am", path.read_bytes(), content_type="audio/webm")
    answer = client.post(reverse("voices_staff:record"), {"file": upload, "language": "hmn"})
    assert answer.status_code == 200, answer.content
    sweep(["sound.render"])
    assert client.get(answer.json()["status_url"]).json()["status"] == "ready"


def test_a_refusal_is_in_vietnamese_and_creates_nothing(client, editor):
    upload = SimpleUploadedFile("bai.mp3", b"")
    for address, fields, text in (
        ("record", {"file": upload}, "0 byte"),
        ("record", {}, "Chưa có tệp"),
        ("speak", {"text": "🎉"}, "không có từ nào"),
        ("speak", {"text": "Nyob zoo", "language": "hmn"}, "thu âm"),
    ):
        answer = client.post(reverse(f"voices_staff:{address}"), fields)
        assert answer.status_code == 422
        assert text in answer.json()["error"]
    assert not Sound.objects.exists()


def test_who_has_no_role_makes_no_sound(client):
    sign_in(client, UserFactory(technician=True))
    answer = client.post(reverse("voices_staff:speak"), {"text": "Xin chào."})
    assert answer.status_code in {302, 403}
    assert not Sound.objects.exists()


def test_a_stranger_is_sent_to_sign_in(client):
    for name, arguments in (("status", [1]), ("file", [1, "mp3"]), ("voices", [])):
        assert client.get(reverse(f"voices_staff:{name}", args=arguments)).status_code == 302
    assert client.post(reverse("voices_staff:speak"), {"text": "Xin chào."}).status_code == 302


def test_the_voices_of_a_language(client, editor):
    address = reverse("voices_staff:voices")
    codes = [voice["code"] for voice in client.get(address).json()["voices"]]
    assert codes[:3] == ["espeak/vi", "espeak/vi-vn-x-central", "espeak/vi-vn-x-south"]
    assert client.get(address, {"language": "hmn"}).json()["voices"] == []


def test_the_widget_keeps_and_shows_the_sound(client, editor):
    answer = client.post(reverse("voices_staff:speak"), {"text": "Họp thôn."}).json()
    sweep(["sound.render"])
    html = SoundWidget(text_field="id_x").render("sound", answer["id"], {"id": "id_sound"})
    assert f'value="{answer["id"]}"' in html
    assert 'data-text-field="id_x"' in html
    assert f'/{answer["id"]}.mp3"' in html
    assert "Thu âm" in html
    empty = SoundWidget().render("sound", None, {})
    assert "src=" not in empty
    assert SoundWidget().value_from_datadict({"sound": ""}, {}, "sound") is None


def test_the_dictionary_is_seeded_and_edited_by_editors(client, editor):
    assert Abbreviation.objects.get(abbreviation="UBND").spoken == "ủy ban nhân dân"
    assert Abbreviation.objects.count() > 300
    address = reverse(Abbreviation.snippet_viewset.get_url_name("list"))
    page = client.get(address)
    assert page.status_code == 200
    assert "đọc là" in page.content.decode().lower()
    added = client.post(
        reverse(Abbreviation.snippet_viewset.get_url_name("add")),
        {"abbreviation": "BVX", "spoken": "bản Vược xanh", "is_case_sensitive": "on"},
    )
    assert added.status_code == 302
    assert Abbreviation.objects.get(abbreviation="BVX").spoken == "bản Vược xanh"


def test_the_dictionary_is_closed_to_other_roles(client):
    sign_in(client, UserFactory(technician=True))
    address = reverse(Abbreviation.snippet_viewset.get_url_name("list"))
    assert client.get(address).status_code in {302, 403}


@pytest.mark.parametrize("language", ["vi-" + "x" * 50, "", "vi\0", "../..", "vi-VN-" * 9])
def test_a_language_that_cannot_be_is_refused(client, editor, language):
    upload = SimpleUploadedFile("x", b"RIFF")
    for address, fields in (("speak", {"text": "Xin chào"}), ("record", {"file": upload})):
        answer = client.post(reverse(f"voices_staff:{address}"), {**fields, "language": language})
        assert answer.status_code == 422
    assert not Sound.objects.exists()


def test_a_text_with_a_nul_is_spoken_without_it(client, editor):
    assert client.post(reverse("voices_staff:speak"), {"text": "Xin\0 chào"}).status_code == 200
    assert "\0" not in Sound.objects.get().text

"""Nobody reads or changes a draft of a unit that is not theirs, by any address there is."""

import time

import pytest
from django.urls import NoReverseMatch, reverse

from tiengmo.newsroom import texts
from tiengmo.newsroom.models import Bulletin
from tiengmo.people.tests.factories import UserFactory, sign_in

from .factories import make_bulletin, submitted


@pytest.fixture
def draft(locality):
    return make_bulletin(locality, headline="Bản nháp của xã bên này")


@pytest.fixture
def editor_there(client, locality):
    user = UserFactory(editor=locality.there)
    sign_in(client, user)
    return user


@pytest.mark.parametrize(
    "address",
    [
        "ban-tin/",
        "ban-tin/{pk}/",
        "ban-tin/edit/{pk}/",
        "ban-tin/delete/{pk}/",
        "ban-tin/history/{pk}/",
        "ban-tin/history/{pk}/revisions/{revision}/view/",
        "ban-tin/history/{pk}/revisions/{revision}/revert/",
        "ban-tin/history/{pk}/revisions/compare/earliest...latest/",
        "ban-tin/lock/{pk}/",
        "ban-tin/preview/{pk}/",
        "ban-tin/unpublish/{pk}/",
        "ban-tin/usage/{pk}/",
        "bulk/newsroom/bulletin/delete/?id={pk}",
        "cho-duyet/",
        "reports/site-history/",
        "snippets/choose/newsroom/bulletin/results/",
    ],
)
def test_an_editor_of_another_commune_reads_nothing(client, draft, editor_there, address):
    draft.latest_revision.publish(log_action=True)  # a row of Wagtail's own log names it
    path = address.format(pk=draft.pk, revision=draft.latest_revision_id)
    answer = client.get(f"/quan-tri/{path}", follow=True)
    assert "Bản nháp của xã bên này" not in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["duyet", "tra-lai", "go", "rut", "delete", "edit", "lock", "unpublish", "bulk"]
)
def test_an_editor_of_another_commune_changes_nothing(client, locality, editor_there, address):
    bulletin = submitted(locality)
    before = Bulletin.objects.filter(pk=bulletin.pk).values().get()
    path = f"ban-tin/{bulletin.pk}/{address}/"
    if address in {"delete", "edit", "lock", "unpublish"}:
        path = f"ban-tin/{address}/{bulletin.pk}/"
    elif address == "bulk":
        path = f"bulk/newsroom/bulletin/delete/?id={bulletin.pk}"
    sent = {"revision_id": bulletin.latest_revision_id, "reason": "x y", "comment": "x y"}
    client.post(f"/quan-tri/{path}", {**sent, "headline": "Đã đổi"})
    assert Bulletin.objects.filter(pk=bulletin.pk).values().get() == before


def test_there_is_no_chooser_of_bulletins():
    with pytest.raises(NoReverseMatch):
        reverse("wagtailsnippetchoosers_newsroom_bulletin:choose")


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, "9" * 5000, "-1", "x", ""])
def test_a_forged_number_is_refused_and_is_no_failure(client, locality, number):
    bulletin = submitted(locality)
    sign_in(client, locality.colleague)
    cleared = client.post(reverse("newsroom_clear", args=[bulletin.pk]), {"revision_id": number})
    assert cleared.status_code in {302, 404}
    sign_in(client, locality.member)
    form = {
        "headline": "Một tiêu đề",
        "body": "null",
        "loaded_revision_id": number,
        "sound": number,
        "editions-TOTAL_FORMS": "0",
        "editions-INITIAL_FORMS": "0",
    }
    saved = client.post(reverse("ban-tin:edit", args=[bulletin.pk]), form)
    assert saved.status_code in {200, 302}


@pytest.mark.parametrize("text", ["." * 100_000, "…" * 100_000, "TP. A " * 15_000, ".” " * 30_000])
def test_a_text_of_nothing_but_signs_takes_no_time(text):
    begun = time.process_time()
    texts.lead([text])
    assert time.process_time() - begun < 2


def test_a_sound_is_found_by_who_knows_its_key_and_not_by_counting(client, draft, editor_there):
    draft.refresh_from_db()
    sound = draft.sound
    for address in (f"{sound.pk}/", f"{sound.pk}.mp3", f"{sound.pk}.opus"):
        assert client.get(f"/quan-tri/am-thanh/{address}").status_code == 404
    form = {
        "headline": "",
        "body": "null",
        "sound": str(sound.pk),
        "editions-TOTAL_FORMS": "0",
        "editions-INITIAL_FORMS": "0",
    }
    page = client.post(reverse("ban-tin:add"), form)
    assert page.status_code == 200
    assert sound.key not in page.content.decode()


def test_an_editor_keeps_the_sound_chosen_before(client, locality, draft):
    draft.refresh_from_db()
    sign_in(client, locality.member)
    page = client.get(reverse("ban-tin:edit", args=[draft.pk])).content.decode()
    assert f'name="sound" value="{draft.sound.key}"' in page
    assert reverse("voices_staff:file", args=[draft.sound.key, "mp3"]) in page

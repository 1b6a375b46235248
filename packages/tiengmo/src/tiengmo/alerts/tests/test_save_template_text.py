"""Whose voice goes into every commune's true alerts."""

import pytest

from tiengmo.alerts.actions import save_template_text
from tiengmo.alerts.models import TemplateText
from tiengmo.audit.queries import entries_about
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import sign_in
from tiengmo.places.models import Village

from .factories import drafted

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/canh-bao/"
WORDS = {
    "language": "hmn",
    "headline": "Dej ceeb toom",
    "description": "Dej los",
    "instruction": "Khiav",
}


def test_only_who_warns_the_whole_locality(here):
    text = TemplateText(template=here.flood, **WORDS)
    for person in (here.editor, here.composer, here.colleague, here.next_door):
        with pytest.raises(NotAllowed):
            save_template_text(text, by=person)
    assert not here.flood.texts.filter(language="hmn").exists()
    save_template_text(text, by=here.above)
    (entry,) = entries_about(text)
    assert entry.actor_name == str(here.above)


def test_the_page(client, here):
    address = f"{HOME}mau/{here.flood.pk}/"
    for person in (here.editor, here.composer):
        sign_in(client, person)
        client.post(address, WORDS)
        assert not here.flood.texts.filter(language="hmn").exists()
        assert address not in client.get(f"{HOME}mau/").content.decode()
    sign_in(client, here.above)
    assert client.post(address, WORDS).status_code == 302
    assert address in client.get(f"{HOME}mau/").content.decode()


def test_who_signs_sees_who_changed_it(client, here):
    save_template_text(TemplateText(template=here.flood, **WORDS), by=here.above)
    Village.objects.filter(pk=here.villages[0].pk).update(languages=["hmn"])
    alert = drafted(here)
    sign_in(client, here.composer)
    page = client.get(f"{HOME}{alert.pk}/").content.decode()
    assert f"Lời và bản thu này do {here.above} lưu" in page

"""Staff read the locality and correct a village's figures: with a member, a colleague, a stranger."""

import pytest
from django.urls import reverse

from tiengmo.audit import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.actions import edit_village
from tiengmo.places.errors import NotYours
from tiengmo.places.events import villages_changed
from tiengmo.places.models import Village

from .factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def village(settings):
    settings.IS_DEMO = True
    top = UnitFactory(top=True, name="Huyện Thử")
    unit = UnitFactory(parent=top, name="Xã Y Tý")
    return VillageFactory(
        unit=unit,
        code="02701-03",
        name="Thôn Phìn Hồ",
        households=84,
        population=400,
        languages=["hni", "vi"],
    )


@pytest.fixture
def administrator(village):
    return UserFactory(administrator=village.unit, is_demo_account=True)


@pytest.fixture
def neighbour(village):
    other = UnitFactory(parent=village.unit.parent)
    return UserFactory(administrator=other, is_demo_account=True)


FIGURES = {"households": "90", "population": "410", "languages": "vi; hni", "is_dead_zone": "on"}


def url(village):
    return reverse("places_village", args=[village.code])


def test_the_administrator_of_the_commune_corrects_a_village(client, village, administrator):
    client.force_login(administrator)
    heard = []

    def listen(villages, **_):
        heard.extend(villages)

    villages_changed.connect(listen)
    try:
        answer = client.post(url(village), FIGURES)
    finally:
        villages_changed.disconnect(listen)
    assert answer.status_code == 302
    village.refresh_from_db()
    assert (village.households, village.population, village.languages, village.is_dead_zone) == (
        90,
        410,
        ["vi", "hni"],
        True,
    )
    assert heard == [village]
    entry = AuditEntry.objects.get(action="village.changed")
    assert entry.actor_name == str(administrator)
    assert entry.detail["from"]["languages"] == ["hni", "vi"]


def test_saving_without_a_change_leaves_no_trace(client, village, administrator):
    client.force_login(administrator)
    same = {"households": "84", "population": "400", "languages": "hni,vi"}
    client.post(url(village), same)
    assert not AuditEntry.objects.filter(action="village.changed").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"households": "-1"}, "households"),
        ({"households": "999999"}, "households"),
        ({"population": "3"}, "ít hơn số hộ"),
        ({"population": "90000"}, "quá nhiều"),
        ({"languages": "tiếng Hmông"}, "không phải mã ngôn ngữ"),
        ({"languages": "vi,vi"}, "hai lần"),
        ({"languages": ""}, "languages"),
        ({"households": "chín mươi"}, "households"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(client, village, administrator, changed, message):
    client.force_login(administrator)
    page = client.post(url(village), FIGURES | changed)
    assert page.status_code == 200
    assert Village.objects.get(pk=village.pk).households == 84
    errors = page.context["form"].errors
    assert message in errors or message in str(errors)


def test_a_neighbour_and_a_stranger_read_but_do_not_change(client, village, neighbour):
    editor = UserFactory(editor=village.unit, is_demo_account=True)
    for person in (neighbour, editor):
        client.force_login(person)
        page = client.get(url(village))
        assert page.status_code == 200
        assert b'<form method="post" class="places__form"' not in page.content
        client.post(url(village), FIGURES)
        assert Village.objects.get(pk=village.pk).households == 84
    client.logout()
    assert client.get(url(village)).status_code == 302
    with pytest.raises(NotYours):
        edit_village(
            village, by=neighbour, households=1, population=1, languages=["vi"], is_dead_zone=False
        )


def test_the_system_itself_may(village):
    assert edit_village(
        village,
        by=SYSTEM,
        households=84,
        population=400,
        languages=["hni", "vi"],
        is_dead_zone=True,
    )


def test_staff_read_the_locality_and_search_without_marks(client, village, neighbour):
    VillageFactory(unit=village.unit, name="Thôn Đồng <Xa>")
    client.force_login(neighbour)
    page = client.get(reverse("places_places")).content.decode()
    assert "Xã Y Tý" in page
    assert "Thôn Phìn Hồ" in page
    assert "&lt;Xa&gt;" in page
    found = client.get(reverse("places_places"), {"q": "phin ho"}).content.decode()
    assert "Thôn Phìn Hồ" in found
    assert "Thôn Đồng" not in found
    assert (
        "Không có đơn vị hay thôn nào khớp"
        in client.get(reverse("places_places"), {"q": 'zz" OR 1'}).content.decode()
    )


def test_a_village_that_is_not_there(client, neighbour):
    client.force_login(neighbour)
    assert client.get(reverse("places_village", args=["nope"])).status_code == 404

"""Choosing areas in a form: the tree, what it sends, and what is refused."""

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from tiengmo.places.fields import AreasField

from .factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


class AudienceForm(forms.Form):
    audience = AreasField()


@pytest.fixture(autouse=True)
def locality():
    top = UnitFactory(code="082", name="Huyện Bát Xát", top=True)
    for code, villages in (("02701", 3), ("02692", 2)):
        unit = UnitFactory(code=code, name=f"Xã {code}", parent=top)
        for n in range(1, villages + 1):
            VillageFactory(unit=unit, code=f"{code}-{n:02d}", households=60 * n)
    UnitFactory(code="02999", name="Xã chưa có thôn", parent=top)
    return top


def send(*codes, within=None):
    data = QueryDict(mutable=True)
    data.setlist("audience", codes)
    form = AudienceForm(data)
    form.fields["audience"].within = within
    return form


def test_ticking_every_village_chooses_the_commune():
    form = send("02701-01", "02701-02", "02701-03")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["audience"] == ["02701"]


def test_a_commune_and_one_of_its_villages_is_the_commune():
    form = send("02701", "02701-02", "02692-01")
    assert form.is_valid()
    assert form.cleaned_data["audience"] == ["02692-01", "02701"]


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ((), "ít nhất một địa bàn"),
        (("<script>",), "Không có địa bàn nào"),
        (("02701", "99999"), "99999"),
        (("02999",), "chưa có thôn nào"),
    ],
)
def test_what_names_no_village_is_refused_with_a_reason(codes, message):
    form = send(*codes)
    assert not form.is_valid()
    assert message in form.errors["audience"][0]


def test_a_commune_editor_cannot_choose_another_commune():
    assert send("02701-01", within=["02701"]).is_valid()
    form = send("02692-01", "02701", within=["02701"])
    assert not form.is_valid()
    assert "Ngoài phạm vi" in form.errors["audience"][0]
    assert 'value="02692"' not in str(form["audience"])
    assert 'value="02701"' in str(form["audience"])


def test_the_tree_shows_households_and_what_is_chosen():
    html = str(AudienceForm(initial={"audience": ["02701", "02692-02"]})["audience"])
    assert html.count('type="checkbox"') == 1 + 3 + 5
    assert html.count(" checked") == 2
    assert "540 hộ" in html  # the whole locality
    assert ">480</span>" in html  # 60+120+180, and 120
    assert 'data-households="120"' in html


def test_thousands_are_written_as_people_read_them():
    VillageFactory(code="02701-99", households=12345, population=50000)
    assert "12.345 hộ" in str(AudienceForm()["audience"])
    assert 'data-households="12345"' in str(AudienceForm()["audience"])
    with translation.override("en"):
        assert "12,345 households" in str(AudienceForm()["audience"])


def test_names_are_escaped():
    VillageFactory(code="02701-98", name="<b>x</b>")
    assert "<b>x</b>" not in str(AudienceForm()["audience"])


def test_unchanged_when_the_same_villages_are_named_otherwise():
    field = AreasField()
    assert not field.has_changed(["02701"], ["02701-01", "02701-02", "02701-03"])
    assert field.has_changed(["02701"], ["02701-01"])
    assert field.has_changed(None, ["02701-01"])

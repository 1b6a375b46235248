"""The area drawn on a map: villages in it are picked, and it goes out as CAP's polygon."""

import json

import pytest
from lxml import etree

from tiengmo.alerts.actions import draft_update, release_alert
from tiengmo.alerts.cap.areas import MOST_DRAWN, drawn_shape
from tiengmo.alerts.models import Alert, CapFile
from tiengmo.people.tests.factories import sign_in

from .factories import GIVEN, issued

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/canh-bao/"
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def square(lon, lat, half=0.01):
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def spread(here):
    """Villages that stand apart from each other."""
    for number, village in enumerate([*here.villages, here.neighbour]):
        village.longitude, village.latitude = 103.60 + number / 10, 22.50
        village.save()
    return here


def sent(**fields):
    return {
        "status": "Actual",
        "lasts_minutes": "180",
        "repeat_minutes": "3",
        "blank_place": "suối Lũng Pô",
    } | fields


def test_villages_in_the_drawing_are_named(client, spread):
    sign_in(client, spread.composer)
    places = client.get(f"{HOME}vung/thon/").json()["villages"]
    assert {one["code"] for one in places} == {one.code for one in spread.villages}
    found = client.post(f"{HOME}vung/", {"polygon": json.dumps(square(103.6, 22.5))}).json()
    assert found["codes"] == [spread.villages[0].code]
    assert "1 thôn" in found["text"]
    # A village next door is nobody's here to warn.
    found = client.post(f"{HOME}vung/", {"polygon": json.dumps(square(103.8, 22.5))}).json()
    assert found["codes"] == []


def test_an_outline_counts_where_there_is_one(client, spread):
    village = spread.villages[0]
    village.geometry = square(103.61, 22.5, 0.03)
    village.save()
    sign_in(client, spread.composer)
    edge = json.dumps(square(103.64, 22.5, 0.005))
    found = client.post(f"{HOME}vung/", {"polygon": edge}).json()
    assert found["codes"] == [village.code]


def test_the_drawing_goes_out_as_caps_polygon(client, spread):
    sign_in(client, spread.composer)
    drawn = square(103.6, 22.5)
    answer = client.post(
        f"{HOME}soan/{spread.flood.pk}/",
        sent(areas=[spread.villages[0].code], polygon=json.dumps(drawn)),
    )
    assert answer.status_code == 302, answer.content.decode()
    alert = Alert.objects.get()
    assert alert.areas == [spread.villages[0].code]
    assert len(alert.polygon["coordinates"][0]) == 5
    again = issued(spread, areas=[spread.villages[0].code], polygon=alert.polygon)
    release_alert(again)
    root = etree.fromstring(CapFile.objects.get(alert=again).xml.encode())
    (polygon,) = root.iter(f"{CAP}polygon")
    points = polygon.text.split()
    assert points[0] == points[-1]
    assert "22.4900,103.5900" in points
    update = draft_update(
        again, by=spread.composer, areas=again.areas, given=GIVEN, polygon=again.polygon
    )
    assert update.polygon == again.polygon
    assert "103.59" in client.get(f"{HOME}{again.pk}/cap-nhat/").content.decode()


def test_nobody_in_the_drawing_is_left_out(client, spread):
    sign_in(client, spread.composer)
    both = json.dumps(square(103.65, 22.5, 0.08))
    answer = client.post(
        f"{HOME}soan/{spread.flood.pk}/", sent(areas=[spread.villages[0].code], polygon=both)
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "chưa được chọn" in page
    assert str(spread.villages[1]) in page
    assert not Alert.objects.exists()


def test_without_a_drawing_nothing_changes(client, spread):
    sign_in(client, spread.composer)
    client.post(f"{HOME}soan/{spread.flood.pk}/", sent(areas=[spread.commune.code], polygon=""))
    assert Alert.objects.get().polygon is None


BOW = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
BAD = [
    [],
    "x",
    {"type": "Point", "coordinates": [1, 2]},
    {"type": "Polygon"},
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[]]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]},
    {"type": "Polygon", "coordinates": [BOW]},
    {"type": "Polygon", "coordinates": [[[200, 0], [201, 1], [201, 0]]]},
    {"type": "Polygon", "coordinates": [[[0, 0, 0], [1, 1, 0], [1, 0, 0]]]},
    {"type": "Polygon", "coordinates": [[["a", 0], [1, 1], [1, 0]]]},
    {"type": "Polygon", "coordinates": [[[float("nan"), 0], [1, 1], [1, 0]]]},
    {"type": "Polygon", "coordinates": [[[n / 100, n * n] for n in range(MOST_DRAWN + 1)]]},
    {"type": "Polygon", "coordinates": [BOW, BOW]},
]


@pytest.mark.parametrize("geometry", BAD, ids=range(len(BAD)))
def test_what_is_no_area(client, spread, geometry):
    with pytest.raises(ValueError, match=r".+"):
        drawn_shape(geometry)
    sign_in(client, spread.composer)
    answer = client.post(f"{HOME}vung/", {"polygon": json.dumps(geometry)})
    assert answer.status_code == 400
    assert "ba điểm" in answer.json()["error"]
    answer = client.post(
        f"{HOME}soan/{spread.flood.pk}/",
        sent(areas=[spread.commune.code], polygon=json.dumps(geometry)),
    )
    assert answer.status_code == 200
    assert not Alert.objects.exists()

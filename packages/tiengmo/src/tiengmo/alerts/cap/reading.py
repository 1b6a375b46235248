"""Reading other authorities' CAP messages and feeds: hostile until proven dull.

defusedxml refuses every document type declaration before it is acted on, so neither outside files
(XXE) nor entities that grow (billion laughs) are ever looked at; what is too large, too deep, in
another namespace or out of CAP's own words is refused with a text for the person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from tiengmo.alerts.errors import HostileXml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM = "http://www.w3.org/2005/Atom"
MOST_BYTES = 2 * 1024 * 1024
MOST_ELEMENTS = 20_000
DEEPEST = 32
MOST_ENTRIES = 100
LONGEST_TEXT = 10_000
FIRST_YEAR, LAST_YEAR = 2000, 2100

_SENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_NAME = re.compile(r"[^\s,<&]{1,200}")
_STATUSES = {"Actual", "Exercise", "System", "Test", "Draft"}
_TYPES = {"Alert", "Update", "Cancel", "Ack", "Error"}
# What tells of no danger, in any spelling.
_NO_RESPONSES = {"allclear"}
_NO_URGENCIES = {"past"}
_NO_CERTAINTIES = {"unlikely"}
_SCOPES = {"Public", "Restricted", "Private"}


@dataclass(frozen=True)
class ForeignInfo:
    language: str
    event: str
    category: str
    urgency: str
    severity: str
    certainty: str
    response_types: list[str]
    headline: str
    description: str
    instruction: str
    expires: str
    areas: list[str]
    polygons: list[str]
    circles: list[str]
    geocodes: list[tuple[str, str]]

    @property
    def is_danger(self) -> bool:
        """Does it speak of a danger? Not an all-clear, nor what is past or hardly to come."""
        return (
            not {one.casefold() for one in self.response_types} & _NO_RESPONSES
            and self.urgency.casefold() not in _NO_URGENCIES
            and self.certainty.casefold() not in _NO_CERTAINTIES
        )

    def warns_at(self, now: datetime) -> bool:
        return self.is_danger and (not self.expires or _instant(self.expires) > now)


@dataclass(frozen=True)
class ForeignAlert:
    """A CAP message as somebody else wrote it; nothing of it is believed yet."""

    identifier: str
    sender: str
    sent: str
    status: str
    msg_type: str
    scope: str
    references: list[tuple[str, str, str]]
    infos: list[ForeignInfo] = field(default_factory=list)

    @property
    def is_end(self) -> bool:
        """Does it take a warning back, or say that the danger is over?"""
        has_none = bool(self.infos) and not any(info.is_danger for info in self.infos)
        return self.msg_type == "Cancel" or has_none

    def best_info(self, language: str = "vi") -> ForeignInfo | None:
        ordered = sorted(self.infos, key=lambda info: not info.language.startswith(language))
        return ordered[0] if ordered else None


def parse(raw: bytes) -> Element:
    """An XML document without a document type, of bearable size and depth. Raises HostileXml."""
    if len(raw) > MOST_BYTES:
        raise HostileXml(_("Tệp lớn hơn 2 MB: không phải một bản tin cảnh báo."))
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException as error:
        raise HostileXml(
            _("Tệp có khai báo kiểu tài liệu (DTD, thực thể ngoài): từ chối vì có thể là mã độc.")
        ) from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise HostileXml(_("Không phải XML hợp lệ: %(error)s") % {"error": error}) from error
    _check_shape(root)
    return root


def _check_shape(root: Element) -> None:
    waiting, count = [(root, 1)], 0
    while waiting:
        element, depth = waiting.pop()
        count += 1
        if count > MOST_ELEMENTS or depth > DEEPEST:
            raise HostileXml(_("Tệp có quá nhiều phần hoặc lồng nhau quá sâu."))
        waiting.extend((child, depth + 1) for child in element)


def read_alert(raw: bytes) -> ForeignAlert:
    """A CAP 1.2 message, in CAP's own words. Raises HostileXml with what is wrong."""
    root = parse(raw)
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise HostileXml(
            _("Không phải bản tin CAP 1.2 (thẻ gốc là %(tag)s).") % {"tag": str(root.tag)[:100]}
        )
    sent = _text(root, "sent", required=True)
    if not _SENT.fullmatch(sent):
        raise HostileXml(_("Thời điểm gửi không đúng dạng của CAP: %(sent)s") % {"sent": sent[:40]})
    _instant(sent)
    return ForeignAlert(
        identifier=_name(root, "identifier"),
        sender=_name(root, "sender"),
        sent=sent,
        status=_one_of(root, "status", _STATUSES),
        msg_type=_one_of(root, "msgType", _TYPES),
        scope=_one_of(root, "scope", _SCOPES),
        references=_references(_text(root, "references")),
        infos=[_info(part) for part in root.findall(f"{{{NAMESPACE}}}info")],
    )


def _info(part: Element) -> ForeignInfo:
    areas = part.findall(f"{{{NAMESPACE}}}area")
    expires = _text(part, "expires")
    if expires:
        _instant(expires)
    return ForeignInfo(
        language=_text(part, "language") or "en-US",
        event=_text(part, "event", required=True),
        category=_text(part, "category", required=True),
        urgency=_text(part, "urgency", required=True),
        severity=_text(part, "severity", required=True),
        certainty=_text(part, "certainty", required=True),
        response_types=_texts(part, "responseType"),
        headline=_text(part, "headline"),
        description=_text(part, "description"),
        instruction=_text(part, "instruction"),
        expires=expires,
        areas=[_text(area, "areaDesc") for area in areas],
        polygons=[text for area in areas for text in _texts(area, "polygon")],
        circles=[text for area in areas for text in _texts(area, "circle")],
        geocodes=[
            (_text(code, "valueName"), _text(code, "value"))
            for area in areas
            for code in area.findall(f"{{{NAMESPACE}}}geocode")
        ],
    )


def _texts(parent: Element, name: str) -> list[str]:
    found = [(one.text or "").strip() for one in parent.findall(f"{{{NAMESPACE}}}{name}")]
    # A polygon of a whole country's coast is longer than any sentence.
    if any(len(text) > MOST_BYTES // 4 for text in found):
        raise HostileXml(_("Một phần của bản tin dài bất thường."))
    return found


def _text(parent: Element, name: str, *, required: bool = False) -> str:
    found = (parent.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()
    if required and not found:
        raise HostileXml(_("Bản tin thiếu phần bắt buộc “%(name)s”.") % {"name": name})
    if len(found) > LONGEST_TEXT:
        raise HostileXml(_("Phần “%(name)s” dài bất thường.") % {"name": name})
    return found


def _name(parent: Element, name: str) -> str:
    found = _text(parent, name, required=True)
    if not _NAME.fullmatch(found):
        raise HostileXml(_("Phần “%(name)s” có ký tự CAP không cho phép.") % {"name": name})
    return found


def _one_of(parent: Element, name: str, allowed: set[str]) -> str:
    found = _text(parent, name, required=True)
    if found not in allowed:
        raise HostileXml(
            _("Phần “%(name)s” có giá trị lạ: %(value)s") % {"name": name, "value": found[:40]}
        )
    return found


def _references(text: str) -> list[tuple[str, str, str]]:
    found = []
    for part in text.split():
        pieces = part.split(",")
        if len(pieces) != 3:  # noqa: PLR2004 - sender, identifier, sent
            raise HostileXml(_("Phần “references” không đúng dạng của CAP."))
        found.append((pieces[0], pieces[1], pieces[2]))
    return found


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise HostileXml(_("Thời điểm không có thật: %(text)s") % {"text": text[:40]}) from error
    if found.tzinfo is None:
        raise HostileXml(_("Thời điểm thiếu múi giờ: %(text)s") % {"text": text[:40]})
    # Anything else overflows where it is compared or written, and nobody warns of it.
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise HostileXml(_("Thời điểm không có thật: %(text)s") % {"text": text[:40]})
    return found


def expires_at(alert: ForeignAlert) -> datetime | None:
    """The last instant at which some part of it still counts; None when it does not say."""
    ends = [_instant(info.expires) for info in alert.infos if info.expires]
    return max(ends) if ends else None


def read_feed(raw: bytes, *, url: str) -> list[str]:
    """Addresses of the CAP messages an Atom or RSS feed names, newest first as it lists them.

    Only addresses on the feed's own host are followed: a feed is not to choose where this server
    sends requests. A feed that is a single CAP message names itself. Raises HostileXml.
    """
    root = parse(raw)
    if root.tag == f"{{{NAMESPACE}}}alert":
        return [url]
    links: list[str] = []
    if root.tag == f"{{{ATOM}}}feed":
        for entry in root.findall(f"{{{ATOM}}}entry"):
            found = [
                link.get("href", "")
                for link in entry.findall(f"{{{ATOM}}}link")
                if link.get("rel", "alternate") in {"alternate", "enclosure", "related"}
            ]
            typed = [
                link.get("href", "")
                for link in entry.findall(f"{{{ATOM}}}link")
                if "cap" in link.get("type", "")
            ]
            links.extend((typed or found)[:1])
    elif root.tag == "rss":
        links = [(item.findtext("link") or "").strip() for item in root.iter("item")]
    else:
        raise HostileXml(
            _("Không phải nguồn tin Atom hay RSS (thẻ gốc là %(tag)s).")
            % {"tag": str(root.tag)[:100]}
        )
    host = urlsplit(url).netloc
    absolute = [urljoin(url, link) for link in links if link]
    same = [link for link in absolute if urlsplit(link).netloc == host]
    return list(dict.fromkeys(same))[:MOST_ENTRIES]

"""Fixed keys, clock and messages for tests, vectors and the examples of the specification.

Everybody knows these private keys. No box that pins `ROOT` is anybody's but a test's.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from speaker_link import certificates, envelope, jws
from speaker_link.bodies import KINDS
from speaker_link.boxes import compose_from_box
from speaker_link.certificates import Certificate
from speaker_link.envelope import BoxMessage, Message, Signer
from speaker_link.keys import PrivateKey, decode_base64url, encode_base64url
from speaker_link.kinds import AREA_KINDS, CERTIFIABLE_KINDS, Kind, Priority
from speaker_link.messages import (
    Alert,
    Assignment,
    BoardText,
    Body,
    Edition,
    Live,
    QuietHours,
    Schedule,
    ScheduleItem,
    Takeover,
    TextEdition,
    TextLine,
)
from speaker_link.on_air import pack
from speaker_link.trust import OpenStream, Scope, Trust
from speaker_link.updates import Update

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
SERIAL = "BX-0007"
LOCALITY, COMMUNE, VILLAGE = "082", "02686", "02686-07"
OTHER_COMMUNE = "02701"

# A key that certifies programs is used for one and for nothing else; boards have their own key.
STATION_CERTIFIES = tuple(sorted(CERTIFIABLE_KINDS - {Kind.UPDATE, Kind.TEXT}))

BodyT = TypeVar("BodyT", bound=Body)


def _seed(name: str) -> bytes:
    return hashlib.sha256(f"Tiếng Mõ specimen key: {name}".encode()).digest()


@cache
def key(name: str) -> PrivateKey:
    return PrivateKey(_seed(name))


def message_id(name: str) -> str:
    return encode_base64url(_seed(name)[:15])


def sha256(name: str) -> str:
    return _seed(name).hex()


ROOT = key("root")
NEW_ROOT = key("new root")
STRANGER_ROOT = key("stranger's root")
BOX = key("box")


def signer(
    name: str,
    *,
    areas: Sequence[str] = (LOCALITY,),
    highest_priority: Priority = Priority.PRIORITY,
    kinds: Sequence[Kind] = STATION_CERTIFIES,
    holder: str = "",
    serial: str = "",
    nbf: datetime = NOW - timedelta(days=30),
    exp: datetime = NOW + timedelta(days=335),
    root: PrivateKey = ROOT,
) -> Signer:
    """A key with a certificate; what is not given is that of the locality's station."""
    certificate = Certificate(
        serial=serial or name.replace(" ", "-"),
        key=key(name).public,
        holder=holder or name,
        areas=list(areas),
        highest_priority=highest_priority,
        kinds=list(kinds),
        nbf=nbf,
        exp=exp,
    )
    return Signer(key(name), certificates.issue(certificate, root=root))


STATION = signer("station", holder="Trung tâm Văn hóa, Thể thao - Truyền thông Bát Xát")
COMMUNE_STATION = signer(
    "commune station",
    holder="Đài truyền thanh xã A Mú Sung",
    areas=[COMMUNE],
    highest_priority=Priority.ROUTINE,
)
OTHER_COMMUNE_STATION = signer(
    "other commune station", holder="Đài truyền thanh xã Y Tý", areas=[OTHER_COMMUNE]
)
FIRST_DIRECTOR = signer("first director", holder="director-1", highest_priority=Priority.EMERGENCY)
UPDATE_KEY = signer("update 0.2.0 arm64", holder="Bản 0.2.0 (arm64)", kinds=[Kind.UPDATE])
BOARD_KEY = signer(
    "boards", holder="Bảng chữ của Trung tâm Truyền thông Bát Xát", kinds=[Kind.TEXT]
)
SECOND_DIRECTOR = signer(
    "second director", holder="director-2", highest_priority=Priority.EMERGENCY
)

# 20 ms of digital silence (RFC 6716: CELT, full band, mono, one frame).
SILENT_PACKET = b"\xf8\xff\xfe"

ASSIGNMENT = Assignment(
    version=3,
    serial=SERIAL,
    areas=[VILLAGE, COMMUNE, LOCALITY],
    languages=["hmn", "vi"],
    quiet_hours=[QuietHours(starts="22:00", ends="04:30", utc_offset="+07:00")],
    volume=60,
    max_volume=85,
    stations=[LOCALITY, COMMUNE],
    gateway_url="https://loa.batxat.example",
    is_test_mode=False,
)
SCOPE = Scope.of(ASSIGNMENT)
TRUST = Trust.in_root(ROOT.public)


def item(name: str = "evening news", **changes: Any) -> ScheduleItem:
    editions = [
        Edition(language="vi", sha256=sha256(f"{name} vi"), bytes=481_204, duration_ms=60_480),
        Edition(language="hmn", sha256=sha256(f"{name} hmn"), bytes=502_118, duration_ms=63_040),
    ]
    wanted: dict[str, Any] = {
        "id": message_id(name),
        "start": NOW + timedelta(minutes=30),
        "start_before": NOW + timedelta(minutes=35),
        "priority": Priority.ROUTINE,
        "areas": [LOCALITY],
        "title": "Bản tin sáng: lịch tiêm chủng",
        "editions": editions,
    }
    return ScheduleItem(**(wanted | changes))


def schedule(**changes: Any) -> Schedule:
    wanted: dict[str, Any] = {
        "version": 41,
        "station": LOCALITY,
        "valid_from": NOW,
        "valid_to": NOW + timedelta(hours=48),
        "items": [item()],
        "withdrawn_items": [],
    }
    return Schedule(**(wanted | changes))


def takeover(**changes: Any) -> Takeover:
    wanted: dict[str, Any] = {
        "version": 7,
        "takeover": "on-air",
        "station": LOCALITY,
        "title": "Họp trực tuyến về phòng chống rét",
        "stream": "stream-1",
        "kid": STATION.key.kid,
        "start": NOW,
        "until": NOW + timedelta(hours=2),
    }
    return Takeover(**(wanted | changes))


def segment(**changes: Any) -> Live:
    """A second of silence, as the Opus encoder writes it."""
    wanted: dict[str, Any] = {
        "takeover": "on-air",
        "station": LOCALITY,
        "stream": "stream-1",
        "sequence": 3,
        "start": NOW + timedelta(seconds=2),
        "duration_ms": 1000,
        "packets": pack([SILENT_PACKET] * 50),
    }
    return Live(**(wanted | changes))


def stream(body: Takeover | None = None, **changes: Any) -> OpenStream:
    opened = OpenStream.of(body or takeover(), areas=[LOCALITY], priority=Priority.ROUTINE)
    return replace(opened, **changes)


def alert(**changes: Any) -> Alert:
    wanted: dict[str, Any] = {
        "version": 1,
        "alert": "flood-2026-11-21",
        "station": LOCALITY,
        "status": "Actual",
        "msg_type": "Alert",
        "title": "Lũ quét trên suối Lũng Pô: rời ngay khỏi bờ suối",
        "start": NOW,
        "until": NOW + timedelta(hours=1),
        "editions": item("flood").editions,
        "repeat_ms": 120_000,
    }
    return Alert(**(wanted | changes))


def line(name: str = "vaccination", **changes: Any) -> TextLine:
    wanted: dict[str, Any] = {
        "id": message_id(name),
        "start": NOW - timedelta(hours=1),
        "until": NOW + timedelta(hours=24),
        "areas": [LOCALITY],
        "editions": [
            TextEdition(language="vi", text="Thứ Bảy tiêm chủng tại trạm y tế xã, từ 7 giờ 30"),
            TextEdition(language="hmn", text="Hnub Rau txhaj tshuaj ntawm tsev kho mob"),
        ],
    }
    return TextLine(**(wanted | changes))


def board_text(**changes: Any) -> BoardText:
    wanted: dict[str, Any] = {"version": 9, "station": LOCALITY, "lines": [line()]}
    return BoardText(**(wanted | changes))


def update(**changes: Any) -> Update:
    wanted: dict[str, Any] = {
        "version": "0.2.0",
        "architecture": "arm64",
        "python": "3.11",
        "sha256": sha256("program 0.2.0 arm64"),
        "bytes": 24_117_248,
        "unpacked_bytes": 98_566_144,
    }
    return Update(**(wanted | changes))


def message(body: BodyT, name: str = "", **changes: Any) -> Message[BodyT]:
    """A message as `compose` makes it, addressed as its kind asks, its id always the same."""
    kind = KINDS[type(body)]
    wanted: dict[str, Any] = {"now": NOW, "id": message_id(name or f"message {kind}")}
    if kind in AREA_KINDS:
        wanted["areas"] = [LOCALITY]
    elif kind not in {Kind.REVOCATIONS, Kind.ROOT_ROTATION}:
        wanted["to"] = SERIAL
    return envelope.compose(body, **(wanted | changes))


def box_message(body: BodyT, name: str = "", **changes: Any) -> BoxMessage[BodyT]:
    kind = KINDS[type(body)]
    wanted: dict[str, Any] = {
        "now": NOW,
        "box": SERIAL,
        "session": 12,
        "sequence": 4,
        "id": message_id(name or f"message {kind}"),
    }
    return compose_from_box(body, **(wanted | changes))


def forge(text: str, *, by: PrivateKey | None = None, **members: Any) -> str:
    """A message with other members in its first header.

    The signature stays as it was, or is made anew by `by`: what an attacker can do.
    """
    payload, signatures = jws.split(text)
    header = jws.parse_json(decode_base64url(signatures[0]["protected"])) | members
    protected = encode_base64url(json.dumps(header, separators=(",", ":")).encode())
    signature = signatures[0]["signature"]
    if by is not None:
        signature = encode_base64url(by.sign(f"{protected}.{payload}".encode()))
    forged = {"protected": protected, "signature": signature}
    return json.dumps(
        {"payload": payload, "signatures": [forged, *signatures[1:]]}, separators=(",", ":")
    )

"""The shape of a vector, and the parts that the cases share."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from speaker_link import specimens
from speaker_link.envelope import BoxMessage, Message
from speaker_link.errors import RefusalReason
from speaker_link.fields import write_instant
from speaker_link.specimens import BOX, NOW, ROOT, SERIAL
from speaker_link.trust import Scope, Trust

Case = dict[str, Any]


def payload_of(message: Message[Any] | BoxMessage[Any]) -> dict[str, Any]:
    return json.loads(message.model_dump_json(exclude_none=True))


def _outcome(expected: Any) -> dict[str, Any]:
    if isinstance(expected, RefusalReason):
        return {"refused": str(expected)}
    if isinstance(expected, Message | BoxMessage):
        return {"accepted": payload_of(expected)}
    return {"accepted": expected}


def to_box(
    name: str,
    text: str,
    expected: Message[Any] | RefusalReason,
    *,
    topic: str | None = None,
    now: datetime = NOW,
    scope: Scope = specimens.SCOPE,
    trust: Trust = specimens.TRUST,
    earlier: Sequence[str] = (),
    max_bytes: int | None = None,
) -> Case:
    """A message that a box receives; `earlier` are messages that it accepted before, in order."""
    case: Case = {
        "name": name,
        "reader": "box",
        "now": write_instant(now),
        "box": {
            "serial": scope.serial,
            "areas": list(scope.areas),
            "stations": list(scope.stations),
            "is_test_mode": scope.is_test_mode,
            "time_is_trusted": scope.time_is_trusted,
            "nonces": sorted(scope.nonces),
            "streams": [
                {
                    "station": one.station,
                    "takeover": one.takeover,
                    "stream": one.stream,
                    "kid": one.kid,
                    "areas": sorted(one.areas),
                    "priority": str(one.priority),
                    "until": write_instant(one.until),
                }
                for one in scope.streams
            ],
        },
        "roots": [
            {"key": root.key.to_jwk()}
            | ({"until": write_instant(root.until)} if root.until else {})
            for root in trust.roots
        ],
        "revoked": sorted(trust.revoked),
        "earlier": list(earlier),
        "message": text,
        "expected": _outcome(expected),
    }
    if topic is not None:
        case["topic"] = topic
    if max_bytes is not None:
        case["max_bytes"] = max_bytes
    return case


def to_server(
    name: str,
    text: str,
    expected: BoxMessage[Any] | RefusalReason,
    *,
    topic: str,
    serial: str = SERIAL,
) -> Case:
    """A message that the server receives from a box whose key and serial it has on record."""
    return {
        "name": name,
        "reader": "server",
        "key": BOX.public.to_jwk(),
        "serial": serial,
        "topic": topic,
        "message": text,
        "expected": _outcome(expected),
    }


def to_enrolment(name: str, text: str, expected: Any) -> Case:
    """The body of an enrolment request, as the server reads it."""
    return {"name": name, "reader": "enrolment", "message": text, "expected": _outcome(expected)}


def enrolment_answer(name: str, text: str, expected: Any, *, code: str) -> Case:
    """The response to it, as the box reads it that typed `code` and holds `key`."""
    return {
        "name": name,
        "reader": "enrolment_answer",
        "code": code,
        "key": BOX.public.to_jwk(),
        "message": text,
        "expected": _outcome(expected),
    }


def keys() -> dict[str, Any]:
    """Every private key of the vectors: known to all, good for nothing else."""
    return {
        "warning": "Everybody knows these private keys. Never pin this root outside a test.",
        "root": ROOT.to_jwk(),
        "new_root": specimens.NEW_ROOT.to_jwk(),
        "box": BOX.to_jwk(),
        "signers": {
            name: {"key": signer.key.to_jwk(), "certificate": signer.certificate}
            for name, signer in {
                "station": specimens.STATION,
                "commune_station": specimens.COMMUNE_STATION,
                "other_commune_station": specimens.OTHER_COMMUNE_STATION,
                "first_director": specimens.FIRST_DIRECTOR,
                "second_director": specimens.SECOND_DIRECTOR,
                "update_key": specimens.UPDATE_KEY,
                "board_key": specimens.BOARD_KEY,
            }.items()
        },
    }

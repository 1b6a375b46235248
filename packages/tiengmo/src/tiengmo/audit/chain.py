"""How a row of the audit log is written as bytes and hashed: pure functions.

A row is hashed over what both databases give back unchanged: PostgreSQL's jsonb turns 1e5 into
100000 and refuses U+0000, so values are made canonical before they are stored.
"""

import hashlib
import json
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

# Above this a float is no longer exactly what a decimal column gives back.
_EXACT_FLOAT = 2**53


def clean_text(text: str, longest: int | None = None) -> str:
    """Text that both databases can hold: no U+0000, no half surrogate pair."""
    text = text.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")
    return text if longest is None else text[:longest]


def canonical_detail(value: Any) -> Any:
    """`value` in the JSON types that survive a round trip through either database."""
    match value:
        case Enum():
            return canonical_detail(value.value)
        case None | bool() | int():
            return value
        case float():
            if not math.isfinite(value):
                return str(value)
            if abs(value) >= _EXACT_FLOAT:
                return repr(value)
            return int(value) if value.is_integer() else value
        case datetime():
            return instant(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return canonical_detail(value.total_seconds())
        case Decimal() | UUID():
            return str(value)
        case bytes():
            return value.hex()
        case dict():
            return {
                clean_text(str(canonical_detail(key))): canonical_detail(item)
                for key, item in value.items()
            }
        case set() | frozenset():
            return sorted((canonical_detail(item) for item in value), key=str)
        case list() | tuple():
            return [canonical_detail(item) for item in value]
    # Lazy translations, models and paths: as they print.
    return clean_text(str(value))


def instant(at: datetime) -> str:
    """An instant as UTC with microseconds, which both databases keep."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row_hash(
    *,
    sequence: int,
    at: datetime,
    actor_id: str,
    actor_name: str,
    action: str,
    subject_type: str,
    subject_id: str,
    subject_name: str,
    detail: Any,
    previous_hash: str,
) -> str:
    """SHA-256 of the row's canonical JSON, in which the previous row's hash stands."""
    row = {
        "sequence": sequence,
        "at": instant(at),
        "actor_id": actor_id,
        "actor_name": actor_name,
        "action": action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "subject_name": subject_name,
        "detail": detail,
        "previous_hash": previous_hash,
    }
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # A tampered row may hold what no honest one does; it must be reported, not crash the check.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

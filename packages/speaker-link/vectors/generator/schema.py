"""The JSON Schema of every payload, made from the program's own models."""

from typing import Any

from pydantic.json_schema import models_json_schema
from speaker_link.certificates import Certificate
from speaker_link.enrolment import Request
from speaker_link.envelope import FROM_BOXES, LONGEST_LIFE, box_message_class, message_class
from speaker_link.kinds import AREA_KINDS, Kind

_TO_ALL = {Kind.REVOCATIONS, Kind.ROOT_ROTATION}


def _without_noise(schema: Any) -> Any:
    """Members that may be missing are left out on the wire, so null is no value of theirs."""
    if isinstance(schema, list):
        return [_without_noise(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "anyOf" in schema:
        (kept,) = [one for one in schema["anyOf"] if one != {"type": "null"}]
        schema = {name: value for name, value in schema.items() if name != "anyOf"} | kept
    clean = {}
    for name, value in schema.items():
        if name in {"properties", "$defs"}:
            clean[name] = {member: _without_noise(inner) for member, inner in value.items()}
        elif name not in {"title", "default"}:
            clean[name] = _without_noise(value)
    return clean


def schema() -> dict[str, Any]:
    """One schema; a payload's own is `#/$defs/{typ}`, a certificate's `#/$defs/certificate`."""
    models = {str(kind): message_class(kind) for kind in LONGEST_LIFE}
    models |= {str(kind): box_message_class(kind) for kind in sorted(FROM_BOXES)}
    models |= {str(Kind.ENROLMENT_REQUEST): Request, "certificate": Certificate}
    places, found = models_json_schema([(model, "validation") for model in models.values()])
    definitions = _without_noise(found["$defs"])
    for name, model in models.items():
        key = places[model, "validation"]["$ref"].removeprefix("#/$defs/")
        own = definitions.pop(key)
        if name in {*Kind}:
            own["properties"]["typ"] = {"const": name}
            _address(Kind(name), own)
        definitions[name] = own
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Payloads of the speaker link, version 1",
        "description": "What no schema can say stands in docs/speaker-link.md, section 13.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in models],
        "$defs": definitions,
    }


def _address(kind: Kind, own: dict[str, Any]) -> None:
    if kind not in LONGEST_LIFE:
        return
    wanted = None if kind in _TO_ALL else "areas" if kind in AREA_KINDS else "to"
    for member in ("to", "areas"):
        if member == wanted:
            own["required"].append(member)
        else:
            del own["properties"][member]

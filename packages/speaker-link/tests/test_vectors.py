"""The vectors that other makers check their boxes with hold for this library too."""

import json
import sys
from datetime import datetime
from pathlib import Path

import pytest
from speaker_link import enrolment
from speaker_link.enrolment import EnrolmentCode
from speaker_link.envelope import MAX_BYTES
from speaker_link.errors import InvalidEnrolmentCode, RefusalReason, Refused
from speaker_link.keys import PublicKey
from speaker_link.kinds import Priority
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import OpenStream, Root, Scope, Trust
from speaker_link.verification import verify, verify_from_box

FOLDER = Path(__file__).parents[1] / "vectors"
FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
CASES = [
    pytest.param(case, id=f"{name}: {case['name']}")
    for name, content in FILES.items()
    if name not in {"keys", "schema", "enrolment_code"}
    for case in content["cases"]
]


def read(case):
    """What a maker does with a vector, in the words of the folder's README."""
    if case["reader"] == "enrolment":
        return enrolment.verify_request(case["message"])
    key = PublicKey.from_jwk(case["key"]) if "key" in case else None
    if case["reader"] == "enrolment_answer":
        code = EnrolmentCode.parse(case["code"])
        return enrolment.open_answer(case["message"], code=code, key=key)[1]
    if case["reader"] == "server":
        return verify_from_box(case["message"], key=key, serial=case["serial"], topic=case["topic"])
    box = case["box"]
    around = {
        "trust": Trust(
            roots=tuple(
                Root(
                    PublicKey.from_jwk(root["key"]),
                    datetime.fromisoformat(root["until"]) if "until" in root else None,
                )
                for root in case["roots"]
            ),
            revoked=frozenset(case["revoked"]),
        ),
        "scope": Scope(
            serial=box["serial"],
            areas=tuple(box["areas"]),
            stations=tuple(box["stations"]),
            is_test_mode=box["is_test_mode"],
            time_is_trusted=box["time_is_trusted"],
            nonces=frozenset(box["nonces"]),
            streams=tuple(
                OpenStream(
                    **one
                    | {
                        "areas": frozenset(one["areas"]),
                        "priority": Priority(one["priority"]),
                        "until": datetime.fromisoformat(one["until"]),
                    }
                )
                for one in box["streams"]
            ),
        ),
        "now": datetime.fromisoformat(case["now"]),
        "replay": MemoryReplayCache(),
        "topic": case.get("topic"),
    }
    for text in case["earlier"]:
        verify(text, **around)
    return verify(case["message"], **around, max_bytes=case.get("max_bytes", MAX_BYTES))


@pytest.mark.parametrize("case", CASES)
def test_vector(case):
    expected = case["expected"]
    if "refused" in expected:
        with pytest.raises(Refused) as caught:
            read(case)
        assert caught.value.reason == expected["refused"]
    else:
        told = read(case)
        assert json.loads(told.model_dump_json(exclude_none=True)) == expected["accepted"]


@pytest.mark.parametrize("case", FILES["enrolment_code"]["cases"], ids=lambda case: case["name"])
def test_enrolment_code_vector(case):
    if "secret" in case:
        assert EnrolmentCode.parse(case["text"]) == EnrolmentCode(
            case["secret"], case["fingerprint"]
        )
    else:
        with pytest.raises(InvalidEnrolmentCode):
            EnrolmentCode.parse(case["text"])


def test_every_reason_has_a_vector():
    met = {param.values[0]["expected"].get("refused") for param in CASES}
    # What fits a machine is judged after the message: test_judge_updates.
    assert met - {None} == set(RefusalReason) - {RefusalReason.WRONG_PLATFORM}


def test_the_files_are_what_the_generator_writes(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER / "generator"))
    import generate

    for name in [path.stem for path in (FOLDER / "generator").glob("*.py")]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    assert written == {
        name: generate.text_of(content) for name, content in generate.files().items()
    }

"""Everything in docs/speaker-link.md that a program can check."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from speaker_link import enrolment, jws, specimens, topics
from speaker_link.boxes import sign_as_box
from speaker_link.certificates import TYPE as CERTIFICATE_TYPE
from speaker_link.certificates import Certificate
from speaker_link.enrolment import EnrolmentCode
from speaker_link.envelope import (
    BOX_TYPE,
    LAST_WORD,
    LONGEST_LIFE,
    MAX_BYTES,
    TYPE,
    Signer,
    parse_box_payload,
    parse_payload,
    sign,
)
from speaker_link.errors import RefusalReason
from speaker_link.kinds import CERTIFIABLE_KINDS, ROOT_KINDS, Kind
from speaker_link.messages import MAX_ITEMS, CutReason, EnrolmentRequest, TimeAnswer
from speaker_link.replay import MemoryReplayCache
from speaker_link.specimens import BOX, NEW_ROOT, NOW, ROOT, SCOPE, SERIAL, STATION, TRUST
from speaker_link.verification import verify, verify_from_box

ROOT_FOLDER = Path(__file__).parents[3]
TEXT = (ROOT_FOLDER / "docs" / "speaker-link.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
EXAMPLES = [jws.parse_json(text) for language, text in BLOCKS if language == "json"]
SIGNED_BY = {
    Kind.REVOCATIONS: [Signer(ROOT)],
    Kind.ROOT_ROTATION: [Signer(ROOT), Signer(NEW_ROOT)],
    Kind.ALERT: [specimens.FIRST_DIRECTOR, specimens.SECOND_DIRECTOR],
    Kind.UPDATE: [specimens.UPDATE_KEY],
    Kind.TEXT: [specimens.BOARD_KEY],
}


def section(title):
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text):
    """The first two cells of each row of the tables in a text."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def kind_of(example):
    """What an example is; the specification has no other sort."""
    if "signatures" in example:
        return "signed"
    if "alg" in example:
        return "header"
    if "holder" in example:
        return "certificate"
    return Kind(example["typ"])


def judge(text):
    on_air = (specimens.stream(),)
    scope = replace(SCOPE, nonces=frozenset({"n-20261121-1"}), streams=on_air)
    return verify(text, trust=TRUST, scope=scope, now=NOW, replay=MemoryReplayCache())


@pytest.mark.parametrize("example", EXAMPLES, ids=[str(kind_of(one)) for one in EXAMPLES])
def test_example(example):
    kind = kind_of(example)
    raw = json.dumps(example, ensure_ascii=False).encode()
    if kind == "signed":
        assert judge(raw).typ is Kind.COMMAND
    elif kind == "header":
        written = sign(
            specimens.message(TimeAnswer(nonce="n", received_at=NOW, sent_at=NOW)), by=[STATION]
        )
        _, (signature,) = jws.split(written)
        made = [
            jws.parse_json(jws.decode(signature["protected"], "")),
            jws.parse_json(jws.decode(STATION.certificate.split(".")[0], "")),
        ]
        assert example in made
        assert example["typ"] in {TYPE, CERTIFICATE_TYPE}
    elif kind == "certificate":
        read = Certificate.model_validate_json(raw)
        assert json.loads(read.model_dump_json()) == example
        assert (
            set(read.kinds)
            == set(specimens.STATION_CERTIFIES)
            == CERTIFIABLE_KINDS - {Kind.UPDATE, Kind.TEXT}
        )
        assert jws.decode(STATION.certificate.split(".")[1], "") == read.model_dump_json().encode()
    elif kind is Kind.ENROLMENT_REQUEST:
        text = jws.sign(raw, typ=BOX_TYPE, signers=[(BOX, None)])
        assert isinstance(enrolment.verify_request(text), EnrolmentRequest)
    elif "box" in example:
        said = parse_box_payload(raw)
        heard = verify_from_box(sign_as_box(said, BOX), key=BOX.public, serial=SERIAL)
        assert json.loads(heard.model_dump_json(exclude_none=True)) == example
    else:
        said = parse_payload(raw)
        heard = judge(sign(said, by=SIGNED_BY.get(kind, [STATION])))
        assert json.loads(heard.model_dump_json(exclude_none=True)) == example


def test_the_signed_example_is_the_one_explained_later():
    signed, command = (
        next(one for one in EXAMPLES if kind_of(one) == kind) for kind in ("signed", Kind.COMMAND)
    )
    assert jws.parse_json(jws.decode(signed["payload"], "")) == command


def test_the_enrolment_example_is_opened_with_the_code():
    request, answer = (
        next(one for one in EXAMPLES if kind_of(one) is kind)
        for kind in (Kind.ENROLMENT_REQUEST, Kind.ENROLMENT_ANSWER)
    )
    code = EnrolmentCode.parse(request["body"]["code"])
    said = parse_payload(json.dumps(answer).encode())
    text = enrolment.write_answer(said, root=ROOT.public, by=STATION)
    root, _, assigned = enrolment.open_answer(text, code=code, key=BOX.public)
    assert root == ROOT.public
    assert assigned.body == specimens.ASSIGNMENT
    assert str(code) in section("7. Enrolment")


def test_every_kind_has_an_example():
    assert {kind_of(one) for one in EXAMPLES} == {"signed", "header", "certificate", *Kind}


def test_every_reason_is_explained():
    table = section("4. How a box judges a message").split("### Reasons")[1]
    named = [first.strip("`") for first, *_ in rows(table)][1:]
    assert sorted(named) == sorted(RefusalReason)
    proof = section("12. Proof of play").split("\nReasons:")[1]
    assert set(re.findall(r"`([a-z_]+)` ?(?=[(,.])", proof)) >= set(CutReason)


def test_every_topic_is_listed_with_its_kinds():
    listed = rows(section("5. MQTT"))[1:]
    assert len(listed) == 14
    for topic, by, _, retained, kinds in listed:
        names = {"serial": SERIAL, "station": "082", "name": "on-air"}
        where = topics.parse(topic.strip("`").format(**names))
        assert where is not None
        assert where.kinds == set(re.findall(r"`(\w+)`", kinds))
        assert where.is_retained == (retained == "yes")
        assert where.is_from_box == (by == "box")
    assert str(LAST_WORD) in section("5. MQTT")


def test_limits_are_those_of_the_program():
    limits = dict(rows(section("13. Limits"))[1:])
    assert limits["a message to or from a box"] == f"{MAX_BYTES} bytes as text"
    assert limits["signatures"] == f"1 to {jws.MAX_SIGNATURES}"
    assert limits["items, withdrawn items"] == f"{MAX_ITEMS} each"
    assert {
        Kind.LIVE: timedelta(minutes=2),
        Kind.TIME: timedelta(minutes=5),
        Kind.TAKEOVER: timedelta(days=7),
        Kind.ALERT: timedelta(days=7),
        Kind.ENROLMENT_ANSWER: timedelta(hours=1),
        Kind.COMMAND: timedelta(days=1),
        Kind.SCHEDULE: timedelta(days=8),
        Kind.TEXT: timedelta(days=8),
        Kind.ACK: timedelta(days=8),
        Kind.ASSIGNMENT: timedelta(days=3700),
        Kind.REVOCATIONS: timedelta(days=3700),
        Kind.ROOT_ROTATION: timedelta(days=3700),
        Kind.UPDATE: timedelta(days=3700),
    } == LONGEST_LIFE, "the row 'life of a message' must be changed too"
    judged = section("4. How a box judges a message")
    named = re.search(r"the root itself signs only ([^|]+)\|", judged)[1]
    assert set(re.findall(r"`(\w+)`", named)) == ROOT_KINDS


def test_the_number_of_vectors_is_right():
    files = (ROOT_FOLDER / "packages" / "speaker-link" / "vectors").glob("*.json")
    count = sum(len(json.loads(path.read_text("utf-8")).get("cases", [])) for path in files)
    assert f"holds {count} cases" in TEXT


def test_links_within_the_page_lead_somewhere():
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors


def test_the_readme_runs():
    readme = (ROOT_FOLDER / "packages" / "speaker-link" / "README.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["message"].body.volume == 40
    assert names["heard"].order == (12, 1)

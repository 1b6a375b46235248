"""Messages from boxes and enrolment, good and bad, a list for each kind."""

import json
from datetime import timedelta

from frame import Case, enrolment_answer, payload_of, to_enrolment, to_server
from speaker_link import enrolment, specimens, topics
from speaker_link.boxes import sign_as_box, sign_will
from speaker_link.enrolment import EnrolmentCode
from speaker_link.envelope import LAST_WORD, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.local_issues import LocalIssue
from speaker_link.messages import (
    Ack,
    Broker,
    CommandResult,
    CutReason,
    EnrolmentAnswer,
    EnrolmentRequest,
    Held,
    LogReport,
    Outcome,
    PlayReport,
    RefusalReport,
    StationVersion,
    Status,
    TimeRequest,
)
from speaker_link.specimens import (
    ASSIGNMENT,
    BOX,
    NOW,
    ROOT,
    SERIAL,
    STATION,
    STRANGER_ROOT,
    box_message,
    forge,
    item,
    message,
    signer,
)

REPORTS = topics.reports(SERIAL)
CODE = EnrolmentCode("7QF3K0M9WXYA", enrolment.root_fingerprint(ROOT.public))
VIETNAMESE = item().editions[0]

ONLINE = Status(
    state="online",
    agent_version="0.1.0",
    output="alsa:default",
    volume=60,
    time_is_trusted=True,
    clock_offset_ms=-3_600_012.4,
    next_item=item().id,
    next_start=item().start,
    held_items=[item().id],
    schedules=[StationVersion(station="082", version=41)],
    assignment_version=3,
    free_bytes=1_073_741_824,
    boot_id="0b5c1d2e-7c1f-4f3f-9f0e-6a1f6a7d1c11",
    running_seconds=86_400,
    bytes_in=31_457_280,
    bytes_out=4_194_304,
    missing_sounds=0,
    is_test_mode=False,
)
PLAYED = PlayReport(
    item_id=item().id,
    station="082",
    outcome="played",
    language="vi",
    sha256=VIETNAMESE.sha256,
    scheduled_start=item().start,
    started_at=item().start + timedelta(milliseconds=4),
    start_error_ms=4.2,
    sample_rate=48_000,
    samples_expected=2_903_040,
    samples_played=2_903_040,
    level_dbfs=-19.7,
)
CUT = PLAYED.model_copy(
    update={
        "outcome": Outcome.CUT,
        "reason": CutReason.PRE_EMPTED,
        "samples_played": 960_000,
        "underruns": 1,
    }
)
STREAMED = PlayReport(
    item_id="on-air.stream-1",
    station="082",
    outcome="cut",
    reason="gaps",
    scheduled_start=item().start,
    started_at=item().start + timedelta(milliseconds=1200),
    start_error_ms=1200.3,
    sample_rate=48_000,
    samples_expected=28_800_000,
    samples_played=28_704_000,
    gaps=1,
    level_dbfs=-21.4,
)
MISSED = PlayReport(
    item_id=item().id,
    station="082",
    outcome="missed",
    reason="too_late",
    scheduled_start=item().start,
)


def _case(name, body, topic):
    said = box_message(body, name)
    return to_server(name, sign_as_box(said, BOX), said, topic=topic)


def status() -> list[Case]:
    topic = topics.status(SERIAL)
    will = sign_will(agent_version="0.1.0", now=NOW, box=SERIAL, session=12, key=BOX)
    # A will has an id that nobody knows beforehand; here it is fixed so that the file is.
    fixed = box_message(Status(state="offline", agent_version="0.1.0"), "will", sequence=LAST_WORD)
    assert len(will) == len(sign_as_box(fixed, BOX))
    said = box_message(ONLINE)
    text = sign_as_box(said, BOX)
    raw = said.model_dump_json(exclude_none=True)
    other = raw.replace('"state":"online"', '"state":"dancing"').encode()
    as_other = sign_as_box(box_message(ONLINE, box="BX-0008"), BOX)
    moved = json.dumps(json.loads(text) | {"payload": json.loads(as_other)["payload"]})
    stray = raw.replace('"typ":"status"', '"typ":"command"').encode()
    stray = enrolment.jws.sign(stray, typ="tm-box+json", signers=[(BOX, None)])
    dancing = enrolment.jws.sign(other, typ="tm-box+json", signers=[(BOX, None)])
    boarded = ONLINE.model_copy(
        update={"board": "tcp", "texts": [StationVersion(station="082", version=9)]}
    )
    return [
        _case("online, with a text board", boarded, topic),
        to_server("online", text, said, topic=topic),
        to_server("the will", sign_as_box(fixed, BOX), fixed, topic=topic),
        to_server(
            "another box's key",
            sign_as_box(said, specimens.key("x")),
            Reason.UNKNOWN_KEY,
            topic=topic,
        ),
        to_server("in another box's name", as_other, Reason.WRONG_AREA, topic=topic),
        to_server("another payload", moved, Reason.BAD_SIGNATURE, topic=topic),
        to_server("a kind that boxes do not send", stray, Reason.WRONG_KIND, topic=topic),
        to_server("another box's serial", text, Reason.WRONG_AREA, topic=topic, serial="BX-0008"),
        to_server("on another box's topic", text, Reason.WRONG_AREA, topic=topics.status("BX-8")),
        to_server("on the reports' topic", text, Reason.WRONG_KIND, topic=REPORTS),
        to_server("a state that does not exist", dancing, Reason.MALFORMED, topic=topic),
        to_server("alg none", forge(text, alg="none"), Reason.BAD_SIGNATURE, topic=topic),
    ]


def play_report() -> list[Case]:
    silent = box_message(PLAYED).model_dump_json(exclude_none=True)
    silent = silent.replace('"outcome":"played"', '"outcome":"missed","reason":"too_late"')
    text = enrolment.jws.sign(silent.encode(), typ="tm-box+json", signers=[(BOX, None)])
    bare = box_message(PLAYED).model_dump_json(exclude_none=True)
    excused = bare.replace('"outcome":"played"', '"outcome":"played","reason":"too_late"')
    excused = enrolment.jws.sign(excused.encode(), typ="tm-box+json", signers=[(BOX, None)])
    edited = bare.replace('"underruns":0', '"underruns":0,"gaps":0')
    edited = enrolment.jws.sign(edited.encode(), typ="tm-box+json", signers=[(BOX, None)])
    rateless = bare.replace('"sample_rate":48000,', "")
    rateless = enrolment.jws.sign(rateless.encode(), typ="tm-box+json", signers=[(BOX, None)])
    return [
        _case("played", PLAYED, REPORTS),
        _case("cut", CUT, REPORTS),
        _case("missed", MISSED, REPORTS),
        _case("a live stream", STREAMED, REPORTS),
        to_server("a live stream with an edition", edited, Reason.MALFORMED, topic=REPORTS),
        to_server("played, with a reason why not", excused, Reason.MALFORMED, topic=REPORTS),
        to_server("played at no sample rate", rateless, Reason.MALFORMED, topic=REPORTS),
        to_server("missed, yet it sounded", text, Reason.MALFORMED, topic=REPORTS),
    ]


def held() -> list[Case]:
    return [_case("held", Held(item_id=item().id, sha256=VIETNAMESE.sha256), REPORTS)]


def refusal() -> list[Case]:
    body = RefusalReport(
        message_id=specimens.message_id("message command"),
        topic=topics.commands(SERIAL),
        reason="wrong_area",
        detail="the key has no authority over this box",
        refused_at=NOW,
    )
    unread = RefusalReport(topic=topics.commands(SERIAL), reason="malformed", refused_at=NOW)
    return [_case("wrong area", body, REPORTS), _case("unreadable", unread, REPORTS)]


def command_result() -> list[Case]:
    name = specimens.message_id("message command")
    return [
        _case("done", CommandResult(command_id=name, outcome="done", finished_at=NOW), REPORTS),
        _case(
            "failed",
            CommandResult(command_id=name, outcome="failed", detail="no device", finished_at=NOW),
            REPORTS,
        ),
        _case(
            "a self-test that found something",
            CommandResult(
                command_id=name, outcome="failed", finished_at=NOW, findings=["device_failed"]
            ),
            REPORTS,
        ),
    ]


def log() -> list[Case]:
    line = "2026-11-21 11:58:02,113 WARNING speaker_agent.sound.fetch: sound 1f0c: no answer"
    body = LogReport(
        command_id=specimens.message_id("message command"), part=1, parts=2, lines=[line]
    )
    raw = box_message(body).model_dump_json(exclude_none=True)
    beyond = raw.replace('"part":1', '"part":3').encode()
    beyond = enrolment.jws.sign(beyond, typ="tm-box+json", signers=[(BOX, None)])
    return [
        _case("a part", body, REPORTS),
        to_server("a part beyond the last", beyond, Reason.MALFORMED, topic=REPORTS),
    ]


def local_issue() -> list[Case]:
    directors = [specimens.FIRST_DIRECTOR, specimens.SECOND_DIRECTOR]
    body = LocalIssue(
        text=sign(message(specimens.alert(), areas=[specimens.VILLAGE]), by=directors),
        way="signed_here",
        issued_at=NOW,
        time_is_trusted=True,
        link_down_seconds=5400,
    )
    empty = box_message(body).model_dump_json(exclude_none=True)
    empty = empty.replace('"way":"signed_here"', '"way":"dreamt"').encode()
    dreamt = enrolment.jws.sign(empty, typ="tm-box+json", signers=[(BOX, None)])
    on_line = body.model_copy(update={"way": "handed_in", "link_down_seconds": None})
    return [
        _case("two people at the box", body, REPORTS),
        _case("handed in while the line stood", on_line, REPORTS),
        to_server("in a way that does not exist", dreamt, Reason.MALFORMED, topic=REPORTS),
    ]


def time_request() -> list[Case]:
    body = TimeRequest(nonce="n-20261121-1", sent_at=NOW + timedelta(hours=1))
    return [_case("a clock an hour fast", body, topics.time_request(SERIAL))]


ASKED = EnrolmentRequest(code=str(CODE), key=BOX.public, model="Loa IP 30 W", agent_version="0.1.0")


def _request_with(what, with_what) -> str:
    payload, _ = enrolment.jws.split(enrolment.sign_request(ASKED, now=NOW, key=BOX))
    raw = enrolment.jws.decode(payload, "").replace(what, with_what)
    return enrolment.jws.sign(raw, typ="tm-box+json", signers=[(BOX, None)])


def enrolment_request() -> list[Case]:
    text = enrolment.sign_request(ASKED, now=NOW, key=BOX)
    own = json.loads(ASKED.model_dump_json())
    parsed = json.loads(text)
    other = specimens.key("x")
    foreign = json.loads(
        enrolment.sign_request(ASKED.model_copy(update={"key": other.public}), now=NOW, key=other)
    )
    return [
        to_enrolment("asked", text, own),
        to_enrolment(
            "signed by another key",
            json.dumps(parsed | {"signatures": foreign["signatures"]}),
            Reason.UNKNOWN_KEY,
        ),
        to_enrolment("alg none", forge(text, alg="none"), Reason.BAD_SIGNATURE),
        to_enrolment("another key signed in its name", forge(text, by=other), Reason.BAD_SIGNATURE),
        to_enrolment(
            "called a status",
            _request_with(b'"typ":"enrolment_request"', b'"typ":"status"'),
            Reason.WRONG_KIND,
        ),
        to_enrolment(
            "a status",
            sign_as_box(box_message(ONLINE), BOX),
            Reason.MALFORMED,
        ),
    ]


def answers() -> list[Case]:
    def text(*, by=STATION, kid=BOX.kid, root=ROOT, first=ASSIGNMENT):
        body = EnrolmentAnswer(
            serial=SERIAL,
            kid=kid,
            broker=Broker(
                host="mqtt.batxat.example",
                port=8883,
                uses_tls=True,
                username=SERIAL,
                password="known-to-everybody",
            ),
            assignment=sign(message(first), by=[by]),
        )
        said = message(body)
        return said, enrolment.write_answer(said, root=root.public, by=by)

    said, good = text()
    _, of_stranger = text(by=signer("station", root=STRANGER_ROOT), root=STRANGER_ROOT)
    _, for_other = text(kid=ROOT.kid)
    _, without = text(first=Ack(ids=["a"]))
    strange = sign(message(Ack(ids=["a"])), by=[STATION])
    ack = json.dumps({"root": ROOT.public.to_jwk(), "answer": strange})
    more = json.dumps(json.loads(good) | {"hint": "x"})
    code = str(CODE)
    return [
        enrolment_answer("an ack for an answer", ack, Reason.WRONG_KIND, code=code),
        enrolment_answer("an ack for an assignment", without, Reason.WRONG_KIND, code=code),
        enrolment_answer("a member too many", more, Reason.MALFORMED, code=code),
        enrolment_answer("answered", good, payload_of(said), code=code),
        enrolment_answer("of another root", of_stranger, Reason.UNKNOWN_KEY, code=code),
        enrolment_answer("for another box's key", for_other, Reason.WRONG_AREA, code=code),
    ]


def codes() -> list[Case]:
    text = str(CODE)
    return [
        {
            "name": "as printed",
            "text": text,
            "secret": CODE.secret,
            "fingerprint": CODE.fingerprint,
        },
        {
            "name": "as typed",
            "text": text.lower().replace("-", " ").replace("0", "o"),
            "secret": CODE.secret,
            "fingerprint": CODE.fingerprint,
        },
        {"name": "one wrong character", "text": text.replace("7QF3", "7QF4")},
        {"name": "two swapped", "text": text.replace("7QF3", "Q7F3")},
        {"name": "too short", "text": text[:-1]},
        {"name": "a letter that no code has", "text": text.replace("7QF3", "7QU3")},
    ]

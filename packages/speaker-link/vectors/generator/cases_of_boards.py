"""What text boards are given to show, and what they say they showed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cases_from_boxes import REPORTS, _case
from cases_to_boxes import LOST, twisted
from frame import Case, to_box, to_server
from speaker_link import enrolment, specimens, topics
from speaker_link.boards import ShownHours, TextReport
from speaker_link.envelope import sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.kinds import Kind, Priority
from speaker_link.specimens import (
    BOARD_KEY,
    BOX,
    COMMUNE,
    LOCALITY,
    NOW,
    OTHER_COMMUNE,
    SCOPE,
    SECOND_DIRECTOR,
    STATION,
    TRUST,
    board_text,
    box_message,
    line,
    message,
    signer,
)
from speaker_link.trust import Trust

TOPIC = topics.text(LOCALITY)
WORDS = "Thứ Bảy tiêm chủng".encode()


def texts() -> list[Case]:
    def case(name, said, expected=None, *, by=BOARD_KEY, topic=TOPIC, **more):
        return to_box(name, sign(said, by=[by]), expected or said, topic=topic, **more)

    def bent(name, what, with_what, said=None):
        return twisted(name, said or usual, what, with_what, topic=TOPIC, by=BOARD_KEY)

    usual = message(board_text())
    newer = sign(message(board_text(version=10, lines=[])), by=[BOARD_KEY])
    urgent = message(board_text(lines=[line(priority="priority")]))
    local = message(board_text(station=COMMUNE), areas=[COMMUNE])
    of_commune = topics.text(COMMUNE)
    commune_key = signer("commune boards", areas=[COMMUNE], kinds=[Kind.TEXT])
    other_key = signer("other boards", areas=[OTHER_COMMUNE], kinds=[Kind.TEXT])
    evenings = line(hours=[ShownHours(starts="17:00", ends="21:30", utc_offset="+07:00")])
    revoked = Trust(roots=TRUST.roots, revoked=frozenset({BOARD_KEY.key.kid}))
    return [
        case("a line", usual),
        case("nothing to show", message(board_text(lines=[]))),
        case("in the evenings", message(board_text(lines=[evenings]))),
        case("a line for elsewhere", message(board_text(lines=[line(areas=[OTHER_COMMUNE])]))),
        case("a priority line", urgent),
        case("the commune's own", local, by=commune_key, topic=of_commune),
        case("the same again", usual, earlier=[sign(usual, by=[BOARD_KEY])]),
        case("an older version, replayed", usual, Reason.OLDER_VERSION, earlier=[newer]),
        case(
            "the same version, another content",
            message(board_text(version=10)),
            Reason.OLDER_VERSION,
            earlier=[newer],
        ),
        case("a key for schedules", usual, Reason.WRONG_KIND, by=STATION),
        case("a person's key for alerts", usual, Reason.WRONG_KIND, by=SECOND_DIRECTOR),
        case("another commune's key", usual, Reason.WRONG_AREA, by=other_key),
        case("the locality's texts by a commune's key", usual, Reason.WRONG_AREA, by=commune_key),
        case(
            "another commune's station and key",
            message(board_text(station=OTHER_COMMUNE)),
            Reason.WRONG_AREA,
            by=other_key,
            topic=topics.text(OTHER_COMMUNE),
            scope=replace(SCOPE, stations=(LOCALITY, COMMUNE, OTHER_COMMUNE)),
        ),
        case("for other areas", message(board_text(), areas=[OTHER_COMMUNE]), Reason.WRONG_AREA),
        case("on a schedule's topic", usual, Reason.WRONG_KIND, topic=topics.schedule(LOCALITY)),
        case("on another station's topic", usual, Reason.WRONG_AREA, topic=of_commune),
        case(
            "a line above its message's priority",
            message(urgent.body, priority=Priority.ROUTINE),
            Reason.OVER_PRIORITY,
        ),
        case(
            "above the key's priority",
            urgent,
            Reason.OVER_PRIORITY,
            by=signer("low boards", kinds=[Kind.TEXT], highest_priority="routine"),
        ),
        case("an emergency by one", message(board_text(), priority="emergency"),
             Reason.ONE_SIGNATURE_SHORT,
             by=signer("high boards", kinds=[Kind.TEXT], highest_priority="emergency")),
        case("taken back", usual, Reason.REVOKED, trust=revoked),
        case("expired", usual, Reason.EXPIRED, now=usual.exp),
        case("the time is not known", usual, Reason.UNTRUSTED_TIME, scope=LOST),
        bent("an override of direction in the words", WORDS, "Thứ Bảy \u202eohc\u202c".encode()),
        bent("a control character in the words", WORDS, rb"Th\u001b[2J"),
        bent("a line break in the words", WORDS, rb"Th\n"),
        bent("an invisible mark in the words", WORDS, "Thứ\u200bBảy".encode()),
        bent("words that are too long", WORDS, b"a" * 501),
        bent("no words", b"Hnub Rau txhaj tshuaj ntawm tsev kho mob", b""),
        bent("a line of emergency", b'"priority":"routine","areas":["082"],"hours"',
             b'"priority":"emergency","areas":["082"],"hours"'),
        bent("a line that is never shown", b'"until":"2026', b'"until":"2025'),
        bent("hours without length", b'"ends":"21:30"', b'"ends":"17:00"',
             message(board_text(lines=[evenings]))),
        bent("two lines with one id", b'"lines":[',
             b'"lines":[' + line().model_dump_json(exclude_none=True).encode() + b","),
        twisted("for nine days", usual, b'"exp":"2026-11-23', b'"exp":"2026-11-30',
                topic=TOPIC, by=BOARD_KEY),
    ]  # fmt: skip


def reports() -> list[Case]:
    words: dict[str, Any] = {
        "language": "vi",
        "text": "Thu Bay tiem chung tai tram y te xa, tu 7 gio 30",
        "started_at": NOW,
    }
    told: dict[str, Any] = {"line_id": line().id, "station": LOCALITY}
    shown = TextReport(state="shown", times=1, shown_ms=8000, **told, **words)
    over = TextReport(
        state="over",
        reason="withdrawn",
        ended_at=NOW + timedelta(hours=2),
        times=212,
        shown_ms=1_700_400,
        **told,
        **words,
    )
    missed = TextReport(state="missed", reason="pre_empted", ended_at=NOW, **told)
    alert = TextReport(
        line_id="flood-2026-11-21.1",
        station=LOCALITY,
        state="shown",
        text=specimens.alert().title,
        started_at=NOW,
        times=1,
        shown_ms=1000,
    )

    def twist(name: str, body: TextReport, what: str, with_what: str) -> Case:
        raw = box_message(body).model_dump_json(exclude_none=True)
        if what not in raw:
            raise ValueError(f"{what!r} is not in it")
        raw = raw.replace(what, with_what)
        text = enrolment.jws.sign(raw.encode(), typ="tm-box+json", signers=[(BOX, None)])
        return to_server(name, text, Reason.MALFORMED, topic=REPORTS)

    return [
        _case("shown", shown, REPORTS),
        _case("an alert", alert, REPORTS),
        _case("over", over, REPORTS),
        _case("missed", missed, REPORTS),
        twist("shown, with a reason why not", shown, '"times"', '"reason":"window","times"'),
        twist("missed, yet it stood there", missed, '"times":0', '"times":2'),
        twist("shown, and no words", shown, f'"text":"{words["text"]}",', ""),
        twist("over, and no end", over, '"ended_at":"2026-11-21T07:00:00.000Z",', ""),
    ]

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speaker_link import enrolment, specimens
from speaker_link.enrolment import ALPHABET, EnrolmentCode
from speaker_link.envelope import Signer, sign
from speaker_link.errors import InvalidEnrolmentCode, RefusalReason, Refused
from speaker_link.messages import Broker, Command, EnrolmentAnswer, EnrolmentRequest
from speaker_link.specimens import BOX, NOW, ROOT, STATION, STRANGER_ROOT, message

CODE = EnrolmentCode.new(ROOT.public)
PARTS = st.text(ALPHABET, min_size=12, max_size=12)
CODES = st.builds(EnrolmentCode, PARTS, PARTS)


def answer(*, by=STATION, kid=BOX.kid, root=ROOT, assigned_by=STATION, assignment=None):
    body = EnrolmentAnswer(
        serial=specimens.SERIAL,
        kid=kid,
        broker=Broker(
            host="mqtt.batxat.example", port=8883, uses_tls=True, username="BX-0007", password="p"
        ),
        assignment=sign(message(assignment or specimens.ASSIGNMENT), by=[assigned_by]),
    )
    return enrolment.write_answer(message(body), root=root.public, by=by)


def refusal(text):
    with pytest.raises(Refused) as caught:
        enrolment.open_answer(text, code=CODE, key=BOX.public)
    return caught.value.reason


@given(CODES)
def test_a_code_is_read_as_it_was_printed(code):
    text = str(code)
    assert EnrolmentCode.parse(text) == code
    assert EnrolmentCode.parse(f"  {text.lower().replace('-', ' ')} ") == code
    assert EnrolmentCode.parse(text.removeprefix("TM-").replace("0", "o").replace("1", "l")) == code


@given(CODES, st.data())
def test_one_wrong_character_or_one_swap_is_noticed(code, data):
    letters = list(str(code).removeprefix("TM-").replace("-", ""))
    place = data.draw(st.integers(0, len(letters) - 1))
    other = data.draw(st.integers(0, len(letters) - 1))
    changed = letters.copy()
    if letters[place] != letters[other]:
        changed[place], changed[other] = changed[other], changed[place]
    else:
        changed[place] = data.draw(st.sampled_from(ALPHABET.replace(letters[place], "")))
    with pytest.raises(InvalidEnrolmentCode):
        EnrolmentCode.parse("".join(changed))


# The last two are made of a fresh code: named, so that every worker collects the same tests.
@pytest.mark.parametrize(
    "text",
    ["", "TM", "TM-0000", "mõ", str(CODE) + "0", str(CODE)[:-1] + "U"],
    ids=["empty", "prefix", "short", "no code", "one more", "no such letter"],
)
def test_not_a_code(text):
    with pytest.raises(InvalidEnrolmentCode):
        EnrolmentCode.parse(text)


@given(st.text(string.printable, max_size=40))
def test_any_text_is_a_code_or_an_invalid_one(text):
    try:
        code = EnrolmentCode.parse(text)
    except InvalidEnrolmentCode:
        return
    assert EnrolmentCode.parse(str(code)) == code


def test_secrets_differ_and_the_code_hides_in_repr():
    codes = {EnrolmentCode.new(ROOT.public).secret for _ in range(200)}
    assert len(codes) == 200
    assert CODE.secret not in repr(CODE)
    assert CODE.digest() != EnrolmentCode.new(ROOT.public).digest()


def test_enrol(judge):
    asked = EnrolmentRequest(
        code=str(CODE), key=BOX.public, model="Loa IP 30 W", agent_version="0.1.0"
    )
    text = enrolment.sign_request(asked, now=NOW, key=BOX)
    assert enrolment.verify_request(text) == asked
    root, told, assigned = enrolment.open_answer(answer(), code=CODE, key=BOX.public)
    assert root == ROOT.public
    assert told.body.broker.port == 8883
    assert assigned.body == specimens.ASSIGNMENT


def test_a_request_with_somebody_elses_key():
    asked = EnrolmentRequest(code=str(CODE), key=BOX.public, model="m", agent_version="1")
    with pytest.raises(ValueError, match="another key"):
        enrolment.sign_request(asked, now=NOW, key=STATION.key)
    text = json.loads(enrolment.sign_request(asked, now=NOW, key=BOX))
    other = EnrolmentRequest(
        code=str(CODE), key=specimens.key("x").public, model="m", agent_version="1"
    )
    text["signatures"] = json.loads(enrolment.sign_request(other, now=NOW, key=specimens.key("x")))[
        "signatures"
    ]
    with pytest.raises(Refused) as caught:
        enrolment.verify_request(json.dumps(text))
    assert caught.value.reason is RefusalReason.UNKNOWN_KEY


def test_answer_of_another_root():
    stranger = specimens.signer("station", root=STRANGER_ROOT)
    forged = answer(by=stranger, root=STRANGER_ROOT, assigned_by=stranger)
    assert refusal(forged) is RefusalReason.UNKNOWN_KEY
    assert refusal(answer(by=stranger)) is RefusalReason.UNKNOWN_KEY
    assert refusal(answer(assigned_by=stranger)) is RefusalReason.UNKNOWN_KEY


def test_answer_for_another_box():
    assert refusal(answer(kid=ROOT.kid)) is RefusalReason.WRONG_AREA
    other = specimens.ASSIGNMENT.model_copy(update={"serial": "BX-0008"})
    assert refusal(answer(assignment=other)) is RefusalReason.WRONG_AREA


def test_answer_of_another_kind():
    command = message(Command(action="stop"))
    text = json.dumps({"root": ROOT.public.to_jwk(), "answer": sign(command, by=[STATION])})
    assert refusal(text) is RefusalReason.WRONG_KIND
    assert refusal(answer(by=specimens.signer("s", kinds=["command"]))) is RefusalReason.WRONG_KIND
    private = json.dumps({"root": ROOT.to_jwk(), "answer": ""})
    assert refusal(private) is RefusalReason.MALFORMED


def test_answer_by_the_root_itself():
    own = Signer(ROOT)
    text = answer(by=own, assigned_by=own)
    root, _told, assigned = enrolment.open_answer(text, code=CODE, key=BOX.public)
    assert root == ROOT.public
    assert assigned.body == specimens.ASSIGNMENT

"""Which program of an order a box may install, whoever sent it the order."""

from datetime import timedelta

import pytest
from speaker_link.envelope import Signer, sign
from speaker_link.errors import RefusalReason as Reason
from speaker_link.errors import Refused
from speaker_link.kinds import Kind
from speaker_link.messages import Ack, Command
from speaker_link.specimens import (
    COMMUNE,
    FIRST_DIRECTOR,
    NOW,
    OTHER_COMMUNE,
    ROOT,
    SCOPE,
    STATION,
    TRUST,
    UPDATE_KEY,
    message,
    signer,
    update,
)
from speaker_link.trust import Trust
from speaker_link.update_judgement import choose_update
from speaker_link.updates import order_of


def signed(by=UPDATE_KEY, areas=None, **changes):
    more = {} if areas is None else {"areas": areas}
    return sign(message(update(**changes), **more), by=[by])


def choose(*texts, installed="0.1.0", trust=TRUST, now=NOW, **more):
    platform = {"architecture": "arm64", "python": "3.11"} | more
    return choose_update(
        texts, trust=trust, scope=SCOPE, now=now, installed=installed, **platform
    ).body


def refused(*texts, **more):
    with pytest.raises(Refused) as caught:
        choose(*texts, **more)
    return caught.value.reason


def test_a_box_picks_what_fits_it():
    chosen = choose(signed(architecture="amd64"), signed())
    assert (chosen.version, chosen.architecture) == ("0.2.0", "arm64")
    assert refused(signed(architecture="amd64")) is Reason.WRONG_PLATFORM
    assert refused(signed(), python="3.13") is Reason.WRONG_PLATFORM


def test_nothing_goes_back_without_a_signed_roll_back():
    assert refused(signed(), installed="0.2.1") is Reason.OLDER_VERSION
    assert refused(signed(), installed="0.10.0") is Reason.OLDER_VERSION
    assert choose(roll_back(), installed="0.2.1").is_roll_back
    assert choose(signed(), installed="0.2.0").version == "0.2.0"


def roll_back(**changes):
    return signed(**({"is_roll_back": True, "from_at_most": "0.3.0"} | changes))


def test_a_roll_back_leads_down_from_one_version_only_and_for_two_weeks():
    """Who finds an old one later, or has a newer program, cannot use it."""
    assert choose(roll_back(), installed="0.3.0").version == "0.2.0"
    assert choose(roll_back(), installed="0.3").version == "0.2.0"
    assert choose(roll_back(), installed="0.1.0").version == "0.2.0"
    assert refused(roll_back(), installed="0.3.1") is Reason.OLDER_VERSION
    assert refused(roll_back(), installed="1.0") is Reason.OLDER_VERSION
    assert choose(roll_back(), installed="0.3.0", now=NOW + timedelta(days=13)).is_roll_back
    assert refused(roll_back(), installed="0.3.0", now=NOW + timedelta(days=14)) is Reason.EXPIRED
    with pytest.raises(ValueError, match="lives too long"):
        message(update(is_roll_back=True, from_at_most="0.3.0"), lives=timedelta(days=15))
    with pytest.raises(ValueError, match="from_at_most"):
        update(is_roll_back=True)
    with pytest.raises(ValueError, match="from_at_most"):
        update(from_at_most="0.3.0")
    with pytest.raises(ValueError, match="nowhere down"):
        update(is_roll_back=True, from_at_most="0.2.0")


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (STATION, Reason.WRONG_KIND),
        (FIRST_DIRECTOR, Reason.WRONG_KIND),
        (signer("gateway", kinds=[Kind.COMMAND, Kind.ASSIGNMENT]), Reason.WRONG_KIND),
        (Signer(ROOT), Reason.WRONG_KIND),
        (signer("elsewhere", areas=[OTHER_COMMUNE], kinds=[Kind.UPDATE]), Reason.WRONG_AREA),
        (signer("old", kinds=[Kind.UPDATE], exp=NOW), Reason.CERTIFICATE_EXPIRED),
    ],
)
def test_who_may_not_release(by, reason):
    assert refused(signed(by=by)) is reason


def test_a_stolen_commands_key_signs_no_program():
    """What the server keeps on its disk may order; it cannot say that a program is good."""
    unsigned = sign(message(Command(action="stop")), by=[STATION])
    assert refused(unsigned) is Reason.WRONG_KIND
    assert refused(sign(message(Ack(ids=["a"])), by=[STATION])) is Reason.WRONG_KIND
    assert refused("{}") is Reason.MALFORMED
    assert refused(signed(), signed(by=STATION)) is Reason.WRONG_KIND


def test_a_program_that_was_taken_back():
    trust = Trust(roots=TRUST.roots, revoked=frozenset({UPDATE_KEY.key.kid}))
    assert refused(signed(), trust=trust) is Reason.REVOKED


def test_for_one_commune_only():
    assert choose(signed(areas=[COMMUNE])).version == "0.2.0"
    assert refused(signed(areas=[OTHER_COMMUNE])) is Reason.WRONG_AREA


def test_versions_are_numbers():
    assert order_of("0.10.0") > order_of("0.9.9")
    assert order_of("1.2") == order_of("1.2.0") < order_of("1.2.1")
    with pytest.raises(ValueError, match="pattern"):
        update(version="1.2rc1")
    with pytest.raises(ValueError, match="pattern"):
        update(version="../1")
    with pytest.raises(ValueError, match="updates"):
        Command(action="install_update")
    with pytest.raises(ValueError, match="updates"):
        Command(action="stop", updates=["x"])

from collections.abc import Callable

import pytest
from speaker_link import specimens
from speaker_link.errors import RefusalReason, Refused
from speaker_link.replay import MemoryReplayCache
from speaker_link.verification import verify


@pytest.fixture
def judge():
    """The specimen box's judgement; what is not given is that of its everyday."""

    def judged(text, **changes):
        wanted = {
            "trust": specimens.TRUST,
            "scope": specimens.SCOPE,
            "now": specimens.NOW,
            "replay": MemoryReplayCache(),
        }
        return verify(text, **(wanted | changes))

    return judged


@pytest.fixture
def refusal(judge) -> Callable[..., RefusalReason]:
    """The reason for which the specimen box refuses a message."""

    def reason(text, **changes):
        with pytest.raises(Refused) as caught:
            judge(text, **changes)
        return caught.value.reason

    return reason

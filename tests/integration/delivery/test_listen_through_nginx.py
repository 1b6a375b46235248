"""The loudspeakers' sound through nginx: as it comes, without end, and a sentence when it cannot."""

import sys
import time
from itertools import pairwise

import httpx
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("demos")]

PLACE = """
from tiengmo.audit.actors import SYSTEM
from tiengmo.places.models import Unit
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.speakers.actions import set_up_keys
if not Unit.objects.filter(code="90777").exists():
    VillageFactory(unit=UnitFactory(code="90777", name="Xã Nghe"))
set_up_keys(by=SYSTEM)
"""
ADDRESS = "/nghe/90777/truc-tiep.mp3"


def start(town):
    """The process that listens, beside a web process that would not know what to send."""
    town.start(
        "listening",
        sys.executable,
        "-m",
        "tiengmo.config.cli",
        "listening",
        f"--port={town.ports['listening']}",
    )
    town.wait_for("/nghe/khong-co/truc-tiep.mp3", status=404, seconds=120)


@pytest.fixture(scope="module")
def listening(town):
    town.act(PLACE)
    start(town)
    yield town
    town.kill("listening")


def test_the_sound_comes_as_it_is_made(listening):
    came = []
    with (
        httpx.Client(timeout=20, trust_env=False) as client,
        client.stream("GET", f"{listening.url}{ADDRESS}") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "audio/mpeg"
        assert "content-length" not in answer.headers
        assert "x-cache" not in answer.headers
        for piece in answer.iter_raw():
            came.append((time.monotonic(), len(piece)))
            if came[-1][0] - came[0][0] > 5:
                break
    # Half a second at a time and no faster than it is said, but for the two seconds of the start.
    assert 5 * 8000 <= sum(size for _at, size in came) <= 10 * 8000
    gaps = [later[0] - sooner[0] for sooner, later in pairwise(came)]
    assert max(gaps) < 2.5


def test_the_page_plays_it_from_its_own_address(listening):
    page = listening.get("/nghe/90777/")
    assert f'src="{ADDRESS}"' in page.text
    assert "media-src 'self';" in page.headers["Content-Security-Policy"]


def test_without_that_process_a_page_says_so_and_the_rest_stands(listening):
    listening.kill("listening")
    try:
        answer = listening.get(ADDRESS)
        assert answer.status_code == 502
        assert "bảo trì" in answer.text
        assert listening.get("/nghe/90777/").status_code == 200
    finally:
        start(listening)

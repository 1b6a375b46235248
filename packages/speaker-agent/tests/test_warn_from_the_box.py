"""Two people, two keys, a recording, and a box that nobody else reaches."""

import pytest
from speaker_link.kinds import Kind

from bench.agent_peer import opus, speechlike
from bench.agent_village import Person, Village

RECORDING = opus(speechlike(1.5))


@pytest.fixture
def village(tmp_path, socket_enabled):
    folder = tmp_path / "0001"
    folder.mkdir()
    return Village(folder)


@pytest.fixture
def lan(village):
    return Person(village.root, "Nguyễn Thị Lan (#1)")


@pytest.fixture
def pao(village):
    return Person(village.root, "Giàng A Páo (#2)")


def test_two_people_warn(run, village, lan, pao):
    async def story():
        async with village.running():
            page = await village.alert(lan, pao, RECORDING)
            await village.until(lambda: village.reports(Kind.PLAY_REPORT))
            (played,) = village.reports(Kind.PLAY_REPORT)
            assert played.outcome == "played"
            (issued,) = village.reports(Kind.LOCAL_ISSUE)
            assert issued.way == "signed_here"
            assert issued.link_down_seconds is not None
            shown = await village.phone.get(page)
            assert "Lũ quét" in shown.text

    run(story())

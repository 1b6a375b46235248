"""Two people, two keys, a recording, and a box that nobody else reaches."""

from speaker_link.kinds import Kind

from bench.agent_peer import opus, speechlike

RECORDING = opus(speechlike(1.5))


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

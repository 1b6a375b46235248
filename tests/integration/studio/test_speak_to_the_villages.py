"""A voice from a browser, through the whole system, as the boxes' own recordings have it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright
from running_system import System, running_system
from scipy.signal import resample_poly
from tiengmo.config.demo.locality import PASSWORD
from tiengmo.voices.audio.loudness import measure

from .listening import ONSETS, SHARE_MICROPHONE, SILENCE_SECONDS, Recording, phrase, write_wav

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("studio")]
CHROMIUM = Path("/usr/bin/chromium")
BOXES = 4


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """A demo whose boxes record; TIENGMO_STUDIO_TRY_HOME names one that already runs."""
    if at_hand := os.environ.get("TIENGMO_STUDIO_TRY_HOME"):
        yield System(Path(at_hand), dict(os.environ))
        return
    with running_system(tmp_path_factory.mktemp("studio"), boxes=BOXES, output="wav") as system:
        yield system


@pytest.fixture
def page(system, tmp_path):
    if not CHROMIUM.exists():
        pytest.skip("needs /usr/bin/chromium")
    voice = write_wav(tmp_path / "voice.wav", phrase())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={voice}",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        context = browser.new_context(
            base_url=system.url, locale="vi-VN", permissions=["microphone"]
        )
        context.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        context.add_init_script(SHARE_MICROPHONE)
        page = context.new_page()
        page.goto("/quan-tri/")
        page.fill("[name=username]", "trucdai")
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("**/quan-tri/")
        yield page
        browser.close()


def go_live(page, title):
    page.goto("/quan-tri/len-song/")
    page.locator("[data-area-tree] > ul > li > label input").first.check()
    page.locator("#id_title").fill(title)
    page.get_by_role("button", name="LÊN SÓNG").click()
    expect(page.locator("[data-air-say]")).to_have_text("Mời nói.")


def test_villages_hear_the_voice_together_soon_and_clearly(system, page):
    before = set(system.recordings())
    go_live(page, "Thông báo của huyện")
    page.evaluate(ONSETS)
    page.wait_for_timeout(26_000)
    onsets = page.evaluate("window.__onsets")
    page.get_by_role("button", name="Dừng phát").click()
    expect(page.get_by_text("Bản ghi", exact=True)).to_be_visible()
    page.wait_for_timeout(6_000)  # recordings tell their length every few seconds

    recordings = [Recording.of(path) for path in system.recordings().values()]
    assert len(recordings) == BOXES == len(before)
    said = phrase()[int(SILENCE_SECONDS * 48_000) :][: 48_000 * 2]
    delays, spreads, likeness = [], [], []
    for onset in onsets[:3]:
        heard = [one.find(said, around=onset + 0.3, within=4.0) for one in recordings]
        delays += [at - onset for at, _alike in heard]
        likeness += [alike for _at, alike in heard]
        spreads.append((max(heard)[0] - min(heard)[0]) * 1000)
    print(f"word to heard {min(delays):.2f}–{max(delays):.2f} s, spread {max(spreads):.2f} ms")
    assert min(likeness) > 0.6
    assert max(delays) <= 3.0
    assert max(spreads) <= 10.0

    talk = recordings[0].between(onsets[1] + max(delays), onsets[2] + min(delays))
    loudness = measure(resample_poly(talk, 48_000, recordings[0].rate).astype(np.float32))
    volume = system.rows("SELECT volume FROM speakers_box LIMIT 1")[0][0]
    # Half a box's slider is a quarter of the amplitude.
    loudness -= 40 * np.log10(volume / 100)
    print(f"loudness at full volume {loudness:.1f} LUFS")
    assert -21.0 < loudness < -15.0

    (state, reason) = system.wait_for(
        "SELECT state, end_reason FROM studio_livetakeover WHERE title = ? AND state = 'ended'",
        "Thông báo của huyện",
    )[0]
    assert (state, reason) == ("ended", "stopped")
    (kept,) = system.wait_for(
        "SELECT s.duration_ms FROM studio_livetakeover t JOIN voices_sound s"
        " ON s.id = t.recording_id WHERE t.title = ? AND s.status = 'ready'",
        "Thông báo của huyện",
        seconds=90,
    )[0]
    assert kept > 20_000


def test_a_killed_playout_process_is_back_before_anybody_gives_up(system, page):
    go_live(page, "Phòng phát bị dừng")
    page.wait_for_timeout(4_000)
    killed_at = time.time()
    system.kill("playout")
    expect(page.locator("[data-air-say]")).not_to_have_text("Mời nói.")
    expect(page.locator("[data-air-say]")).to_have_text("Mời nói.")
    print(f"the voice was back in the studio after {time.time() - killed_at:.1f} s")
    page.evaluate(ONSETS)
    page.wait_for_timeout(15_000)
    onsets = page.evaluate("window.__onsets")
    page.get_by_role("button", name="Dừng phát").click()
    page.wait_for_timeout(7_000)
    said = phrase()[int(SILENCE_SECONDS * 48_000) :][: 48_000 * 2]
    for path in system.recordings().values():
        at, alike = Recording.of(path).find(said, around=onsets[0] + 0.3, within=4.0)
        assert alike > 0.6
        assert at - onsets[0] <= 3.0

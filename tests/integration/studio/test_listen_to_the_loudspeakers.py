"""Citizens at home hear what the loudspeakers say: the day's items, and somebody's living voice."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
from tiengmo.voices.audio.decoding import whole

from .citizen import RATE, Radio
from .listening import ONSETS, SILENCE_SECONDS, Recording, phrase
from .speaking import go_live, microphone

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("demos")]

WITHDRAW = """
import time
from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.people.models import User
from tiengmo.releases.actions import withdraw_release
item = PlayoutItem.objects.select_related("release").get(pk="{item}")
withdraw_release(item.release, by=User.objects.get(username="duyet"), reason="Sai lịch")
print("at", time.time())
"""

RELEASE = """
import time
from tiengmo.config.demo import bulletins
from tiengmo.people.models import User
text = "Lịch họp chợ phiên tuần này\\n\\n" + " ".join(
    f"Chợ phiên thứ {{number}} họp từ sáu giờ sáng, bà con mang hàng đến sớm để còn chỗ ngồi."
    for number in ("nhất", "hai", "ba", "tư", "năm", "sáu")
)
bulletin = bulletins.write(
    text,
    author=User.objects.get(username="bientap"),
    audience=["{top}"],
    full=True,
    priority="priority",
)
bulletins.wait_for_sound(bulletin, look=lambda percent: None, timeout_seconds=120)
bulletins.submit_bulletin(bulletin, by=bulletin.author)
release = bulletins.clear(bulletin, by=User.objects.get(username="duyet"))
while (item := release.playout_items.first()) is None:
    time.sleep(0.1)
print(item.pk, item.start_at.timestamp(), item.editions[0]["sha256"])
"""


def health(system):
    lines = (system.home / "ports").read_text().splitlines()
    port = dict(line.split("=", 1) for line in lines)["TIENGMO_LISTENING_PORT"]
    return httpx.get(f"http://127.0.0.1:{port}/listening/1/health", trust_env=False).json()


def wait_until_listeners_are(number, system):
    deadline = time.monotonic() + 60
    while (found := health(system))["listeners"] != number:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def top_unit(system):
    """The unit that has communes with villages; the province of the new map has none."""
    return system.rows(
        "SELECT DISTINCT top.code FROM places_unit top JOIN places_unit u ON u.parent_id = top.id"
        " JOIN places_village v ON v.unit_id = u.id WHERE top.parent_id IS NULL"
    )[0][0]


def on_air_now(system):
    """A bulletin of our own that the whole locality hears from now on: id, start, file.

    The demo's first bulletin may be over when this test's turn comes.
    """
    done = subprocess.run(
        system.command("django", "shell", "-v", "0", "-c", RELEASE.format(top=top_unit(system))),
        env=system.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    pk, start, sha256 = done.stdout.split()[-3:]
    # A second in, so that what is heard is its sound and not the hush before it.
    time.sleep(max(0.0, float(start) + 1 - time.time()))
    return pk, float(start), system.home / "sound" / sha256[:2] / f"{sha256}.opus"


def place_in(said: np.ndarray, file: np.ndarray) -> tuple[float, float]:
    """Where in a file something was said, and how alike it is."""
    size = 1 << (len(file) + len(said)).bit_length()
    product = np.fft.rfft(file, size) * np.conj(np.fft.rfft(said, size))
    place = int(np.argmax(np.fft.irfft(product, size)[: len(file)]))
    found = file[place : place + len(said)]
    norm = np.linalg.norm(found) * np.linalg.norm(said[: len(found)])
    return place / RATE, float(np.dot(found, said[: len(found)]) / norm) if norm else 0.0


def test_a_bulletin_is_heard_where_it_is_now_until_it_is_withdrawn(system):
    code = top_unit(system)
    item, start, path = on_air_now(system)
    file = whole(Path(path))
    page = httpx.get(f"{system.url}/nghe/{code}/", trust_env=False).text
    assert f"/nghe/{code}/truc-tiep.mp3" in page
    with Radio(f"{system.url}/nghe/{code}/truc-tiep.mp3") as radio:
        radio.wait_for(5)
        heard = radio.recording().samples
        at, alike = place_in(heard[3 * RATE : 4 * RATE], file)
        print(f"heard {radio.came_at(3) - start - at:.2f} s after the loudspeakers, {alike:.2f}")
        assert alike > 0.8
        # What comes at once is what was said two seconds ago; from then on it comes as it is said.
        assert -0.5 < radio.came_at(3) - start - at < 2.0

        done = subprocess.run(
            system.command("django", "shell", "-v", "0", "-c", WITHDRAW.format(item=item)),
            env=system.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        withdrawn_at = float(done.stdout.split()[-1])
        time.sleep(max(0.0, withdrawn_at + 4.5 - time.time()))
    samples = radio.recording().samples
    # The last tenth of a second in which the withdrawn sound was still the one that was heard.
    last = 0.0
    for second in np.arange(3.0, len(samples) / RATE - 0.6, 0.25):
        piece = samples[int(second * RATE) : int((second + 0.5) * RATE)]
        if np.abs(piece).max() > 0.01 and place_in(piece, file)[1] > 0.7:
            last = second + 0.5
    took = radio.came_at(last) - withdrawn_at
    print(f"silent {took:.2f} s after the withdrawal")
    assert took < 5.0
    assert np.abs(samples[: 3 * RATE]).max() > 0.01


def test_a_voice_is_heard_by_several_at_home(system, tmp_path):
    code = top_unit(system)
    (commune,) = system.rows(
        "SELECT u.code FROM places_unit u JOIN places_village v ON v.unit_id = u.id LIMIT 1"
    )[0]
    wait_until_listeners_are(0, system)
    with (
        microphone(system, tmp_path) as page,
        Radio(f"{system.url}/nghe/{code}/truc-tiep.mp3") as first,
        Radio(f"{system.url}/nghe/{commune}/truc-tiep.mp3") as second,
        Radio(f"{system.url}/nghe/{code}/truc-tiep.mp3") as leaver,
    ):
        leaver.wait_for(3)
        wait_until_listeners_are(3, system)
        go_live(page, "Lời mời của huyện")
        page.evaluate(ONSETS)
        page.wait_for_timeout(6_000)
        leaver.switch_off()
        wait_until_listeners_are(2, system)

        reader = page.context.new_page()
        reader.goto(f"/nghe/{code}/")
        assert "Lời mời của huyện" in reader.locator("[data-ng-air]").inner_text()
        began = time.monotonic()
        # Resolved when it sounds; refused when the page's policy does not let it.
        reader.evaluate("document.querySelector('[data-ng-live]').play()")
        while not reader.evaluate("document.querySelector('[data-ng-live]').currentTime > 0.2"):
            assert time.monotonic() - began < 90
            reader.wait_for_timeout(50)
        print(f"a browser plays after {time.monotonic() - began:.1f} s")
        wait_until_listeners_are(3, system)
        reader.close()
        wait_until_listeners_are(2, system)
        page.wait_for_timeout(8_000)
        onsets = page.evaluate("window.__onsets")
        page.get_by_role("button", name="Dừng phát").click()
        page.wait_for_timeout(5_000)
    said = phrase()[int(SILENCE_SECONDS * RATE) :][: RATE * 2]
    for radio in (first, second):
        assert radio.status == 200
        sound = radio.recording()
        found = [_heard(radio, sound, said, onset) for onset in onsets[:2]]
        delays = [came - onset for (came, _alike), onset in zip(found, onsets, strict=False)]
        print(f"word to home {delays}, alike {[round(alike, 2) for _came, alike in found]}")
        assert np.max([alike for _came, alike in found]) > 0.6
        assert np.min(delays) < 4.0
    wait_until_listeners_are(0, system)
    assert health(system)["streams"] == {}


def _heard(radio: Radio, sound: Recording, said: np.ndarray, onset: float) -> tuple[float, float]:
    """When a phrase that began at this instant had come, and how alike it is."""
    # The stream's own clock: what comes now is some two seconds of the burst behind.
    first, last = 0, len(sound.samples) / RATE
    places = np.arange(first, last, 0.1)
    began = next((at for at in places if radio.came_at(at) > onset), 0.0)
    at, alike = sound.find(said, around=max(0.0, began), within=5.0)
    return radio.came_at(at), alike

"""From one text to every loudspeaker, with proof that is checked against the sound itself."""

from __future__ import annotations

import json
from datetime import datetime

import av
import numpy as np
import pytest
from running_system import recorded

from .conftest import BOXES

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db(transaction=False),
    pytest.mark.xdist_group("demos"),
]

TEXT = "Thử loa ngày {n}\n\nBà con chú ý. Đây là bản tin thử số {n} của đài truyền thanh huyện.\n"


def text_file(tmp_path, n):
    path = tmp_path / f"tin-{n}.txt"
    path.write_text(TEXT.format(n=n), encoding="utf-8")
    return path


def start_of(recording, sound):
    """Sample at which the sound begins, and how alike they are (1 is the same)."""
    size = 1 << (len(recording) + len(sound)).bit_length()
    spectrum = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(sound, size))
    correlation = np.fft.irfft(spectrum, size)[: len(recording)]
    peak = int(np.argmax(correlation))
    found = recording[peak : peak + len(sound)]
    norm = np.linalg.norm(found) * np.linalg.norm(sound[: len(found)])
    return peak, float(np.dot(found, sound[: len(found)]) / norm) if norm else 0.0


def decoded(path, rate):
    """The released Opus file as mono samples at `rate`, by FFmpeg's decoder."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    parts = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [f.to_ndarray()[0] for f in resampler.resample(frame)]
        parts += [f.to_ndarray()[0] for f in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float64)


def test_cleared_sound_comes_out_of_every_box_at_the_scheduled_instant(system, tmp_path):
    job = system.once(text_file(tmp_path, 1), "--to", "082")
    screen, _ = job.communicate(timeout=240)
    assert job.returncode == 0, f"{system.last_words()}\n{screen}"
    assert "bằng chứng" in screen
    (start_at, sha256) = system.rows(
        "SELECT start_at, json_extract(editions, '$[0].sha256') FROM broadcasting_playoutitem"
        " WHERE title LIKE 'Thử loa ngày 1%'"
    )[0]
    scheduled = datetime.fromisoformat(f"{start_at}+00:00").timestamp()
    opus = system.home / "sound" / sha256[:2] / f"{sha256}.opus"
    starts = []
    for serial, path in system.recordings().items():
        about = json.loads(path.with_suffix(".json").read_text())
        samples, rate = recorded(path)
        sound = decoded(opus, rate)
        begin = int((scheduled - about["server"] - 2) * rate)
        window = samples[begin : begin + len(sound) + 4 * rate].astype(np.float64)
        place, alike = start_of(window, sound)
        assert alike > 0.9, f"{serial} did not play the cleared sound ({alike:.2f})"
        starts.append((begin + place) / rate + about["server"] - scheduled)
    assert len(starts) == BOXES
    # The bench states figures; here only what nobody could take for the scheduled instant.
    assert max(abs(start) for start in starts) < 0.2
    assert max(starts) - min(starts) < 0.1


@pytest.mark.parametrize(
    ("n", "victim", "moment"),
    [
        (2, "gateway", "cleared"),
        (3, "worker", "cleared"),
        (4, "broker", "held"),
        (5, "web", "held"),
        (6, "gateway", "playing"),
    ],
)
def test_a_killed_process_loses_nothing_and_plays_nothing_twice(
    system, tmp_path, n, victim, moment
):
    title = f"Thử loa ngày {n}"
    job = system.once(text_file(tmp_path, n), "--to", "082")
    system.wait_for("SELECT count(*) FROM releases_release WHERE title = ?", title, seconds=150)
    if moment != "cleared":
        system.wait_for(
            "SELECT count(*) FROM releases_delivery d JOIN releases_release r ON r.id = d.release_id"
            " WHERE r.title = ? AND d.channel = 'loudspeakers' AND d.status = 'sent'",
            title,
        )
    if moment == "playing":
        system.wait_for(
            "SELECT start_at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 seconds')"
            " FROM broadcasting_playoutitem WHERE title = ?",
            title,
            # The demo's first bulletin may still be on the air, and this one goes after it.
            seconds=180,
        )
    system.kill(victim)
    screen, _ = job.communicate(timeout=240)
    assert job.returncode == 0, f"{system.last_words()}\n{screen}"
    reports = system.reports(title)
    assert len({box for box, *_ in reports}) == len(reports) == BOXES
    assert all(outcome == "played" and played == total for _, outcome, played, total in reports)
    limbo = system.rows(
        "SELECT count(*) FROM releases_delivery d JOIN releases_release r ON r.id = d.release_id"
        " WHERE r.title = ? AND d.was_online = 1 AND d.status <> 'delivered'",
        title,
    )
    assert limbo == [(0,)]

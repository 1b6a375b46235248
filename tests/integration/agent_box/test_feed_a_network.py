"""The box feeds an Icecast mount, from which a listener hears what it played."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import av
import numpy as np
import pytest
from speaker_agent.outputs.icecast import IcecastOutput
from speaker_agent.playing.playback import Playback, Tone
from speaker_agent.playing.player import Player
from speaker_agent.timing import Clock

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

CONFIGURATION = """<icecast>
 <limits><sources>4</sources><burst-size>0</burst-size></limits>
 <authentication><source-password>secret</source-password><admin-user>a</admin-user>
 <admin-password>b</admin-password></authentication>
 <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
 <fileserve>1</fileserve>
 <paths><basedir>{folder}</basedir><logdir>{folder}</logdir><webroot>{web}</webroot>
 <adminroot>{admin}</adminroot></paths>
 <logging><accesslog>access</accesslog><errorlog>error</errorlog></logging>
 <security><chroot>0</chroot>{owner}</security>
</icecast>"""
# As root it refuses to run; as anybody else it may not become another.
NOBODY = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>"


@pytest.fixture
def icecast():
    program = shutil.which("icecast2")
    if program is None:
        pytest.skip("needs Debian's icecast2")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    web = "/usr/share/icecast2"
    # Not below the test's own folder, whose parents only its owner may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        configuration = folder / "icecast.xml"
        owner = NOBODY if os.geteuid() == 0 else ""
        configuration.write_text(
            CONFIGURATION.format(
                port=port, folder=folder, web=f"{web}/web", admin=f"{web}/admin", owner=owner
            )
        )
        process = subprocess.Popen([program, "-c", str(configuration)], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 60
        with socket.socket() as line:
            while line.connect_ex(("127.0.0.1", port)) != 0:
                assert process.poll() is None, "icecast2 did not start"
                assert time.monotonic() < end, "icecast2 does not listen"
                time.sleep(0.1)
        yield port, process
        process.terminate()
        process.wait(10)


def listen(port, seconds, heard):
    with av.open(f"http://127.0.0.1:{port}/loa", timeout=20) as stream:
        for frame in stream.decode(audio=0):
            heard.append(frame.to_ndarray().astype(np.float32).ravel())
            if sum(map(len, heard)) > seconds * 44_100:
                return


def wait_for_mount(port, seconds=60):
    """Until the server lists what we feed it: a busy machine takes its time."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/status-json.xsl") as answer:
                if b"/loa" in answer.read():
                    return
        except OSError:
            pass
        assert time.monotonic() < end, "the feed never came"
        time.sleep(0.2)


def test_a_listener_hears_silence_and_then_the_tone(icecast):
    port, _process = icecast
    clock = Clock()
    output = IcecastOutput(clock, url=f"icecast://source:secret@127.0.0.1:{port}/loa")
    player = Player(output, clock)
    heard = []
    try:
        wait_for_mount(port)
        listener = threading.Thread(target=listen, args=(port, 7, heard), daemon=True)
        listener.start()
        time.sleep(2)
        tone = Tone(output.rate, seconds=3)
        player.arm(Playback("k", tone, start_at=clock.monotonic() + 0.5))
        end = time.monotonic() + 40
        while listener.is_alive() and time.monotonic() < end:
            if player.is_active:
                player.pump(clock.monotonic())
            time.sleep(0.1)
        assert not listener.is_alive(), output.failure
    finally:
        output.leave()
    sound = np.concatenate(heard)
    windows = np.array([np.abs(part).max() for part in np.array_split(sound, 70)])
    assert windows[:5].max() < 0.01  # silence is fed before anything plays
    loud = int((windows > 0.2).sum())
    assert 25 <= loud <= 35  # three of the seven seconds
    spectrum = np.abs(np.fft.rfft(sound[len(sound) // 2 : len(sound) // 2 + 44_100]))
    if spectrum.max() > 1:
        assert abs(int(spectrum.argmax()) - 1000) <= 2


def test_a_server_that_is_away_is_tried_again():
    output = IcecastOutput(Clock(), url="icecast://source:secret@127.0.0.1:9/loa")
    time.sleep(1)
    assert output.failure
    output.leave()
    assert not output._thread.is_alive()


def test_only_an_icecast_address_is_taken():
    with pytest.raises(ValueError, match="icecast://"):
        IcecastOutput(Clock(), url="http://elsewhere/loa")

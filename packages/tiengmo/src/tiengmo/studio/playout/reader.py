"""Decodes one source and writes mono 16-bit PCM at 48 kHz to its standard output.

A program of its own: a source that hangs or brings down the decoder is killed with it, and stalls
nobody else. `python -m tiengmo.studio.playout.reader ADDRESS`, or `-` for what comes on its
standard input (a browser's recording, an encoder's push).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import av

from tiengmo.studio.rules import SRT_PROGRAM, is_own_address

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE = 48_000
# Seconds to open a source, and to wait for its next bytes.
PATIENCE = (8.0, 8.0)
# What a browser or an encoder may send us, and nothing that opens other addresses.
PUSHED = "matroska,webm,mov,ogg,mp3,aac,flac,wav"
# A playlist from outside must not name our own files.
PROTOCOLS = "http,https,tcp,tls,udp,rtp,rtmp,rtmps,rtsp,hls,crypto,httpproxy"
PR_SET_PDEATHSIG = 1


def main() -> int:
    address = sys.argv[1]
    # The wheel would look below /tmp, where anybody may put one that loads a library of theirs.
    os.environ["ALSA_CONFIG_PATH"] = "/usr/share/alsa/alsa.conf"
    try:
        _refuse_own_addresses(address)
        for piece in _pieces(address):
            os.write(1, piece)
    except BrokenPipeError:
        return 0
    except (av.error.FFmpegError, OSError, IndexError, ValueError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}"[:300] + "\n")
        return 1
    return 0


def _refuse_own_addresses(address: str) -> None:
    """A name from outside must not lead to this machine's own services. Raises OSError."""
    host = urlsplit(address).hostname if "://" in address else None
    if host is None or os.environ.get("TIENGMO_STUDIO_SOURCES_HERE") == "1":
        return
    for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
        if is_own_address(ip_address(str(found[4][0]).partition("%")[0])):
            raise PermissionError(f"{host} is this machine: TIENGMO_STUDIO_SOURCES_HERE allows it")


def _open(address: str) -> av.container.InputContainer:
    if address == "-":
        return av.open(
            "pipe:0",
            container_options={
                "format_whitelist": PUSHED,
                "protocol_whitelist": "pipe",
                # As little as tells the format: every byte waited for is heard later.
                "probesize": "2048",
                "analyzeduration": "0",
                "fflags": "nobuffer",
            },
        )
    device, _, name = address.partition(":")
    if device == "srt":
        _receive_srt(address)
        return av.open(
            "pipe:0",
            format="mpegts",
            container_options={"protocol_whitelist": "pipe", "analyzeduration": "1000000"},
        )
    if device == "alsa":
        return av.open(name, format=device, timeout=PATIENCE)
    return av.open(
        address,
        timeout=PATIENCE,
        container_options={
            "protocol_whitelist": PROTOCOLS,
            "analyzeduration": "1000000",
            "rw_timeout": str(int(PATIENCE[1] * 1e6)),
            # Icecast's titles between the sound are of no use here.
            "icy": "0",
        },
    )


def _receive_srt(address: str) -> None:
    """Make SRT's sound our standard input. The decoder library is built without SRT."""
    program = shutil.which(SRT_PROGRAM)
    if program is None:
        raise OSError(f"{SRT_PROGRAM} is missing: install Debian's srt-tools")
    receiver = subprocess.Popen(  # noqa: S603 - the address is one argument, checked to be a URL
        [program, "-quiet", "-autoreconnect:no", "-loglevel:fatal", address, "file://con"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - this program has one thread
    )
    assert receiver.stdout is not None  # noqa: S101 - asked for above
    os.dup2(receiver.stdout.fileno(), 0)
    receiver.stdout.close()


def _end_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _pieces(address: str) -> Iterator[bytes]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with _open(address) as container:
        stream = container.streams.audio[0]
        for packet in container.demux(stream):
            with contextlib.suppress(av.error.InvalidDataError):
                for frame in packet.decode():
                    for piece in resampler.resample(frame):
                        yield bytes(piece.planes[0])[: piece.samples * 2]


if __name__ == "__main__":
    sys.exit(main())

"""A real sound device, through the ALSA library that every Linux board with sound has.

Bound with ctypes: no wheel to build on ARM, and `snd_pcm_delay` says when a sample will be heard,
which neither a pipe to `aplay` nor FFmpeg's ALSA muxer tells.
"""

import contextlib
import ctypes
import ctypes.util
from typing import Any

from speaker_agent.outputs.base import Output, OutputFailed, Pcm
from speaker_agent.timing import Clock

STREAM_PLAYBACK = 0
NONBLOCK = 1
FORMAT_S16_LE = 2
ACCESS_INTERLEAVED = 3
DEVICE_QUEUE_MICROSECONDS = 600_000
EAGAIN, EPIPE, ESTRPIPE = -11, -32, -86


def _library() -> Any:
    name = ctypes.util.find_library("asound") or "libasound.so.2"
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise OutputFailed(
            "the ALSA library (libasound.so.2) is not installed; use --output wav or null"
        ) from error
    long, ulong, pointer = ctypes.c_long, ctypes.c_ulong, ctypes.c_void_p
    library.snd_pcm_open.argtypes = [
        ctypes.POINTER(pointer),
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_int,
    ]
    library.snd_pcm_set_params.argtypes = [pointer, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 2]
    library.snd_pcm_set_params.argtypes += [ctypes.c_int, ctypes.c_uint]
    library.snd_pcm_writei.argtypes = [pointer, pointer, ulong]
    library.snd_pcm_writei.restype = long
    library.snd_pcm_delay.argtypes = [pointer, ctypes.POINTER(long)]
    library.snd_pcm_rewindable.argtypes = [pointer]
    library.snd_pcm_rewindable.restype = long
    library.snd_pcm_rewind.argtypes = [pointer, ulong]
    library.snd_pcm_rewind.restype = long
    library.snd_pcm_recover.argtypes = [pointer, ctypes.c_int, ctypes.c_int]
    for verb in ("start", "drain", "drop", "prepare", "close", "state"):
        getattr(library, f"snd_pcm_{verb}").argtypes = [pointer]
    library.snd_strerror.restype = ctypes.c_char_p
    return library


class AlsaOutput(Output):
    """Opened when something is to be played and let go afterwards, so others may use the device."""

    name = "device"

    def __init__(self, clock: Clock, *, device: str, rate: int) -> None:
        super().__init__(rate)
        self.clock = clock
        self.device = device
        self._alsa = _library()
        self._pcm: ctypes.c_void_p | None = None
        self._runs = False

    def start(self) -> None:
        if self._pcm is not None:
            return
        pcm = ctypes.c_void_p()
        self._check(
            self._alsa.snd_pcm_open(
                ctypes.byref(pcm), self.device.encode(), STREAM_PLAYBACK, NONBLOCK
            )
        )
        self._pcm = pcm
        try:
            self._check(
                self._alsa.snd_pcm_set_params(
                    pcm,
                    *(FORMAT_S16_LE, ACCESS_INTERLEAVED, 1, self.rate),
                    *(1, DEVICE_QUEUE_MICROSECONDS),
                )
            )
        except OutputFailed:
            self.close()
            raise
        self._runs = False

    def queued(self, now: float) -> int:  # noqa: ARG002 - the device has a clock of its own
        delay = ctypes.c_long()
        result = self._alsa.snd_pcm_delay(self._pcm, ctypes.byref(delay))
        if result in (EPIPE, ESTRPIPE):
            self._recover(result)
            return 0
        self._check(result)
        return max(0, delay.value)

    def write(self, pcm: Pcm) -> None:
        data = pcm.tobytes()
        written = 0
        while written < len(pcm):
            result = self._alsa.snd_pcm_writei(
                self._pcm, data[written * 2 :], ctypes.c_ulong(len(pcm) - written)
            )
            if result == EAGAIN:
                raise OutputFailed(f"{self.device} takes no more samples")
            if result in (EPIPE, ESTRPIPE):
                self._recover(result)
                continue
            self._check(result)
            written += result
        if not self._runs:
            # The device would wait for a full queue before it begins.
            self._check(self._alsa.snd_pcm_start(self._pcm))
            self._runs = True

    def _recover(self, code: int) -> None:
        self.dry_runs += 1
        self._check(self._alsa.snd_pcm_recover(self._pcm, code, 1))
        self._runs = False

    def take_back(self, now: float) -> int:  # noqa: ARG002 - as above
        possible = self._alsa.snd_pcm_rewindable(self._pcm)
        if possible <= 0:
            return 0
        # A few milliseconds are already on their way to the chip.
        wanted = max(0, possible - self.rate // 100)
        return max(0, int(self._alsa.snd_pcm_rewind(self._pcm, ctypes.c_ulong(wanted))))

    def rest(self, now: float) -> None:  # noqa: ARG002 - as above
        self.close()

    def tick(self, now: float) -> None:
        """The device keeps itself going."""

    def close(self) -> None:
        if self._pcm is not None:
            with contextlib.suppress(OutputFailed):
                self._alsa.snd_pcm_close(self._pcm)
            self._pcm = None

    def _check(self, result: int) -> None:
        if result < 0:
            reason = self._alsa.snd_strerror(ctypes.c_int(result)).decode(errors="replace")
            raise OutputFailed(f"sound device {self.device}: {reason}")

"""The process in which eSpeak NG runs: its library is not thread safe, and C code can crash.

Run as a script with nothing but the standard library: espeak_worker.py LIBRARY DATA
Reads one JSON request a line from standard input; answers on standard output with blocks of a
4-byte little-endian length and 16-bit samples, length 0 ending a passage. The first block after
the start holds the sample rate. Ends when its parent does (end of input).
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import struct
import sys

AUDIO_OUTPUT_SYNCHRONOUS = 2
DONT_EXIT = 0x8000
CHARS_UTF8 = 1
POS_CHARACTER = 1
PARAMETER_RATE = 1
MOST_MEMORY = 512 << 20

Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def main(library: str, data: str) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    # What the library prints must not fall among the samples.
    out = os.dup(1)
    os.dup2(2, 1)
    espeak = ctypes.CDLL(library)
    rate = espeak.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data.encode(), DONT_EXIT)
    if rate <= 0:
        raise SystemExit(f"espeak_Initialize: {rate}")
    pending: list[bytes] = []

    @Callback  # type: ignore[untyped-decorator]
    def take(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
        if samples and count > 0:
            pending.append(ctypes.string_at(samples, count * 2))
        return 0

    espeak.espeak_SetSynthCallback(take)
    write(out, struct.pack("<II", 4, rate))
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if espeak.espeak_SetVoiceByName(request["voice"].encode()) != 0:
            raise SystemExit(f"no voice {request['voice']}")
        espeak.espeak_SetParameter(PARAMETER_RATE, int(request["rate"]), 0)
        text = request["text"].encode()
        size = ctypes.c_size_t(len(text) + 1)
        result = espeak.espeak_Synth(text, size, 0, POS_CHARACTER, 0, CHARS_UTF8, None, None)
        if result != 0:
            raise SystemExit(f"espeak_Synth: {result}")
        espeak.espeak_Synchronize()
        samples = b"".join(pending)
        pending.clear()
        if samples:
            write(out, struct.pack("<I", len(samples)) + samples)
        write(out, struct.pack("<I", 0))


def write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

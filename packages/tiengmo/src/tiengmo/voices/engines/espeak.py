"""eSpeak NG, the voice that always works: three Vietnamese regions, 1,000 times real time."""

from __future__ import annotations

import atexit
import json
import os
import re
import select
import struct
import subprocess
import sys
import threading
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import espeakng_loader
import numpy as np
from django.utils.translation import gettext_lazy as _

from tiengmo.voices.errors import EngineFailed

from .interface import Speech, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiengmo.voices.speech.numbers import Region

# Syllables a minute, roughly. Slower than eSpeak's 175: horns across a valley echo.
RATE = 160
LONGEST_WAIT_SECONDS = 20.0
WORKER = Path(__file__).with_name("espeak_worker.py")
# eSpeak's pause between sentences follows punctuation; its voice files name these regions.
VIETNAMESE = {
    "vi": _("Giọng miền Bắc (máy đọc)"),
    "vi-vn-x-central": _("Giọng miền Trung (máy đọc)"),
    "vi-vn-x-south": _("Giọng miền Nam (máy đọc)"),
}
REGIONS: dict[str, Region] = {"vi-vn-x-central": "central", "vi-vn-x-south": "south"}
# Other languages that offices here publish in; Hmông, Dao, Giáy and Hà Nhì have no eSpeak voice.
OTHERS = {
    "en": _("Tiếng Anh (máy đọc)"),
    "cmn": _("Tiếng Trung (máy đọc)"),
    "fr": _("Tiếng Pháp (máy đọc)"),
    "ja": _("Tiếng Nhật (máy đọc)"),
    "ko": _("Tiếng Hàn (máy đọc)"),
    "ru": _("Tiếng Nga (máy đọc)"),
}
LANGUAGE_OF = {"cmn": "zh"}


class Espeak:
    """eSpeak NG in a process of its own, started at the first passage and after every crash."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def version(self) -> str:
        return f"{self._library_version}/{RATE}"

    @cached_property
    def _library_version(self) -> str:
        """Read the version from the library's own name: libespeak-ng.so.1.52.0."""
        folder = Path(espeakng_loader.get_library_path()).parent
        names = sorted(path.name for path in folder.glob("*espeak-ng*"))
        found = [match[0] for name in names if (match := re.search(r"\d+(\.\d+)+", name))]
        return f"espeak-ng-{found[-1] if found else 'unknown'}"

    def voices(self) -> list[Voice]:
        names = {**VIETNAMESE, **OTHERS}
        return [
            Voice(
                f"espeak/{own}",
                LANGUAGE_OF.get(own, own.split("-")[0]),
                str(name),
                REGIONS.get(own, "north"),
            )
            for own, name in names.items()
        ]

    def speak(self, passages: list[str], *, voice: Voice) -> Iterator[Speech]:
        for passage in passages:
            # One passage at a time, so that two sounds under way take turns.
            with self._lock:
                samples, rate = self._speak_one(passage, voice)
            floats = np.frombuffer(samples, "<i2").astype(np.float32)
            floats /= 32768
            yield Speech(floats, rate)

    def _speak_one(self, passage: str, voice: Voice) -> tuple[bytes, int]:
        for last_try in (False, True):
            process = self._running()
            try:
                return process.speak(passage, voice.own_name), process.sample_rate
            except EngineFailed:
                process.end()
                self._process = None
                if last_try:
                    raise
        raise AssertionError  # pragma: no cover

    def _running(self) -> _Process:
        if self._process is None or not self._process.is_ours_and_alive():
            self._process = _Process()
            atexit.register(self._process.end)
        return self._process


class _Process:
    def __init__(self) -> None:
        self._owner = os.getpid()
        # -I -S: no site packages, so that it starts in a few milliseconds.
        self._popen = subprocess.Popen(  # noqa: S603  our own script, no shell
            [
                sys.executable,
                "-I",
                "-S",
                str(WORKER),
                espeakng_loader.get_library_path(),
                espeakng_loader.get_data_path(),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            (self.sample_rate,) = struct.unpack("<I", self._block())
        except EngineFailed:
            self.end()
            raise

    @property
    def pid(self) -> int:
        return self._popen.pid

    def is_ours_and_alive(self) -> bool:
        # After a fork the parent's process must not be shared: answers would mix.
        return self._owner == os.getpid() and self._popen.poll() is None

    def speak(self, text: str, voice: str) -> bytes:
        request = json.dumps({"voice": voice, "rate": RATE, "text": text.replace("\0", " ")})
        stdin = self._popen.stdin
        if stdin is None:  # pragma: no cover
            raise EngineFailed("no pipe")
        try:
            stdin.write(request.encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise EngineFailed(f"eSpeak: {error}") from error
        blocks = []
        while block := self._block():
            blocks.append(block)
        return b"".join(blocks)

    def end(self) -> None:
        if self._owner != os.getpid():
            return
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was still to be written has nobody to read it

    def _block(self) -> bytes:
        (size,) = struct.unpack("<I", self._read(4))
        return self._read(size) if size else b""

    def _read(self, size: int) -> bytes:
        stdout = self._popen.stdout
        if stdout is None:  # pragma: no cover
            raise EngineFailed("no pipe")
        content = bytearray()
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while len(content) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stdout], [], [], left)[0]:
                raise EngineFailed(f"eSpeak: no answer in {LONGEST_WAIT_SECONDS:.0f} s")
            chunk = os.read(stdout.fileno(), size - len(content))
            if not chunk:
                raise EngineFailed(f"eSpeak: ended with {self._popen.wait()}")
            content += chunk
        return bytes(content)

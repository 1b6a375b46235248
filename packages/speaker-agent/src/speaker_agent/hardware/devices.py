"""The sound devices of this machine, as ALSA names them."""

import ctypes
import ctypes.util
from typing import NamedTuple


class Device(NamedTuple):
    """A name for `--device`, and what it is."""

    name: str
    what: str


class NoAlsa(RuntimeError):
    """The ALSA library is not on this machine."""


def list_devices() -> list[Device]:
    """Every device that can play. Raises `NoAlsa`."""
    try:
        alsa = ctypes.CDLL(ctypes.util.find_library("asound") or "libasound.so.2")
    except OSError as error:
        raise NoAlsa("the ALSA library is missing: apt install libasound2") from error
    hints = ctypes.POINTER(ctypes.c_void_p)()
    alsa.snd_device_name_get_hint.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    alsa.snd_device_name_get_hint.restype = ctypes.c_void_p
    alsa.snd_device_name_free_hint.argtypes = [ctypes.c_void_p]
    if alsa.snd_device_name_hint(-1, b"pcm", ctypes.byref(hints)) < 0:
        return []
    libc = ctypes.CDLL(None)
    libc.free.argtypes = [ctypes.c_void_p]

    def text(hint: int, key: bytes) -> str:
        pointer = alsa.snd_device_name_get_hint(hint, key)
        if not pointer:
            return ""
        try:
            return ctypes.string_at(pointer).decode(errors="replace")
        finally:
            libc.free(pointer)

    found = []
    index = 0
    while hints[index]:
        hint = hints[index]
        index += 1
        # No direction means both; "Input" only records.
        if text(hint, b"IOID") in ("", "Output"):
            found.append(Device(text(hint, b"NAME"), " – ".join(text(hint, b"DESC").split("\n"))))
    alsa.snd_device_name_free_hint(hints)
    return found

"""Piper: a neural voice, used when the operator names a model file (TIENGMO_PIPER_MODEL).

The model is NAME.onnx with NAME.onnx.json beside it; the package `piper-tts` comes with
`tiengmo[piper]`. Neither is part of Tiếng Mõ: models have licences of their own.
"""

from __future__ import annotations

import hashlib
import json
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.exceptions import ImproperlyConfigured

from .interface import Speech, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator


class Piper:
    def __init__(self, model: str) -> None:
        self._model = Path(model)
        self._settings_file = Path(f"{model}.json")
        for path in (self._model, self._settings_file):
            if not path.is_file():
                raise ImproperlyConfigured(f"TIENGMO_PIPER_MODEL: there is no file {path}")
        self._lock = threading.Lock()

    def version(self) -> str:
        return f"piper/{self._digest}"

    def voices(self) -> list[Voice]:
        language = str(self._settings.get("language", {}).get("code", "vi")).replace("_", "-")
        name = f"{self._model.stem} (Piper)"
        return [Voice(f"piper/{self._model.stem}", language.split("-")[0], name)]

    def speak(self, passages: list[str], *, voice: Voice) -> Iterator[Speech]:  # noqa: ARG002
        for passage in passages:
            # One model in memory, one passage at a time: ONNX uses every core by itself.
            with self._lock:
                chunks = list(self._loaded.synthesize(passage))
            parts = [np.zeros(0), *(chunk.audio_float_array for chunk in chunks)]
            rate = int(self._settings["audio"]["sample_rate"])
            yield Speech(np.concatenate(parts).astype(np.float32), rate)

    @cached_property
    def _digest(self) -> str:
        with self._model.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def _settings(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._settings_file.read_text(encoding="utf-8"))
        return content

    @cached_property
    def _loaded(self) -> Any:
        try:
            from piper import PiperVoice
        except ImportError as error:
            raise ImproperlyConfigured(
                "TIENGMO_PIPER_MODEL is set but piper-tts is missing: install tiengmo[piper]"
            ) from error
        return PiperVoice.load(str(self._model), config_path=str(self._settings_file))

"""Passages spoken one after the other, with their pauses between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from .interface import Engine, Voice


def speech_of(
    passages: Sequence[tuple[str, float]], *, engine: Engine, voice: Voice
) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Give samples and their rate; each passage comes with the seconds of silence after it."""
    spoken = engine.speak([text for text, _pause in passages], voice=voice)
    for (_text, pause), part in zip(passages, spoken, strict=True):
        silence = np.zeros(round(pause * part.sample_rate), dtype=np.float32)
        yield np.concatenate([part.samples, silence]), part.sample_rate

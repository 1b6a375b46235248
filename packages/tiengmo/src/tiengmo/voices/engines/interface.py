from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from tiengmo.voices.speech.numbers import Region


@dataclass(frozen=True)
class Voice:
    """A voice that can be asked for. `code` names engine and voice: espeak/vi-vn-x-south."""

    code: str
    language: str  # BCP 47
    name: str
    region: Region = "north"  # of Vietnamese: some numbers are said differently

    @property
    def engine(self) -> str:
        return self.code.partition("/")[0]

    @property
    def own_name(self) -> str:
        return self.code.partition("/")[2]


@dataclass(frozen=True)
class Speech:
    """One passage as an engine spoke it: mono samples, 1.0 is full scale."""

    samples: NDArray[np.float32]
    sample_rate: int


class Engine(Protocol):
    def version(self) -> str:
        """What must change the address of a sound when it changes: engine, model, settings."""

    def voices(self) -> list[Voice]: ...

    def speak(self, passages: list[str], *, voice: Voice) -> Iterator[Speech]:
        """Speak passages one by one. Raises EngineFailed when the engine dies or hangs."""

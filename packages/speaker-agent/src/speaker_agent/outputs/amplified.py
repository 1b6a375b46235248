"""An output whose amplifier is switched on before it sounds and off after it."""

import logging

from speaker_agent.hardware.amplifier import Amplifier
from speaker_agent.outputs.base import Output, Pcm

log = logging.getLogger(__name__)

# Items that follow each other closely are one sitting: a relay that clicks between them is heard.
HOLD_SECONDS = 8.0


class AmplifiedOutput(Output):
    """Passes everything on. A sound is armed seconds ahead, which is when the switch is thrown.

    A switch that fails silences nothing: the amplifier may be on by hand.
    """

    def __init__(self, output: Output, amplifier: Amplifier) -> None:
        # No super().__init__: rate and dry_runs are the inner output's own.
        self._output = output
        self._amplifier = amplifier
        self._is_on = False
        self._rests_since: float | None = None
        self.name = output.name
        self.lookahead_seconds = output.lookahead_seconds

    @property
    def rate(self) -> int:  # type: ignore[override]
        """The inner output's."""
        return self._output.rate

    @property
    def dry_runs(self) -> int:  # type: ignore[override]
        """The inner output's."""
        return self._output.dry_runs

    def __getattr__(self, name: str) -> object:
        return getattr(self._output, name)

    def start(self) -> None:
        self._rests_since = None
        if not self.stays_off:
            self._switch(True)
        self._output.start()

    def queued(self, now: float) -> int:
        return self._output.queued(now)

    def write(self, pcm: Pcm) -> None:
        if not self._is_on and pcm.any():
            # Armed while a silent test ran.
            self._switch(True)
        self._output.write(pcm)

    def take_back(self, now: float) -> int:
        return self._output.take_back(now)

    def rest(self, now: float) -> None:
        self._output.rest(now)
        self._rests_since = now

    def tick(self, now: float) -> None:
        self._output.tick(now)
        if self._rests_since is not None and now - self._rests_since >= HOLD_SECONDS:
            self._rests_since = None
            self._switch(False)

    def close(self) -> None:
        # Also after a failure of the device: it may be opened again in a moment.
        self._output.close()
        self._switch(False)

    def leave(self) -> None:
        """The program ends."""
        self._output.leave()
        try:
            self._amplifier.close()
        except OSError as failure:
            log.error("the amplifier cannot be switched off: %s", failure)  # noqa: TRY400

    def _switch(self, is_on: bool) -> None:
        if is_on == self._is_on:
            return
        try:
            self._amplifier.switch(is_on)
        except OSError as failure:
            log.error("the amplifier's switch failed: %s", failure)  # noqa: TRY400
        # Also after a failure: it is tried again with the next sitting, not with every sample.
        self._is_on = is_on

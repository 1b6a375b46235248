"""A sound card made of the monotonic counter: it takes samples only as fast as it plays them."""

from abc import abstractmethod

from speaker_agent.outputs.base import Output, Pcm
from speaker_agent.timing import Clock


class PacedOutput(Output):
    """Plays `rate` samples a second since its first breath, whatever anybody does.

    When the writer is late, the card plays silence meanwhile, as a real one does, and what comes
    late is heard late.
    """

    # Everything that was not heard yet can be taken back, so a long queue costs nothing.
    lookahead_seconds = 1.0

    def __init__(self, clock: Clock, *, rate: int) -> None:
        super().__init__(rate)
        self.clock = clock
        self.origin = clock.monotonic()
        """The counter's reading when sample 0 was heard."""
        self._written = 0
        """Samples of the line that are decided: played, or queued to be."""
        self._heard = 0
        """Samples handed over to `_play` or `_play_silence`."""
        self._queue: list[Pcm] = []
        self._is_started = False

    def position(self, now: float) -> int:
        """How many samples the card has played at `now`."""
        return max(0, int((now - self.origin) * self.rate))

    def start(self) -> None:
        self._catch_up(self.clock.monotonic())
        self._is_started = True

    def queued(self, now: float) -> int:
        self._catch_up(now)
        return self._written - self.position(now)

    def write(self, pcm: Pcm) -> None:
        self._queue.append(pcm)
        self._written += len(pcm)

    def take_back(self, now: float) -> int:
        self._catch_up(now)
        taken = sum(len(pcm) for pcm in self._queue)
        self._queue.clear()
        self._written -= taken
        return taken

    def rest(self, now: float) -> None:
        self._catch_up(now)
        self._is_started = False

    def _forget_queue(self) -> None:
        """After a failure: what was not heard will not be."""
        self._queue.clear()
        self._written = self._heard
        self._is_started = False

    def tick(self, now: float) -> None:
        if not self._is_started:
            self._catch_up(now)

    def _catch_up(self, now: float) -> None:
        """Play what the card has reached; where nothing was written, it played silence."""
        position = self.position(now)
        while self._queue and self._heard < position:
            pcm = self._queue[0]
            due = position - self._heard
            if len(pcm) > due:
                self._play(pcm[:due])
                self._queue[0] = pcm[due:]
                self._heard += due
            else:
                self._play(pcm)
                self._queue.pop(0)
                self._heard += len(pcm)
        if self._heard < position:
            if self._is_started:
                self.dry_runs += 1
            self._play_silence(position - self._heard)
            self._heard = position
            self._written = position

    @abstractmethod
    def _play(self, pcm: Pcm) -> None: ...

    @abstractmethod
    def _play_silence(self, samples: int) -> None: ...

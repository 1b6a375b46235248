"""The one thread that keeps all outputs of this process fed."""

import threading
import time
from collections.abc import Callable

from speaker_agent.playing.player import Player

PERIOD_SECONDS = 0.1
IDLE_SECONDS = 1.0
TICK_SECONDS = 5.0
LONGEST_TICKING_SECONDS = 0.02


class Pacer:
    """Pumps every active player ten times a second, and ticks the idle ones now and then."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._players: set[Player] = set()
        self._ticked: dict[Player, float] = {}
        self._wake = threading.Event()
        self._is_closed = False
        self.beat_at = monotonic()
        """When the thread last went round: a watchdog looks at it."""
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="pacer", daemon=True)
        self._thread.start()

    def add(self, player: Player) -> None:
        """Keep this player's output fed from now on."""
        with self._lock:
            self._players.add(player)

    def remove(self, player: Player) -> None:
        """The box is gone."""
        with self._lock:
            self._players.discard(player)
            self._ticked.pop(player, None)

    def wake(self) -> None:
        """Something was armed."""
        self._wake.set()

    def close(self) -> None:
        """End the thread."""
        self._is_closed = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_closed:
            if self._wake.wait(self.go_round()):
                self._wake.clear()
                # What is armed in one breath is pumped in one go.
                time.sleep(0.001)

    def go_round(self) -> float:
        """See to every player once; how long nothing need be done then."""
        with self._lock:
            players = list(self._players)
        is_busy = False
        self.beat_at = self._monotonic()
        for player in players:
            if player.is_active:
                player.pump(self._monotonic())
                is_busy = True
        self._tick_some(players)
        return PERIOD_SECONDS if is_busy else IDLE_SECONDS

    def _tick_some(self, players: list[Player]) -> None:
        """A tick may wait for the disk: a few at a time, so that no queue runs dry meanwhile."""
        began = self._monotonic()
        for player in players:
            if began - self._ticked.get(player, 0.0) < TICK_SECONDS:
                continue
            player.tick(self._monotonic())
            self._ticked[player] = began
            if self._monotonic() - began > LONGEST_TICKING_SECONDS:
                break

"""Telling systemd that the box lives, and only while it does.

The protocol of sd_notify(3) is one datagram; no library is needed for it.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable

# A healthy pacer goes round at least once a second.
STUCK_SECONDS = 10.0


def notify(message: str) -> bool:
    """Tell the service manager, if there is one; was it told?"""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.connect(address)
            line.sendall(message.encode())
    except OSError:
        return False
    return True


def interval_seconds() -> float | None:
    """How often the manager wants to hear of us: half of what it waits."""
    asked = os.environ.get("WATCHDOG_USEC", "")
    is_ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(asked) / 2_000_000 if asked.isdigit() and int(asked) and is_ours else None


async def watch(beat_at: Callable[[], float]) -> None:
    """Say READY, then WATCHDOG=1 for as long as the event loop and the sound's thread go round.

    `beat_at` is when that thread last did. One that hangs is reported and no longer vouched for,
    so that the manager begins the program anew.
    """
    notify("READY=1")
    interval = interval_seconds()
    while interval is not None:
        stuck = time.monotonic() - beat_at()
        if stuck < STUCK_SECONDS:
            notify("WATCHDOG=1")
        else:
            notify(f"STATUS=the thread that feeds the sound has hung for {stuck:.0f} s")
        await asyncio.sleep(interval)

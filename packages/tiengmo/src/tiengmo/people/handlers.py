"""What the worker runs for this app."""

from typing import Any

from tiengmo.outbox.registry import every

from .sign_ins import forget_ended


@every("people.forget_sign_ins", seconds=1800)
def forget(_payload: dict[str, Any]) -> None:
    """Addresses are kept as long as the session and no longer."""
    forget_ended()

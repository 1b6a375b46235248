from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Process:
    """Somebody who acts and is no person: a process of the system itself."""

    id: str
    name: str


SYSTEM = Process(id="system", name="Hệ thống")


class Person(Protocol):
    """An account, as far as the audit log needs to know it (people.User satisfies it)."""

    pk: int

    def get_full_name(self) -> str: ...


Actor = Process | Person


def id_and_name(actor: Actor) -> tuple[str, str]:
    """What is written of whoever acted: their id and the name they had on that day."""
    if isinstance(actor, Process):
        return actor.id, actor.name
    if actor is None or getattr(actor, "pk", None) is None:
        raise TypeError(f"An act needs somebody who did it, not {actor!r}.")
    return str(actor.pk), actor.get_full_name() or str(actor)

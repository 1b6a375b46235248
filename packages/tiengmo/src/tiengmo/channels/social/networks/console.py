"""For trying out: posts are written to a file of this machine and go to no network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from .form import Answer, Said

if TYPE_CHECKING:
    from .form import Asked

FILE = "bai-dang-thu.log"


def write(act: str, key: str, account: str, asked: Asked) -> Answer:
    """Note what would have been asked of the network. Headers hold secrets and are left out."""
    folder = settings.HOME / "social"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    line: dict[str, Any] = {
        "at": f"{timezone.localtime():%d/%m/%Y %H:%M:%S}",
        "act": act,
        "account": account,
        "to": f"{asked.method} {asked.url}",
        "post": asked.json or dict(asked.form or {}),
    }
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return Answer(Said.DONE, reference=f"thu-{key}")

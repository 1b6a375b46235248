"""Letters as the demo writes them: files in its home, read as a mail program reads them."""

from __future__ import annotations

import email
import email.policy
import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

PATIENCE_SECONDS = 150


def letters_to(home: Path, address: str) -> list[EmailMessage]:
    """Every letter to this address, oldest first. A file may hold several."""
    found = []
    for path in sorted((home / "mail").glob("*.log"), key=lambda one: one.stat().st_mtime):
        for text in path.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            letter = email.message_from_bytes(text, policy=email.policy.default)
            if letter["To"] == address:
                found.append(letter)
    return found


def wait_for_letter(home: Path, address: str, *, subject: str = "") -> EmailMessage:
    """The newest letter to this address whose subject says this."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = [one for one in letters_to(home, address) if subject in (one["Subject"] or "")]
        if found:
            return found[-1]
        assert time.monotonic() < deadline, f"no letter to {address} about {subject!r}"
        time.sleep(0.3)


def link_in(letter: EmailMessage, part: str) -> str:
    """The address in a letter that leads to /theo-doi/<part>/…"""
    text = letter.get_body(("plain",)).get_content()
    found = re.search(rf"https?://\S+/theo-doi/{part}/\S+", text)
    assert found, text
    return found[0]

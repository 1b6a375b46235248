"""The box's folder: who it is. What it is told is in the journal."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from speaker_link.keys import PrivateKey, PublicKey
from speaker_link.messages import Broker

KEY_FILE = "key.json"
CONFIG_FILE = "config.json"
# The certificate of the box's own page, with its private key.
PAGE_FILE = "local-page.pem"
# What a power cut in the middle of writing leaves behind.
UNFINISHED = ".part"
SECRET_MODE = 0o600


class NotEnrolled(RuntimeError):
    """The folder holds no box."""


class Config(BaseModel):
    """What enrolment gave the box. Holds the broker's password: the file is for its owner only."""

    model_config = ConfigDict(frozen=True)

    serial: str
    gateway_url: str
    root: dict[str, Any]
    broker: Broker
    model: str = ""

    @property
    def root_key(self) -> PublicKey:
        """The pinned root of everything this box believes."""
        return PublicKey.from_jwk(self.root)


class StateDir:
    """One box's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def sounds(self) -> Path:
        """Where sounds are kept when they are not shared."""
        return self.folder / "sounds"

    @property
    def journal(self) -> Path:
        """The journal of a box that has a process to itself."""
        return self.folder / "journal.sqlite3"

    @property
    def heard(self) -> Path:
        """Where the wav output writes."""
        return self.folder / "heard"

    @property
    def status(self) -> Path:
        """The last status, for a person at the box."""
        return self.folder / "status.json"

    @property
    def is_enrolled(self) -> bool:
        """Has this box been let in?"""
        return (self.folder / CONFIG_FILE).exists() and (self.folder / KEY_FILE).exists()

    def load(self) -> tuple[Config, PrivateKey]:
        """Who this box is. Raises `NotEnrolled`."""
        try:
            config = Config.model_validate_json((self.folder / CONFIG_FILE).read_bytes())
            key = PrivateKey.from_jwk(json.loads((self.folder / KEY_FILE).read_text()))
        except FileNotFoundError as missing:
            raise NotEnrolled(f"{self.folder} holds no enrolled box: {missing}") from missing
        return config, key

    def key_for_enrolment(self) -> PrivateKey:
        """The key of an enrolment that was begun before, or a new one, on disk before its use.

        A box whose answer was lost asks again with the same code and the same key.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / KEY_FILE
        if path.exists():
            return PrivateKey.from_jwk(json.loads(path.read_text()))
        key = PrivateKey.generate()
        write_safely(path, json.dumps(key.to_jwk()))
        return key

    def save(self, config: Config) -> None:
        """Keep what enrolment gave."""
        write_safely(self.folder / CONFIG_FILE, config.model_dump_json(indent=1))

    def wipe(self) -> None:
        """Forget the credentials and every private key: the box is retired."""
        for name in (CONFIG_FILE, KEY_FILE, PAGE_FILE):
            for left in (name, name + UNFINISHED):
                (self.folder / left).unlink(missing_ok=True)


def write_safely(path: Path, text: str) -> None:
    """All or nothing, for its owner only, and still there after a power cut."""
    temporary = path.with_name(path.name + UNFINISHED)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, SECRET_MODE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

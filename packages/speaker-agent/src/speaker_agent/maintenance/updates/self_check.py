"""Can this program be started on this machine? Asked before the box changes to it."""

import importlib
from importlib.metadata import version
from pathlib import Path

from speaker_agent.state import StateDir

# Whatever `run` loads, and what it loads late: a library that is missing shows here.
PARTS = (
    "av",
    "numpy",
    "aiomqtt",
    "httpx",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "speaker_link.verification",
    "speaker_agent.fleet",
    "speaker_agent.outputs.alsa",
    "speaker_agent.outputs.icecast",
    "speaker_agent.outputs.wav",
    "speaker_agent.maintenance.updates.outcome",
)


def self_check(state: Path, *, expect: str) -> str:
    """What is wrong, or nothing. Plays nothing, connects to nothing and writes nothing."""
    own = version("speaker-agent")
    if expect and own != expect:
        return f"this is {own} and not {expect}"
    for part in PARTS:
        try:
            importlib.import_module(part)
        except Exception as error:
            return f"{part}: {type(error).__name__}: {error}"
    StateDir(state).load()
    return ""

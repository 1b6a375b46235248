"""An alert in one file, to be carried on a telephone to the next box: signed text and sounds."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from speaker_link import jws
from speaker_link.errors import Refused
from speaker_link.local_issues import MAX_SIGNED_TEXT

from speaker_agent.local_page.turned_away import TurnedAway

FORMAT = "tieng-mo-alert/1"
SUFFIX = ".tmalert"
MAX_SOUNDS = 20
MAX_BUNDLE_BYTES = 6 * 1024 * 1024


@dataclass(frozen=True)
class Bundle:
    """What is carried."""

    text: str
    sounds: dict[str, bytes]

    def write(self) -> bytes:
        """The file."""
        sounds = {name: base64.b64encode(raw).decode() for name, raw in self.sounds.items()}
        whole = {"format": FORMAT, "message": self.text, "sounds": sounds}
        return json.dumps(whole, ensure_ascii=False).encode()


def read_bundle(raw: bytes) -> Bundle:
    """Read a file that anybody may have written; the signed text is not judged here.

    Raises TurnedAway: not such a file, or a sound is not the one that its name says.
    """
    try:
        whole = jws.parse_json(raw)
    except Refused as error:
        raise TurnedAway("malformed", error.detail) from error
    text, sounds = whole.get("message"), whole.get("sounds")
    is_sound = isinstance(sounds, dict) and len(sounds) <= MAX_SOUNDS
    if whole.get("format") != FORMAT or not isinstance(text, str) or not is_sound:
        raise TurnedAway("malformed", "not an alert's file")
    if len(text) > MAX_SIGNED_TEXT:
        raise TurnedAway("too_large")
    decoded: dict[str, bytes] = {}
    for name, content in (sounds or {}).items():
        try:
            decoded[name] = base64.b64decode(str(content), validate=True)
        except (binascii.Error, ValueError) as error:
            raise TurnedAway("malformed", "a sound is not base64") from error
        if hashlib.sha256(decoded[name]).hexdigest() != name:
            raise TurnedAway("not_that_sound", name[:64])
    return Bundle(text, decoded)

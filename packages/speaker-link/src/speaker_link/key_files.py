"""The file in which a person carries their own key: sealed, with its certificate."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from speaker_link import jws
from speaker_link.errors import InvalidKey, Refused
from speaker_link.fields import KeyName, Title, Wire
from speaker_link.keys import PrivateKey
from speaker_link.sealing import unseal

MAX_KEY_FILE_BYTES = 32_768
SUFFIX = ".tmkey"


class KeyFile(Wire):
    """Worth nothing without the passphrase. Personal data: its holder's name."""

    format: Literal["tieng-mo-key/1"] = "tieng-mo-key/1"
    kid: KeyName
    holder: Title
    certificate: Annotated[str, Field(min_length=1, max_length=16_384)]
    sealed: dict[str, str | int]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if len(self.sealed) > 16:  # noqa: PLR2004 - no seal has so many members
            raise ValueError("not a seal")
        return self

    def open(self, passphrase: str) -> PrivateKey:
        """The private key. Raises WrongPassphrase or InvalidKey."""
        sealed: dict[str, Any] = dict(self.sealed)
        key = unseal(sealed, kid=self.kid, passphrase=passphrase)
        if key.kid != self.kid:
            raise InvalidKey("the seal holds another key")
        return key

    def write(self) -> str:
        """The text of the file."""
        return json.dumps(self.model_dump(), ensure_ascii=False, indent=1) + "\n"


def read_key_file(raw: bytes) -> KeyFile:
    """Read a file that anybody may have written. Raises InvalidKey."""
    if len(raw) > MAX_KEY_FILE_BYTES:
        raise InvalidKey("too long for a key")
    try:
        return KeyFile.model_validate(jws.parse_json(raw))
    except (ValidationError, Refused) as error:
        raise InvalidKey("not a key file") from error

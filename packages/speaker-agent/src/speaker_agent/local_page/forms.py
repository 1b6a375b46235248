"""Reading what a form sends: RFC 7578, of which browsers use a small part. Strict and bounded."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs

MAX_PARTS = 24
MAX_FIELD_BYTES = 4096
_BOUNDARY = re.compile(r'multipart/form-data\s*;.*boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70})"?')
_NAME = re.compile(rb'[; ]name="([0-9A-Za-z_-]{1,40})"')
_IS_FILE = re.compile(rb"[; ]filename[*]?=")


class BadForm(ValueError):
    """Not what a browser sends."""


@dataclass
class Form:
    """The texts and the files of a form."""

    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A text, without the spaces round it; empty when there is none."""
        return self.texts.get(name, "").strip()


def read_form(content_type: str, body: bytes) -> Form:
    """Read either way in which browsers send forms. Raises BadForm."""
    if content_type.startswith("application/x-www-form-urlencoded"):
        return _read_encoded(body)
    found = _BOUNDARY.match(content_type)
    if found is None:
        raise BadForm("not a form")
    return _read_parts(body, b"--" + found[1].encode("ascii"))


def _read_encoded(body: bytes) -> Form:
    if len(body) > MAX_PARTS * MAX_FIELD_BYTES:
        raise BadForm("too long")
    try:
        texts = parse_qs(body.decode(), max_num_fields=MAX_PARTS, errors="strict")
    except ValueError as error:
        raise BadForm(str(error)) from error
    return Form({name: values[0] for name, values in texts.items()})


def _read_parts(body: bytes, mark: bytes) -> Form:
    form = Form()
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) > MAX_PARTS + 2 or pieces[0].strip() or not pieces[-1].startswith(b"--"):
        raise BadForm("the parts do not fit their boundary")
    for piece in pieces[1:-1]:
        head, separator, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not separator or name is None or len(head) > MAX_FIELD_BYTES:
            raise BadForm("a part without a name")
        key = name[1].decode("ascii")
        if key in form.texts or key in form.files:
            raise BadForm("a name stands twice")
        if _IS_FILE.search(head):
            form.files[key] = content
        elif len(content) > MAX_FIELD_BYTES:
            raise BadForm("a text is too long")
        else:
            form.texts[key] = _text(content)
    return form


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadForm("a text is not UTF-8") from error

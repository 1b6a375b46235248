"""Compile the interface's text catalogues (.po, reviewed in git) into the .mo files Django reads.

GNU msgfmt is not on every machine, and a compiled file in git cannot be reviewed. So the .mo is
made at set-up and whenever its .po is newer; when nothing changed this takes a stat per file.
"""

import ast
import os
import re
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"

_MAGIC = 0x950412DE  # little-endian .mo, revision 0 (GNU gettext manual, "MO Files")
_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d+)\])?\s+(".*")$')


class BrokenCatalogue(Exception):
    """A .po file that cannot be read: the file and the line are in the text."""


@dataclass
class Message:
    """One entry of a catalogue."""

    line: int
    msgid: str = ""
    msgctxt: str | None = None
    msgid_plural: str | None = None
    msgstr: dict[int, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str | None, str]:
        return self.msgctxt, self.msgid

    @property
    def is_translated(self) -> bool:
        return bool(self.msgstr) and all(self.msgstr.values()) and "fuzzy" not in self.flags


def read_messages(path: Path) -> Iterator[Message]:
    """The entries of a .po file, its header (msgid "") first; obsolete ones are left out."""
    message: Message | None = None
    flags: set[str] = set()
    current: tuple[str, int] | None = None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            if line.startswith("#,"):
                flags |= {flag.strip() for flag in line[2:].split(",")}
            continue
        match = _LINE.match(line)
        if match is None and not (line.startswith('"') and current and message):
            raise BrokenCatalogue(f"{path}:{number}: {line[:60]!r}")
        try:
            text = ast.literal_eval(match[3] if match else line)
        except (SyntaxError, ValueError) as error:
            raise BrokenCatalogue(f"{path}:{number}: {line[:60]!r}") from error
        if match:
            keyword, index = match[1], int(match[2] or 0)
            starts = keyword == "msgctxt" or (
                keyword == "msgid" and not (current and current[0] == "msgctxt")
            )
            if starts:
                if message is not None:
                    yield message
                message = Message(line=number, flags=flags)
                flags = set()
            if message is None:
                raise BrokenCatalogue(f"{path}:{number}: {line[:60]!r}")
            current = keyword, index
        if message is not None and current is not None:
            _append(message, *current, text)
    if message is not None:
        yield message


def _append(message: Message, keyword: str, index: int, text: str) -> None:
    match keyword:
        case "msgstr":
            message.msgstr[index] = message.msgstr.get(index, "") + text
        case "msgctxt":
            message.msgctxt = (message.msgctxt or "") + text
        case "msgid_plural":
            message.msgid_plural = (message.msgid_plural or "") + text
        case _:
            message.msgid += text


def compiled(path: Path) -> bytes:
    """The .mo of a .po: translated entries only, sorted as gettext's binary search wants them."""
    entries: dict[bytes, bytes] = {}
    for message in read_messages(path):
        if not message.is_translated:
            continue
        name = message.msgid if message.msgctxt is None else f"{message.msgctxt}\4{message.msgid}"
        if message.msgid_plural is not None:
            name += f"\0{message.msgid_plural}"
        if name.encode() in entries:
            raise BrokenCatalogue(f"{path}:{message.line}: twice: {message.msgid[:60]!r}")
        texts = [message.msgstr[index] for index in sorted(message.msgstr)]
        entries[name.encode()] = "\0".join(texts).encode()
    keys = sorted(entries)
    header = 7 * 4
    keys_at = header + 16 * len(keys)
    values_at = keys_at + sum(len(key) + 1 for key in keys)
    key_table, value_table = [], []
    key_offset, value_offset = keys_at, values_at
    for key in keys:
        key_table += [len(key), key_offset]
        value_table += [len(entries[key]), value_offset]
        key_offset += len(key) + 1
        value_offset += len(entries[key]) + 1
    return b"".join(
        [
            struct.pack("<7I", _MAGIC, 0, len(keys), header, header + 8 * len(keys), 0, keys_at),
            struct.pack(f"<{2 * len(keys)}I", *key_table),
            struct.pack(f"<{2 * len(keys)}I", *value_table),
            b"".join(key + b"\0" for key in keys),
            b"".join(entries[key] + b"\0" for key in keys),
        ]
    )


def compile_all(locale: Path = LOCALE) -> int:
    """Bring every .mo under `locale` up to date; how many had to be made."""
    made = 0
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        wanted = source.stat().st_mtime_ns
        try:
            # The .mo carries its source's time, so that an older .po brought back counts too.
            if target.stat().st_mtime_ns == wanted:
                continue
        except FileNotFoundError:
            pass
        content = compiled(source)
        # Another process may be reading, or compiling, the same file.
        descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.utime(name, ns=(wanted, wanted))
        Path(name).chmod(0o644)
        Path(name).replace(target)
        made += 1
    return made

"""Reads a PDF and writes its text, page by page, as JSON: {"pages": 12, "read": 12, "text": "…"}.

python -m tiengmo.foundation.programs.read_pdf PAGES CHARACTERS < file.pdf
"""

import io
import json
import logging
import sys

import pypdf
from pypdf.errors import PyPdfError

# What broken fonts and tables of PDFs raise besides the library's own errors.
BROKEN = (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)
BROKEN_PAGE = (*BROKEN, ZeroDivisionError, UnicodeError, NotImplementedError, OSError)


def main() -> int:
    most_pages, most_characters = int(sys.argv[1]), int(sys.argv[2])
    logging.disable(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(sys.stdin.buffer.read()), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return _tell(0, 0, "")
        number = len(reader.pages)
    except BROKEN_PAGE as error:
        sys.stderr.write(f"{type(error).__name__}: {error}"[:300])
        return 1
    parts: list[str] = []
    length = read = 0
    for page in range(min(number, most_pages)):
        try:
            text = reader.pages[page].extract_text()
        except BROKEN_PAGE:
            text = ""
        parts.append(text)
        length += len(text)
        read += 1
        if length >= most_characters:
            break
    return _tell(number, read, "\n".join(parts)[:most_characters])


def _tell(pages: int, read: int, text: str) -> int:
    # What a broken table of characters gave must not break the reader of this.
    text = text.encode("utf-8", "replace").decode()
    json.dump({"pages": pages, "read": read, "text": text}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

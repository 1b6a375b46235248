"""Staff upload what they were sent: what is not what it says is refused with a reason."""

import struct
import time
import tracemalloc
import unicodedata
import zipfile
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents import get_document_model
from wagtail.documents.forms import get_document_form
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.models import Collection

from tiengmo.people.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def document(name, raw):
    form = get_document_form(get_document_model())(
        {"title": name, "collection": root().pk, "tags": ""},
        {"file": SimpleUploadedFile(name, raw)},
        user=UserFactory(is_superuser=True),
    )
    form.is_valid()
    return form


def picture(name, raw):
    form = get_image_form(get_image_model())(
        {"title": name, "collection": root().pk, "tags": "", "description": "ảnh"},
        {"file": SimpleUploadedFile(name, raw)},
        user=UserFactory(is_superuser=True),
    )
    form.is_valid()
    return form


def root():
    return Collection.get_first_root_node() or Collection.add_root(name="Gốc")


def zipped(parts):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    return content.getvalue()


WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}
SLIDES = {"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<presentation/>"}
SHEET = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("kế hoạch.docx", zipped(WORD)),
        ("trình chiếu.pptx", zipped(SLIDES)),
        ("bảng.ods", zipped(SHEET)),
        ("số liệu.csv", "thôn,hộ\nPhìn Hồ,42\n".encode("utf-16")),
        ("ghi chép.txt", "Họp dân lúc 19 giờ".encode()),
    ],
    ids=["word", "slides", "sheet", "table", "text"],
)
def test_honest_files_are_taken(name, raw):
    assert not document(name, raw).errors


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("bom.docx", zipped(WORD | {"x": b"\0" * 50_000_000}), "bung ra quá lớn"),
        ("macro.docx", zipped(WORD | {"word/vbaProject.bin": b"x"}), "macro"),
        ("macro.pptx", zipped(SLIDES | {"ppt/vbaProject.bin": b"x"}), "macro"),
        ("trang.docx", b"<html><script>alert(1)</script>", "không phải"),
        ("chương trình.doc", b"MZ" + b"\0" * 600, "không đúng loại"),
        ("hỏng.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "hỏng"),
        ("bảng.pptx", zipped(SHEET), "không đúng loại"),
        ("văn bản.pdf", zipped(WORD), "không đúng loại"),
        ("nhị phân.txt", bytes(range(256)) * 4, "không đúng loại"),
    ],
    ids=["bomb", "macro", "macros", "html", "exe", "broken", "other", "word-as-pdf", "binary"],
)
def test_what_is_not_what_it_says_is_refused(name, raw, words):
    errors = document(name, raw).errors.get("file", [])
    assert len(errors) == 1
    assert words in errors[0]


def test_a_name_in_nfd_is_kept_in_nfc():
    name = unicodedata.normalize("NFD", "Kế hoạch năm.docx")
    form = document(name, zipped(WORD))
    assert form.cleaned_data["title"] == unicodedata.normalize("NFC", name)
    assert form.cleaned_data["file"].name == unicodedata.normalize("NFC", name)


def png(width, height):
    """A PNG that says this size, with next to nothing in it."""

    def chunk(kind, raw):
        return struct.pack(">I", len(raw)) + kind + raw + struct.pack(">I", zlib.crc32(kind + raw))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", content) + chunk(b"IEND", b"")
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("trăm.png", png(10_000, 10_000)),
        ("bom.png", png(60_000, 60_000)),
        ("hình.svg", SVG),
        ("hình.png", SVG),
        ("trang.jpg", b"<html><script>alert(1)</script></html>"),
    ],
    ids=["100-megapixel", "bomb", "svg", "svg-as-png", "html"],
)
def test_a_picture_that_would_fill_the_memory_or_run_is_refused_by_its_head(name, raw):
    began = time.process_time()
    tracemalloc.start()
    form = picture(name, raw)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert form.errors.get("file")
    assert most < 20_000_000
    assert time.process_time() - began < 5


DRAWN = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><script>alert(1)</script>'
    b'<rect width="20" height="10" fill="#0a0" onclick="alert(1)"/></svg>'
)


def test_a_drawing_is_kept_as_a_picture():
    form = picture("Sơ đồ thôn.SVG", DRAWN)
    assert not form.errors
    file = form.cleaned_data["file"]
    assert file.name == "Sơ đồ thôn.png"
    file.seek(0)
    raw = file.read()
    assert raw.startswith(b"\x89PNG")
    assert b"script" not in raw
    assert (form.instance.width, form.instance.height) == (1600, 800)


def test_what_is_wrong_with_a_drawing_is_said_once():
    assert picture("hình.svg", b"<html/>").errors["file"] == [
        "Hình vẽ “hình.svg” hỏng hoặc không an toàn, không dùng được."
    ]

"""People find a directive by words that stand only in its PDF; a scan says that it has none."""

import io

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, NameObject

from tiengmo.foundation.bounded import OutOfBounds, run
from tiengmo.official_documents import reading
from tiengmo.official_documents.actions import correct_document
from tiengmo.official_documents.actions.content import Enclosed
from tiengmo.official_documents.handlers import READ_FILE, read_waiting_files
from tiengmo.official_documents.models import DocumentFile, TextState
from tiengmo.official_documents.tests.factories import draft, pdf, published
from tiengmo.outbox.actions import sweep
from tiengmo.people.tests.factories import sign_in
from tiengmo.search.actions import count_words
from tiengmo.search.queries import find

pytestmark = pytest.mark.django_db
WORDS = "Mỗi hộ gần mỏ vonfram được hỗ trợ hai nghìn cây giống và phân bón lót trong năm đầu."


def printed(*pages):
    """A PDF as a word processor prints it, with fonts of its own."""
    from weasyprint import HTML

    html = "".join(f"<p style='break-after:page'>{page}</p>" for page in pages)
    return HTML(string=html).write_pdf()


def scanned(pages=2):
    """Pages with a picture and no letters."""
    writer = pypdf.PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(595, 842)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def repeating(number):
    """One page whose content says the same line a great many times."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(printed("x")))
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F0 12 Tf " + b"(a) Tj " * number + b"ET")
    page = writer.pages[0]
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def found(text):
    count_words()
    return [hit.url for hit in find(text).hits]


def read():
    sweep([READ_FILE])
    return DocumentFile.objects.order_by("pk").last()


def test_words_that_stand_only_in_the_file(offices):
    document = published(offices, files=[pdf(content=printed("Trang đầu.", WORDS))])
    assert document.address not in found("vonfram")
    file = read()
    assert file.text_state == TextState.READ
    assert WORDS in " ".join(file.text.split())
    assert found("vonfram")[0] == document.address
    assert found("VONFRAM")[0] == document.address


def test_a_draft_is_read_and_not_found(offices):
    document = draft(offices, files=[pdf(content=printed(WORDS))])
    assert read().text_state == TextState.READ
    assert document.address not in found("vonfram")


def test_a_removed_file_is_found_no_more(offices):
    document = published(offices, files=[pdf(content=printed(WORDS))])
    file = read()
    enclosed = Enclosed(removed=[file.pk])
    correct_document(document, by=offices.colleague, reason="Nhầm tệp", enclosed=enclosed)
    assert document.address not in found("vonfram")


def test_a_scan_says_so(offices, client):
    document = published(offices, files=[pdf(content=scanned())])
    assert read().text_state == TextState.NO_TEXT
    sign_in(client, offices.member)
    page = client.get(f"/quan-tri/van-ban/{document.pk}/").content.decode()
    assert "bản quét, không có chữ" in page


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.4 hong\n%%EOF\n", pdf().read(), printed(WORDS)[:2000] + b"\n%%EOF\n"],
    ids=["broken", "without-pages", "cut"],
)
def test_what_cannot_be_read_has_no_text_and_holds_nothing_up(offices, content):
    published(offices, files=[pdf(content=content)])
    file = read()
    assert file.text == ""
    assert file.text_state in {TextState.UNREADABLE, TextState.NO_TEXT}


def test_a_page_that_unfolds_ends_within_its_bounds():
    raw = repeating(3_000_000)
    assert len(raw) < 1_000_000
    with pytest.raises(OutOfBounds):
        run("read_pdf", "300", "200000", given=raw, seconds=2, megabytes=300, most=1_000_000)


def test_a_long_file_is_read_in_part(offices, monkeypatch):
    monkeypatch.setattr(reading, "MOST_PAGES", 2)
    published(offices, files=[pdf(content=printed(WORDS, WORDS, "Quế chi"))])
    file = read()
    assert file.text_state == TextState.IN_PART
    assert "Quế chi" not in file.text


def test_files_from_before_are_read_in_their_turn(offices):
    published(offices, files=[pdf(content=printed(WORDS))])
    DocumentFile.objects.update(text_state=TextState.NOT_READ)
    read()
    DocumentFile.objects.update(text_state=TextState.NOT_READ, text="")
    read_waiting_files({})
    assert read().text_state == TextState.READ

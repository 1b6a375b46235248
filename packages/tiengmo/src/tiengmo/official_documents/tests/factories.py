"""Documents at any stage of their life, and files as offices make them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile

from tiengmo.official_documents.actions import publish_document, save_draft
from tiengmo.official_documents.actions.content import Enclosed
from tiengmo.official_documents.models import DocumentField, DocumentKind, OfficialDocument
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class Offices:
    """A district with two communes. member: an editor here; colleague: an approver here;
    stranger: an approver of the other commune; top_approver: of the district."""

    top: object = field(default_factory=lambda: UnitFactory(top=True))

    def __post_init__(self):
        self.here = UnitFactory(parent=self.top)
        self.there = UnitFactory(parent=self.top)
        self.member = UserFactory(editor=self.here)
        self.colleague = UserFactory(approver=self.here)
        self.stranger = UserFactory(approver=self.there)
        self.top_approver = UserFactory(approver=self.top)


def draft(offices, *, files=(), replaces=None, by=None, **fields) -> OfficialDocument:
    values = {
        "unit": offices.here,
        "kind": DocumentKind.objects.get(code="chi-thi"),
        "number": "07-CT/TW",
        "issued_on": dt.date(2022, 9, 5),
        "issuer": "Ban Thường vụ Huyện uỷ",
        "abstract": "Về tăng cường công tác thông tin cơ sở",
        "body": "Điều 1. Mỗi thôn có một cụm loa.\n\nĐiều 2. Loa phát đúng giờ.",
        "field": DocumentField.objects.get(code="van-hoa-thong-tin"),
        **fields,
    }
    for name, model in (("kind", DocumentKind), ("field", DocumentField)):
        if isinstance(values[name], str):
            values[name] = model.objects.get(code=values[name])
    document = OfficialDocument(**values)
    enclosed = Enclosed(files=files, replaces=replaces)
    return save_draft(document, by=by or offices.member, enclosed=enclosed)


def published(offices, **fields) -> OfficialDocument:
    return publish_document(draft(offices, **fields), by=offices.colleague)


def pdf(name="Chỉ thị 07.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def archive(parts, *, name="tờ khai.docx"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for part, content in parts.items():
            file.writestr(part, content)
    return SimpleUploadedFile(name, packed.getvalue())


def docx(name="tờ khai.docx", **more):
    parts = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"}
    return archive(parts | more, name=name)

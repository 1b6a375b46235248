"""Wagtail's forms for documents and pictures, with what a file is judged by its content."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from tiengmo.foundation.drawings import LIMIT_BYTES, picture_of
from tiengmo.foundation.office_files import UnfitFile
from tiengmo.foundation.staff_files import check_staff_file
from tiengmo.foundation.vietnamese import nfc

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class DocumentForm(BaseDocumentForm):  # type: ignore[misc]
    """Also names of files as a Mac sends them, in NFD, are kept in NFC."""

    def clean_title(self) -> str:
        return nfc(self.cleaned_data["title"])

    def _post_clean(self) -> None:
        # Wagtail's model would complain of the missing file as well, in words that help nobody.
        if "file" not in self._errors:
            super()._post_clean()

    def clean_file(self) -> UploadedFile[bytes] | None:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None or "file" not in self.changed_data:
            return file
        file.seek(0)
        try:
            file.name = check_staff_file(file.read(), file.name or "")
        except UnfitFile as problem:
            raise ValidationError(str(problem)) from problem
        file.seek(0)
        return file


class ImageForm(BaseImageForm):  # type: ignore[misc]
    """Wagtail's field already reads the size from the header and refuses what is no picture.

    A drawing (SVG) becomes a picture before anything else looks at it.
    """

    def __init__(self, data: Any = None, files: Any = None, *args: Any, **kwargs: Any) -> None:
        self.unfit = ""
        drawing = files.get("file") if files else None
        if drawing is not None and str(drawing.name).lower().endswith(".svg"):
            files = files.copy()
            try:
                files["file"] = self._as_picture(drawing)
            except UnfitFile as problem:
                self.unfit = str(problem)
                files.pop("file")
        super().__init__(data, files, *args, **kwargs)

    def _as_picture(self, drawing: UploadedFile[bytes]) -> UploadedFile[bytes]:
        """The drawing as a picture: no page of ours hands out a drawing of a stranger's."""
        name = str(drawing.name)
        if (drawing.size or 0) > LIMIT_BYTES:
            picture = picture_of(b" " * (LIMIT_BYTES + 1), name)  # says so
        else:
            picture = picture_of(drawing.read(), name)
        return SimpleUploadedFile(f"{PurePath(name).stem}.png", picture, "image/png")

    def _clean_fields(self) -> None:
        super()._clean_fields()
        if self.unfit:
            self._errors.pop("file", None)
            self.add_error("file", self.unfit)

    def clean_title(self) -> str:
        return nfc(self.cleaned_data["title"])

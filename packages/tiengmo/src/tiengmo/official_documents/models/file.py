from django.db import models
from django.utils.translation import gettext_lazy as _

from tiengmo.foundation.office_files import NAMES

from .document import OfficialDocument


class TextState(models.TextChoices):
    """How far search knows what stands inside a file."""

    NOT_READ = "not_read", ""
    WAITING = "waiting", _("đang đọc chữ trong tệp")
    READ = "read", _("tìm kiếm thấy chữ trong tệp")
    IN_PART = "in_part", _("tệp dài: tìm kiếm chỉ thấy phần đầu")
    NO_TEXT = "no_text", _("bản quét, không có chữ: tìm kiếm không thấy nội dung tệp")
    UNREADABLE = "unreadable", _("không đọc được chữ trong tệp")


class DocumentFile(models.Model):
    """A file of a document, stored by its content (foundation.blobs).

    Personal data: whatever the signed document itself says; who publishes it has read it.
    """

    document = models.ForeignKey(OfficialDocument, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=140)
    sha256 = models.CharField(max_length=64)
    suffix = models.CharField(max_length=8)
    media_type = models.CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    # What the judging found that a reader or publisher should know, one line each.
    notes = models.TextField(blank=True)
    # What stands inside, for search; a PDF is read by the worker (actions/read_file.py).
    text = models.TextField(blank=True)
    text_state = models.CharField(
        max_length=10, choices=TextState.choices, default=TextState.NOT_READ
    )
    # Removed by a correction: the row stays for the history, the address answers 410.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return f"{self.document.address}tep/{self.pk}/"

    @property
    def kind_name(self) -> str:
        return NAMES.get(self.suffix, self.suffix)

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.official_documents.workflow import State

from .lists import DocumentField, DocumentKind

# 07-CT/TW, 52/2016/QĐ-TTg, 1234/UBND-VX: letters, digits and the marks that offices put between.
NUMBER = RegexValidator(
    r"^[\w./\-–() ]*\d[\w./\-–() ]*$",
    _("Số, ký hiệu chỉ gồm chữ, số và các dấu / - . ( ), và có ít nhất một chữ số."),
)


class OfficialDocument(models.Model):
    """A directive, decision, plan, … as an authority signed it, and as the public finds it here.

    `unit` keeps the record and answers for it; `issuer` is printed as the document names it, which
    may be an authority above this locality. Personal data: the signer's name and title, which are
    public acts of office and stay; the printed names of who published and who withdrew it.
    """

    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="documents")
    kind = models.ForeignKey(DocumentKind, verbose_name=_("loại văn bản"), on_delete=models.PROTECT)
    number = models.CharField(_("số, ký hiệu"), max_length=60, validators=[NUMBER], db_index=True)
    issued_on = models.DateField(_("ngày ban hành"))
    issuer = models.CharField(_("cơ quan ban hành"), max_length=160, db_index=True)
    abstract = models.CharField(_("trích yếu"), max_length=600)
    body = models.TextField(
        _("nội dung"), max_length=200_000, blank=True,
        help_text=_("Toàn văn hoặc những điểm chính, để đọc được ngay không cần mở tệp."),
    )  # fmt: skip
    field = models.ForeignKey(DocumentField, verbose_name=_("lĩnh vực"), on_delete=models.PROTECT)
    signer = models.CharField(_("người ký"), max_length=120, blank=True)
    signer_title = models.CharField(_("chức vụ người ký"), max_length=120, blank=True)
    effective_on = models.DateField(_("có hiệu lực từ ngày"), null=True, blank=True)
    expires_on = models.DateField(_("hết hiệu lực sau ngày"), null=True, blank=True)
    replaces = models.ManyToManyField(
        "self", symmetrical=False, related_name="replaced_by", blank=True
    )
    embargo_until = models.DateTimeField(_("chưa công bố trước lúc"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    # The address: made of kind, number and year; it stays from the first publication on.
    slug = models.SlugField(max_length=120, unique=True)
    # Counts saves, so that two people who opened the same page do not overwrite each other.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by_name = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_name = models.CharField(max_length=200, blank=True)
    withdrawal_reason = models.TextField(blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "issuer", "issued_on"],
                name="one_document_a_number",
                violation_error_message=_("Văn bản này đã có: trùng số, cơ quan và ngày ban hành."),
            ),
        ]
        indexes = [models.Index(fields=["state", "-issued_on"], name="documents_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def address(self) -> str:
        return f"/van-ban/{self.slug}/"

    @property
    def is_public(self) -> bool:
        """May people read it now: published, and its hour has come?"""
        return self.state == State.PUBLISHED and (
            self.embargo_until is None or self.embargo_until <= timezone.now()
        )

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.outreach.workflow import OPEN, State


class Question(models.Model):
    """Something a citizen asks the authorities.

    `title` and `text` are as they were written and only staff see them; what the public reads is
    `public_title` and `public_text`, without what is nobody's business.
    Personal data: asker's name, telephone, e-mail, and whatever the text says; all of it (these and
    the original text) erased 90 days after closing. The name is shown only if the asker wants it.
    """

    state = models.CharField(
        _("trạng thái"), max_length=12, choices=State.choices, default=State.RECEIVED
    )
    topic = models.ForeignKey(
        "outreach.Topic",
        on_delete=models.PROTECT,
        related_name="questions",
        verbose_name=_("chủ đề"),
    )
    # Who has to answer now.
    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, related_name="questions", verbose_name=_("đơn vị")
    )
    event = models.ForeignKey(
        "outreach.Event", on_delete=models.SET_NULL, null=True, blank=True, related_name="questions"
    )
    title = models.CharField(_("câu hỏi"), max_length=200, blank=True)
    text = models.TextField(_("nội dung"), blank=True)
    asker_name = models.CharField(_("họ và tên"), max_length=120, blank=True)
    asker_phone = models.CharField(_("điện thoại"), max_length=40, blank=True)
    asker_email = models.CharField(_("thư điện tử"), max_length=254, blank=True)
    shows_name = models.BooleanField(_("cho hiện tên"), default=False)
    public_title = models.CharField(_("câu hỏi khi công bố"), max_length=200, blank=True)
    public_text = models.TextField(_("nội dung khi công bố"), blank=True)
    # Of the asker's own page: rules.secret_hash.
    secret_hash = models.CharField(max_length=64, unique=True)
    fingerprint = models.CharField(max_length=32)
    note = models.CharField(_("lời nhắn khi chuyển"), max_length=500, blank=True)
    reason = models.CharField(_("lý do"), max_length=500, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("hạn trả lời"))
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["unit", "state", "due_on"]),
            models.Index(fields=["state", "-published_at"]),
            models.Index(fields=["topic", "state", "-published_at"]),
            models.Index(fields=["received_at"]),
            models.Index(fields=["fingerprint"]),
            models.Index(
                fields=["closed_at"], name="question_to_erase", condition=models.Q(erased_at=None)
            ),
        ]

    def __str__(self) -> str:
        # The audit chain prints this and never forgets: no word of the asker's.
        return f"Câu hỏi số {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < timezone.localdate()

    @property
    def url(self) -> str:
        return f"/hoi-dap/{self.pk}/"

    @property
    def shown_title(self) -> str:
        """What staff call it, also after the original was erased."""
        return self.public_title or self.title or str(self)

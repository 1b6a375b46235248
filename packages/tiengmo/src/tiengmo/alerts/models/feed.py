from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Feed(models.Model):
    """Another authority's CAP feed (Atom or RSS) that the worker reads. Personal data: none."""

    name = models.CharField(_("tên cơ quan"), max_length=200)
    url = models.URLField(_("địa chỉ nguồn tin CAP"), max_length=500, unique=True)
    # Only messages of this CAP sender are taken; empty: of any that the feed names.
    sender = models.CharField(_("người gửi (sender)"), max_length=200, blank=True)
    is_active = models.BooleanField(_("đang theo dõi"), default=True)
    created_at = models.DateTimeField(default=timezone.now)
    fetched_at = models.DateTimeField(null=True)
    etag = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)
    # {address: until when (ISO)}: what was refused there is not asked for again at once.
    refused = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        verbose_name = _("nguồn tin CAP")
        verbose_name_plural = _("nguồn tin CAP")

    def __str__(self) -> str:
        return self.name


class Proposal(models.Model):
    """A foreign CAP message that touches our area, put before the staff. Personal data: none.

    It is never broadcast by itself. `facts` is the message as it was read: see `cap.reading`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("chờ xem")
        USED = "used", _("đã soạn cảnh báo")
        DISMISSED = "dismissed", _("không dùng")
        OVER = "over", _("đã hết hạn hoặc bị thay")

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="proposals")
    sender = models.CharField(max_length=200)
    identifier = models.CharField(max_length=200)
    sent = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # Empty: none of our areas, kept so that it is not fetched again.
    areas = models.JSONField(default=list)
    # Those areas for which somebody warned because of it, or looked at it and left it.
    settled = models.JSONField(default=list)
    # Identifiers of what the same authority said before, which this updates or ends.
    replaces = models.JSONField(default=list)
    # It says that there is no danger any more: nothing to warn of, something to end.
    is_end = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)
    xml = models.TextField()
    expires_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "sender", "identifier", "sent"], name="one_proposal_a_feed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.identifier}"

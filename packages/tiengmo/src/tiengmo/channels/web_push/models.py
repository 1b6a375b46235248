import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PushService(models.Model):
    """A browser maker's push service, and how it has been answering. Personal data: none."""

    origin = models.CharField(max_length=200, unique=True)
    requests_per_second = models.FloatField(default=50)
    # The bucket: a request takes a token, tokens come back at the rate above.
    tokens = models.FloatField(default=1)
    filled_at = models.DateTimeField(default=timezone.now)
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    last_answer_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["origin"]

    def __str__(self) -> str:
        return self.origin.partition("://")[2]


class Browser(models.Model):
    """A browser whose owner asked it for notices about one village.

    Personal data: the address that the browser's maker gave it and its keys, sealed with this
    installation's key and shown nowhere; a keyed hash of the address; the village and the topics
    chosen. No name, no number. Erased at the moment of leaving, and when the push service says that
    the browser is gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_subscription = models.TextField()
    endpoint_hash = models.CharField(max_length=64, unique=True)
    service = models.ForeignKey(PushService, on_delete=models.PROTECT, related_name="browsers")
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, related_name="push_browsers"
    )
    categories = models.JSONField(default=list)  # codes; none: everything for the village
    asked_at = models.DateTimeField(default=timezone.now)
    # Notices in a row that the push service refused.
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["village"])]

    def __str__(self) -> str:
        return f"{self.id}"


class Notice(models.Model):
    """One notice that must go, is going or went. It holds no text: that is made when it goes.

    Personal data: which browser was told of which release, until it leaves; erased after 30 days.
    """

    class Kind(models.TextChoices):
        NEWS = "news", _("tin")
        WITHDRAWAL = "withdrawal", _("báo gỡ")

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        ACCEPTED = "accepted", _("dịch vụ thông báo đã nhận")
        SHOWN = "shown", _("đã hiện trên máy")
        FAILED = "failed", _("không tới")
        CANCELLED = "cancelled", _("đã huỷ trước khi gửi")

    # Known to its browser alone: that is how its having been shown is proved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    browser = models.ForeignKey(
        Browser, on_delete=models.SET_NULL, null=True, related_name="notices"
    )
    village = models.ForeignKey("places.Village", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, related_name="push_notices"
    )
    delivery = models.ForeignKey(
        "releases.Delivery", on_delete=models.CASCADE, related_name="push_notices"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True)  # releases.rules
    detail = models.CharField(max_length=300, blank=True)
    urgency = models.PositiveSmallIntegerField(default=2)  # 0 emergency, 1 withdrawal, 2 news
    language = models.CharField(max_length=12, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Whatever runs twice, nobody is told the same thing twice.
            models.UniqueConstraint(fields=["browser", "release", "kind"], name="noticed_once")
        ]
        indexes = [
            models.Index(fields=["state", "urgency", "due_at"], name="notice_waiting"),
            models.Index(fields=["state", "village", "urgency"], name="notice_waiting_in"),
            models.Index(fields=["delivery", "kind", "state"], name="notice_of_delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

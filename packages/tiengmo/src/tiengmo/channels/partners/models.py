import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Partner(models.Model):
    """Another system that may take bulletins, and how it has been answering.

    Personal data: the name and the address or number of a contact, typed by an administrator;
    shown to administrators only, kept as long as the row.
    """

    name = models.CharField(_("tên hệ thống"), max_length=120)
    contact_name = models.CharField(_("người phụ trách"), max_length=120)
    contact = models.CharField(_("thư hoặc điện thoại"), max_length=200)
    # Scheme, host and port: the only place its callbacks may lie. "" where it is on trial.
    origin = models.CharField(_("địa chỉ máy chủ"), max_length=200, blank=True)
    topics = models.JSONField(default=list)  # keys of rules.Topic
    ends_on = models.DateField(_("thoả thuận hết hạn ngày"), null=True, blank=True)
    is_used = models.BooleanField(_("đang dùng"), default=True)
    is_trial = models.BooleanField(_("chạy thử"), default=False)
    # The bucket: a request takes a token, tokens come back at this rate.
    requests_per_second = models.FloatField(_("số lượt mỗi giây"), default=10)
    tokens = models.FloatField(default=1)
    filled_at = models.DateTimeField(default=timezone.now)
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    last_answer_at = models.DateTimeField(null=True)
    answer_ms = models.PositiveIntegerField(null=True)
    tested_at = models.DateTimeField(null=True)
    test_result = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin"], condition=~Q(origin=""), name="one_partner_an_origin"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A partner's callback that takes one feed, until its lease ends.

    Personal data: none; the callback and the secret are sealed with this installation's key, shown
    nowhere, and erased when the subscription ends.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("chờ xác minh")
        ACTIVE = "active", _("đang nhận")
        ENDED = "ended", _("đã thôi")

    class Why(models.TextChoices):
        LEFT = "left", _("hệ thống bạn thôi nhận")
        GONE = "gone", _("hệ thống bạn trả lời 410: không nhận nữa")
        LEASE = "lease", _("hết hạn đăng ký, không gia hạn")
        STOPPED = "stopped", _("quản trị viên ngừng")
        NOT_MEANT = "not_meant", _("hệ thống bạn không xác nhận đăng ký")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="subscriptions")
    topic = models.CharField(max_length=80)  # key of rules.Topic
    sealed_callback = models.TextField(blank=True)
    callback_hash = models.CharField(max_length=64)
    sealed_secret = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    lease_until = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=12, choices=Why.choices, blank=True)
    # What was asked and is not verified yet; what stands goes on meanwhile.
    wanted = models.CharField(max_length=12, blank=True)  # rules.MODES
    wanted_sealed_secret = models.TextField(blank=True)
    wanted_seconds = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_tries = models.PositiveSmallIntegerField(default=0)
    asked_due_at = models.DateTimeField(default=timezone.now)
    asked_claimed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["topic", "asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "callback_hash"], name="subscribed_once")
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.topic}: {self.state}"


class Item(models.Model):
    """A bulletin with all its corrections, as the feeds list it. Personal data: none."""

    atom_id = models.UUIDField(primary_key=True)  # of the first release
    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, related_name="partner_items"
    )
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_index=True)
    gone_at = models.DateTimeField(null=True)
    gone_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return f"urn:uuid:{self.atom_id}"


class Push(models.Model):
    """One entry or tombstone that must go to a subscription, is going or went. Personal data: none.

    It holds no text: that is made when it goes.
    """

    class Kind(models.TextChoices):
        NEWS = "news", _("tin")
        WITHDRAWAL = "withdrawal", _("lệnh gỡ")

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        ACCEPTED = "accepted", _("hệ thống bạn đã nhận")
        FAILED = "failed", _("không tới")
        CANCELLED = "cancelled", _("đã huỷ trước khi gửi")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="pushes")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, related_name="partner_pushes"
    )
    delivery = models.ForeignKey(
        "releases.Delivery", on_delete=models.CASCADE, related_name="partner_pushes"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True)  # releases.rules
    detail = models.CharField(max_length=300, blank=True)
    # From the first on, the partner has it or may have it.
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Whatever runs twice, nobody is told the same thing twice.
            models.UniqueConstraint(fields=["subscription", "release", "kind"], name="pushed_once")
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="push_waiting"),
            models.Index(fields=["delivery", "kind", "state"], name="push_of_delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

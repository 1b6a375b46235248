import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One text message that must go, is going or went. It holds no text and no number.

    The text is made when it goes. The id is the key that a provider who takes one is given, so that
    the same message handed over twice is sent once. Personal data: who was told of which release,
    until they leave; erased after ninety days.
    """

    class Kind(models.TextChoices):
        CODE = "code", _("mã xác nhận")
        LINK = "link", _("liên kết riêng")
        NEWS = "news", _("tin")
        WITHDRAWAL = "withdrawal", _("báo gỡ")

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        ACCEPTED = "accepted", _("nhà mạng đã nhận")
        DELIVERED = "delivered", _("đã tới máy")
        FAILED = "failed", _("không tới")
        # The provider may have taken it, or not: it is not handed over a second time.
        IN_DOUBT = "in_doubt", _("chưa rõ")
        CANCELLED = "cancelled", _("đã huỷ trước khi gửi")

    class Via(models.TextChoices):
        SMS = "sms", _("tin nhắn SMS")
        ZALO = "zalo", "Zalo"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscriber = models.ForeignKey(
        "text_messages.Subscriber", on_delete=models.SET_NULL, null=True, related_name="messages"
    )
    # Fifty thousand are written at once: an index stands where something is looked up by it, and
    # the database does not check what it checked for the delivery (0.5 of 1.1 s).
    village = models.ForeignKey(
        "places.Village",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    release = models.ForeignKey(
        "releases.Release",
        on_delete=models.CASCADE,
        null=True,
        related_name="text_messages",
        db_constraint=False,
    )
    delivery = models.ForeignKey(
        "releases.Delivery",
        on_delete=models.CASCADE,
        null=True,
        related_name="text_messages",
        db_index=False,  # text_of_delivery
    )
    # One at a time: by SMS after Zalo only when Zalo says that it does not know the number.
    via = models.CharField(max_length=4, choices=Via.choices, default=Via.SMS)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True)  # releases.rules
    detail = models.CharField(max_length=300, blank=True)  # what the provider said last
    urgency = models.PositiveSmallIntegerField(default=2)  # 0 emergency, 1 code or link, 2 news
    provider = models.ForeignKey(
        "text_messages.Provider",
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        db_index=False,
    )
    reference = models.CharField(max_length=120, blank=True)  # the provider's id of it
    language = models.CharField(max_length=12, blank=True)
    parts = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Whatever runs twice, nobody is told the same thing twice.
            models.UniqueConstraint(
                fields=["subscriber", "release", "kind"],
                condition=models.Q(release__isnull=False),
                name="texted_once",
            )
        ]
        indexes = [
            # In the order in which they are claimed: thousands are due at one instant.
            models.Index(
                fields=["state", "urgency", "due_at", "delivery"], name="text_waiting_order"
            ),
            models.Index(fields=["state", "village", "urgency"], name="text_waiting_in"),
            models.Index(fields=["delivery", "state"], name="text_of_delivery"),
            models.Index(
                fields=["reference"], name="text_referred", condition=~models.Q(reference="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"


class StrayReport(models.Model):
    """A report that came before its message's own answer was written down. Personal data: none.

    Taken up when the provider's id of the message becomes known; erased after a day.
    """

    provider = models.ForeignKey("text_messages.Provider", on_delete=models.CASCADE)
    reference = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=Message.State.choices)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference", "state"], name="one_stray_report"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.state}"

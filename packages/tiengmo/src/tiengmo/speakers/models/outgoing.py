from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RetainedMessage(models.Model):
    """A topic's state as it must stand on the broker; the gateway publishes it and republishes it.

    Personal data: none.
    """

    topic = models.CharField(max_length=200, primary_key=True)
    payload = models.TextField()
    version = models.PositiveBigIntegerField(default=1)
    published_version = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["topic"],
                name="retained_unpublished",
                condition=models.Q(published_version__lt=models.F("version")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} v{self.version}"


class AnnouncedItem(models.Model):
    """The title and time of an item some station once announced: boxes report ids only.

    Personal data: none.
    """

    item_id = models.CharField(primary_key=True, max_length=64)
    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    start_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class CommandState(models.TextChoices):
    WAITING = "waiting", _("đang chờ gửi")
    SENT = "sent", _("đã gửi")
    DONE = "done", _("đã làm")
    REFUSED = "refused", _("loa từ chối")
    EXPIRED = "expired", _("hết hạn")


class OutgoingCommand(models.Model):
    """A signed order to one box, good until it expires.

    Personal data: the id and printed name of who gave it, kept with the box's history.
    """

    id = models.CharField(primary_key=True, max_length=64)
    box = models.ForeignKey("speakers.Box", on_delete=models.CASCADE, related_name="commands")
    command = models.CharField(max_length=30)
    arguments = models.JSONField(default=dict)
    payload = models.TextField()
    state = models.CharField(
        max_length=10, choices=CommandState.choices, default=CommandState.WAITING
    )
    by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="command_waiting",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.command} → {self.box_id}"

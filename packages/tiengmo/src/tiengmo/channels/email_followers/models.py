import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Follower(models.Model):
    """Somebody who asked for letters about some villages, units or topics.

    Personal data: an e-mail address, sealed with this installation's key (sealing.py) and shown on
    no screen; a keyed hash of it, to find it again. Erased with everything below it at the moment
    of leaving, when the address bounces for good, and after two days without confirmation.
    """

    class Rhythm(models.TextChoices):
        AT_ONCE = "at_once", _("ngay khi có tin")
        DAILY = "daily", _("mỗi ngày một thư")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_address = models.TextField()
    address_hash = models.CharField(max_length=64, unique=True)
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.AT_ONCE)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    # Letters that ask to confirm, since `asked_at`: a stranger must not fill somebody's mailbox.
    times_asked = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.id}"


class Following(models.Model):
    """One thing that a follower wants to hear of. Personal data: an interest, erased with them."""

    class Kind(models.TextChoices):
        AREA = "area", _("địa bàn")  # a village's or a unit's code
        CATEGORY = "category", _("chuyên mục")

    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="followings")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follower", "kind", "code"], name="followed_once")
        ]
        indexes = [models.Index(fields=["kind", "code"])]

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"


class Letter(models.Model):
    """One letter that must go, is going or went. It holds no text: that is made when it goes.

    Personal data: who was told of which release; erased with the follower and after thirty days.
    """

    class Kind(models.TextChoices):
        CONFIRM = "confirm", _("xác nhận")
        NEWS = "news", _("tin")
        CORRECTION = "correction", _("đính chính")
        WITHDRAWAL = "withdrawal", _("gỡ tin")

    class State(models.TextChoices):
        HELD = "held", _("chờ thư hằng ngày")
        WAITING = "waiting", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        SENT = "sent", _("đã gửi")
        # Our process died between handing it over and noting so: it is not sent a second time.
        IN_DOUBT = "in_doubt", _("không rõ đã gửi chưa")
        DROPPED = "dropped", _("không cần gửi nữa")

    follower = models.ForeignKey(Follower, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, null=True, related_name="letters"
    )
    # What a letter that asks to confirm would begin to follow: [["area", "02686"], …].
    wanted = models.JSONField(default=list)
    wanted_rhythm = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Whatever runs twice, nobody is told the same thing twice.
            models.UniqueConstraint(
                fields=["follower", "kind", "release"],
                condition=models.Q(release__isnull=False),
                name="told_once",
            )
        ]
        indexes = [models.Index(fields=["state", "id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

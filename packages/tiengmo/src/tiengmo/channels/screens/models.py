import uuid
from datetime import time

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def middle() -> list[float]:
    return [0.5, 0.5]


class Screen(models.Model):
    """A television or LED board with our player, in an office or (`village`) a village house.

    `footfall_lo`..`footfall_hi` are households that come by on a day, as whoever looks after the
    place states them. `holds` are the releases that the player says lie in its cache. Personal
    data: none (a device and its place).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("tên màn hình"), max_length=120)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="screens")
    # In a village house; without one, in the unit's own office, where people of all villages come.
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, null=True, related_name="screens"
    )
    opens_at = models.TimeField(default=time(6))
    closes_at = models.TimeField(default=time(22))
    footfall_lo = models.PositiveIntegerField(default=0)
    footfall_hi = models.PositiveIntegerField(default=0)
    token_hash = models.CharField(max_length=64, blank=True)  # none before enrolment
    created_at = models.DateTimeField(default=timezone.now)
    enrolled_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=300, blank=True)
    # What the player last said of itself.
    last_seen_at = models.DateTimeField(null=True)
    showing = models.CharField(max_length=300, blank=True)
    holds = models.JSONField(default=list)
    waiting_plays = models.PositiveIntegerField(default=0)
    clock_offset_ms = models.BigIntegerField(null=True)  # server minus device
    player = models.CharField(max_length=200, blank=True)
    # Running releases of the place it was moved away from: not for where it hangs now.
    left = models.JSONField(default=list)
    # Plays that could not be taken, by reason, since enrolment.
    refused_plays = models.JSONField(default=dict)
    # Reports of the current minute, so that a broken player does not keep the server busy.
    minute = models.PositiveBigIntegerField(default=0)
    reports_this_minute = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["unit__name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], condition=~models.Q(token_hash=""), name="a_token_a_screen"
            )
        ]

    def __str__(self) -> str:
        return self.name


class FormerPlace(models.Model):
    """Where a screen hung until then, its hours and footfall: its plays of that time count there.

    Personal data: none.
    """

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="former_places")
    until_at = models.DateTimeField(default=timezone.now)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="+")
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, null=True, related_name="+"
    )
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    footfall_lo = models.PositiveIntegerField()
    footfall_hi = models.PositiveIntegerField()

    class Meta:
        ordering = ["until_at"]

    def __str__(self) -> str:
        return f"{self.screen}: {self.village or self.unit}"


class EnrolmentCode(models.Model):
    """A one-time code that lets one device in as this screen; only its hash is kept.

    `token_hash` says which device used it, so that one whose answer was lost may ask again.
    Personal data: none (who made it is in the audit log).
    """

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    token_hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.screen}: {self.expires_at:%Y-%m-%d %H:%M}"


class WrongCode(models.Model):
    """A code that was typed and is none. `who` is a hash made with a salt of that day only.

    Personal data: none that leads to anybody after its day; erased after a day.
    """

    who = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Card(models.Model):
    """What screens show of one release in one language: frozen when it goes out.

    Personal data: as the bulletin's text has.
    """

    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, related_name="screen_cards"
    )
    language = models.CharField(max_length=12)
    headline = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    picture_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    picture_alt = models.CharField(max_length=300, blank=True)
    picture_credit = models.CharField(max_length=300, blank=True)
    # What must stay in view when the picture is cropped: parts of width and height.
    picture_focus = models.JSONField(default=middle)
    qr = models.TextField(blank=True)  # data: address of an SVG, to the portal's page

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "language"], name="one_card_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.headline} [{self.language}]"


class Slide(models.Model):
    """Something a unit shows on screens besides bulletins: office hours, a notice, a ticker line.

    Never edited: what was shown stays on record, and another one takes its place. Personal data:
    who put it up, by name; whatever its text says.
    """

    class Kind(models.TextChoices):
        CARD = "card", _("trang")
        TICKER = "ticker", _("dòng chữ chạy")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.CARD)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="slides")
    areas = models.JSONField(default=list)
    title = models.CharField(max_length=90, blank=True)
    text = models.CharField(max_length=280, blank=True)
    picture_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    picture_alt = models.CharField(max_length=300, blank=True)
    picture_focus = models.JSONField(default=middle)
    # A film without sound; the picture is a still of it, for where it cannot be played.
    video_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    video_suffix = models.CharField(max_length=8, blank=True)
    video_bytes = models.PositiveIntegerField(default=0)
    video_ms = models.PositiveIntegerField(default=0)
    from_on = models.DateField()
    until_on = models.DateField()  # last day
    weekdays = models.JSONField(default=list)  # 0 Monday … 6 Sunday; none: every day
    hour_from = models.TimeField(null=True)
    hour_to = models.TimeField(null=True)
    seconds = models.PositiveIntegerField(default=12)
    put_up_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title or self.text[:60]


class Play(models.Model):
    """One showing of one item on one screen, as its player proved it. Personal data: none."""

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="plays")
    play_id = models.UUIDField()  # made on the device
    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, null=True, related_name="screen_plays"
    )
    slide = models.ForeignKey(Slide, on_delete=models.CASCADE, null=True, related_name="plays")
    language = models.CharField(max_length=12, blank=True)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    received_at = models.DateTimeField(default=timezone.now)
    # It began after the release had been withdrawn: the screen could not know yet.
    is_after_withdrawal = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["screen", "play_id"], name="a_play_once")]
        indexes = [models.Index(fields=["release", "screen", "started_at"], name="plays_of")]

    def __str__(self) -> str:
        return f"{self.screen}: {self.started_at:%Y-%m-%d %H:%M:%S}"


class Beat(models.Model):
    """How often something changed for the screens of one unit. Personal data: none."""

    unit = models.OneToOneField("places.Unit", on_delete=models.CASCADE, primary_key=True)
    count = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.unit}: {self.count}"

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.outreach.workflow import EventState


class EventKind(models.TextChoices):
    EVENT = "event", _("Sự kiện")
    DIALOGUE = "dialogue", _("Đối thoại với người dân")


class Event(models.Model):
    """Something people may come to; a dialogue is one where the authorities answer.

    Personal data: the names of officials in `chair` and of whoever the minutes name; the telephone
    in `contact` is an office's.
    """

    kind = models.CharField(
        _("loại"), max_length=10, choices=EventKind.choices, default=EventKind.EVENT
    )
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=EventState.choices, default=EventState.DRAFT
    )
    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, related_name="events", verbose_name=_("đơn vị")
    )
    slug = models.SlugField(max_length=110, unique=True)
    title = models.CharField(_("tên"), max_length=200)
    summary = models.TextField(_("giới thiệu"), max_length=1000, blank=True)
    programme = models.TextField(_("chương trình"), max_length=6000, blank=True)
    place = models.CharField(_("địa điểm"), max_length=300)
    latitude = models.FloatField(_("vĩ độ"), null=True, blank=True)
    longitude = models.FloatField(_("kinh độ"), null=True, blank=True)
    start_at = models.DateTimeField(_("bắt đầu"))
    end_at = models.DateTimeField(_("kết thúc"))
    chair = models.CharField(_("người chủ trì"), max_length=300, blank=True)
    contact = models.CharField(_("liên hệ"), max_length=200, blank=True)
    minutes = models.TextField(_("kết quả, biên bản"), max_length=20_000, blank=True)
    minutes_at = models.DateTimeField(null=True)
    reason = models.CharField(_("lý do huỷ"), max_length=500, blank=True)
    editor_id = models.CharField(max_length=64)
    editor_name = models.CharField(max_length=200)
    publisher_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    # After it was published; readers see that, and calendars count it (RFC 5545 SEQUENCE).
    changed_at = models.DateTimeField(null=True)
    change_count = models.PositiveIntegerField(default=0)
    is_invented = models.BooleanField(default=False)

    class Meta:
        ordering = ["-start_at"]
        indexes = [
            models.Index(fields=["state", "start_at"]),
            models.Index(fields=["unit", "start_at"]),
            # What is still to come: a few rows among years of events.
            models.Index(
                fields=["end_at"],
                name="events_to_come",
                condition=models.Q(published_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_at__gt=models.F("start_at")),
                name="event_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        return f"/su-kien/{self.slug}/"

    @property
    def is_public(self) -> bool:
        return self.state != EventState.DRAFT and self.published_at is not None

    @property
    def is_over(self) -> bool:
        return self.end_at < timezone.now()

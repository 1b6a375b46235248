import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Sheet(models.Model):
    """One printed form of a release in one language, as it was laid out. Personal data: none."""

    class Kind(models.TextChoices):
        POSTER_A4 = "poster-a4", _("Áp phích A4")
        POSTER_A3 = "poster-a3", _("Áp phích A3")
        LEAFLET = "leaflet", _("Tờ rơi A5 hai mặt")
        NOTICE = "notice", _("Tờ dán bảng tin A4")
        BOOKLET = "booklet", _("Bản tin nội bộ A4")

    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, related_name="printed_sheets"
    )
    language = models.CharField(max_length=12)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "language", "kind"], name="one_sheet_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} [{self.language}]"


class HandOut(models.Model):
    """What somebody did with printed sheets in a village. The id is made on the form: sent twice,
    it counts once. Personal data: the name of who wrote it down."""

    class Act(models.TextChoices):
        GIVEN = "given", _("Phát tận hộ")
        PUT_UP = "put_up", _("Dán nơi công cộng")
        TAKEN_DOWN = "taken_down", _("Gỡ, thu về")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    delivery = models.ForeignKey(
        "releases.Delivery", on_delete=models.PROTECT, related_name="hand_outs"
    )
    act = models.CharField(_("việc đã làm"), max_length=12, choices=Act.choices)
    language = models.CharField(max_length=12)
    copies = models.PositiveIntegerField(_("số tờ"))
    households = models.PositiveIntegerField(_("số hộ đã nhận"), default=0)
    on = models.DateField(_("ngày"))
    place = models.CharField(_("nơi phát, nơi dán"), max_length=120, blank=True)
    by_name = models.CharField(max_length=200)
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["on", "noted_at"]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.copies}"

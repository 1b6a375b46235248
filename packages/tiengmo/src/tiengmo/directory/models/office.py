from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.directory.rules import dialled


class OfficeKind(models.TextChoices):
    """What people go there for: the order in which they look for it."""

    COMMITTEE = "committee", _("Uỷ ban nhân dân")
    ONE_STOP = "one_stop", _("Bộ phận Một cửa")
    POLICE = "police", _("Công an")
    HEALTH = "health", _("Y tế")
    COUNCIL = "council", _("Hội đồng nhân dân")
    FRONT = "front", _("Mặt trận và đoàn thể")
    STATION = "station", _("Truyền thanh, văn hoá")
    OTHER = "other", _("Cơ quan khác")


class Office(models.Model):
    """A place of a unit that people go to or ring, with its hours.

    `hours` is seven lists, Monday first, of ["07:30", "11:30"]: the gap between two is lunch.
    Personal data: none (an office's own telephone and e-mail).
    """

    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, related_name="offices", verbose_name=_("đơn vị")
    )
    kind = models.CharField(
        _("loại"), max_length=12, choices=OfficeKind.choices, default=OfficeKind.COMMITTEE
    )
    name = models.CharField(_("tên"), max_length=200)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=200, blank=True)
    address = models.CharField(_("địa chỉ"), max_length=300)
    phone = models.CharField(_("điện thoại"), max_length=40, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    hours = models.JSONField(default=list)
    opens_on_holidays = models.BooleanField(_("trực cả ngày nghỉ lễ"), default=False)
    holidays_note = models.CharField(_("ghi chú về ngày nghỉ, ngày lễ"), max_length=300, blank=True)
    note = models.TextField(_("cần biết khi đến"), max_length=1000, blank=True)
    latitude = models.FloatField(_("vĩ độ"), null=True, blank=True)
    longitude = models.FloatField(_("kinh độ"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=10)
    checked_on = models.DateField(_("kiểm tra ngày"), null=True)
    closed_on = models.DateField(_("ngừng từ ngày"), null=True)
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["order", "pk"]
        indexes = [models.Index(fields=["unit", "order"])]

    def __str__(self) -> str:
        return self.name

    @property
    def dialled(self) -> str:
        return dialled(self.phone)

    @property
    def url(self) -> str:
        return f"/xa/{self.unit.code}/lien-he/#co-quan-{self.pk}"

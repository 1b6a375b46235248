import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Spokesperson(models.Model):
    """Whom the press asks. Personal data: name, position, official telephone and e-mail of somebody
    who speaks for the office; public by that duty, taken down when they no longer hold it."""

    full_name = models.CharField(_("họ và tên"), max_length=150)
    position = models.CharField(_("chức vụ"), max_length=200)
    phone = models.CharField(_("điện thoại"), max_length=30, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    position_in_list = models.PositiveSmallIntegerField(_("thứ tự"), default=1)

    class Meta:
        ordering = ["position_in_list", "pk"]

    def __str__(self) -> str:
        return self.full_name


class KitFile(models.Model):
    """A picture or a document that the press may use, with what right. Personal data: whoever is
    seen in a picture; the printed name of who put it there."""

    class Rights(models.TextChoices):
        OWN = "own", _("của cơ quan, báo chí dùng không phải xin phép, ghi nguồn")
        PERMITTED = "permitted", _("tác giả cho phép báo chí dùng")
        FREE = "free", _("giấy phép tự do (Creative Commons…)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("tên tư liệu"), max_length=200)
    description = models.TextField(_("mô tả"), blank=True)
    rights = models.CharField(_("quyền dùng"), max_length=12, choices=Rights.choices)
    credit = models.CharField(_("ghi nguồn là"), max_length=200)
    name = models.CharField(max_length=150)  # as it is saved by whoever downloads it
    suffix = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)  # a picture's
    height = models.PositiveIntegerField(null=True)
    added_at = models.DateTimeField(default=timezone.now)
    added_by_name = models.CharField(max_length=200)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-added_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_picture(self) -> bool:
        return self.width is not None

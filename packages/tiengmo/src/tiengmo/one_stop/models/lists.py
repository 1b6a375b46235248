from django.db import models
from django.utils.translation import gettext_lazy as _


class ProcedureField(models.Model):
    """A field of administration (lĩnh vực): civil status, land, … Personal data: none."""

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name = models.CharField(_("tên"), max_length=120, unique=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    is_used = models.BooleanField(
        _("đang dùng"),
        default=True,
        help_text=_("Bỏ đánh dấu thì không chọn được khi nhập mới; những gì đã có vẫn giữ."),
    )

    class Meta:
        verbose_name = _("lĩnh vực thủ tục")
        verbose_name_plural = _("lĩnh vực thủ tục")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ProcedureLevel(models.Model):
    """At which level of government it is done; rows, because levels come and go.

    Personal data: none.
    """

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name = models.CharField(_("tên"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    is_used = models.BooleanField(
        _("đang dùng"),
        default=True,
        help_text=_("Bỏ đánh dấu thì không chọn được khi nhập mới; những gì đã có vẫn giữ."),
    )

    class Meta:
        verbose_name = _("cấp thực hiện")
        verbose_name_plural = _("cấp thực hiện")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

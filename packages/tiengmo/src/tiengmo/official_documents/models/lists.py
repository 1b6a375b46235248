from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.Model):
    """A kind of document: chỉ thị, quyết định, kế hoạch, … Personal data: none."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name = models.CharField(_("tên"), max_length=80, unique=True)
    # Strategies, plans and the like: people look for these by themselves.
    is_programme = models.BooleanField(
        _("thuộc nhóm chiến lược, kế hoạch"),
        default=False,
        help_text=_("Hiện cả trong trang “Chiến lược, kế hoạch” của cổng."),
    )
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    is_used = models.BooleanField(
        _("đang dùng"),
        default=True,
        help_text=_("Bỏ đánh dấu thì không chọn được khi nhập mới; những gì đã có vẫn giữ."),
    )

    class Meta:
        verbose_name = _("loại văn bản")
        verbose_name_plural = _("loại văn bản")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class DocumentField(models.Model):
    """What documents are about: agriculture, health, … Personal data: none."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name = models.CharField(_("tên"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    is_used = models.BooleanField(
        _("đang dùng"),
        default=True,
        help_text=_("Bỏ đánh dấu thì không chọn được khi nhập mới; những gì đã có vẫn giữ."),
    )

    class Meta:
        verbose_name = _("lĩnh vực văn bản")
        verbose_name_plural = _("lĩnh vực văn bản")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

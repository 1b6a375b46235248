from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    """What questions are about, as people look for it. Personal data: none."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name = models.CharField(_("tên"), max_length=120)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=10)
    is_closed = models.BooleanField(_("không dùng nữa"), default=False)

    class Meta:
        verbose_name = _("chủ đề hỏi đáp")
        verbose_name_plural = _("chủ đề hỏi đáp")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

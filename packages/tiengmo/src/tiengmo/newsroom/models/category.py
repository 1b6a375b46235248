from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tiengmo.newsroom import texts


class Category(models.Model):
    """What a bulletin is about, as the public pages sort it; the law's list changes, so it is data.

    A category that is no longer used is set aside, never deleted: old addresses stay.
    Personal data: none.
    """

    code = models.SlugField(
        _("mã"),
        max_length=40,
        unique=True,
        help_text=_("Nằm trong địa chỉ trang, ví dụ nong-nghiep; không đổi được về sau."),
    )
    name = models.CharField(_("tên"), max_length=60)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=60)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    has_closing_date = models.BooleanField(
        _("có hạn chót"),
        default=False,
        help_text=_(
            "Như thông báo, đấu thầu, mời gọi đầu tư: trang xếp việc còn hạn lên trước và "
            "ghi rõ việc đã hết hạn."
        ),
    )
    is_used = models.BooleanField(
        _("đang dùng"),
        default=True,
        help_text=_("Bỏ đánh dấu thì không chọn được cho bài mới; bài cũ vẫn giữ."),
    )

    class Meta:
        verbose_name = _("chuyên mục")
        verbose_name_plural = _("chuyên mục")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        # Staff who work in English choose by the English names.
        is_english = (get_language() or "").startswith("en")
        return self.name_en if is_english else self.name

    def clean(self) -> None:
        super().clean()
        self.name = texts.clean_line(self.name)
        self.name_en = texts.clean_line(self.name_en)
        if not texts.has_words(self.name):
            raise ValidationError({"name": _("Hãy đặt tên cho chuyên mục.")})

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tiengmo.newsroom import texts


class SpokenForms(models.Model):
    """The forms that every language version has: headline, short text, script and its sound."""

    headline = models.CharField(
        _("tiêu đề"),
        max_length=texts.HEADLINE_CHARACTERS,
        help_text=_("Nhiều nhất 120 ký tự, vừa một dòng bảng điện tử."),
    )
    short_text = models.CharField(
        _("tin ngắn"),
        max_length=texts.SHORT_TEXT_CHARACTERS,
        blank=True,
        help_text=_("Nhiều nhất 160 ký tự, vừa một tin nhắn."),
    )
    script = models.TextField(
        _("lời đọc trên loa"),
        blank=True,
        help_text=_(
            "Đúng từng chữ sẽ được đọc trên loa. Số, ngày, chữ viết tắt được đọc thành lời."
        ),
    )
    sound = models.ForeignKey(
        "voices.Sound",
        verbose_name=_("âm thanh"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # The script as it stood when this sound was chosen: a sound never speaks for another text.
    sound_script = models.TextField(blank=True, editable=False)

    # Set by a form when its writer says that the recording still fits the script they changed.
    recording_fits = False

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Any = None) -> None:
        # Before the lengths are judged: decomposed text is longer than it reads.
        self.normalise()
        super().clean_fields(exclude=exclude)

    def normalise(self) -> None:
        """Bring every text into the one form it is stored in."""
        self.headline = texts.clean_line(self.headline)
        self.short_text = texts.clean_line(self.short_text)
        self.script = texts.clean_text(self.script)

    def text_problems(self) -> list[texts.TextProblem]:
        return [
            *texts.judge(
                "headline",
                str(_("Tiêu đề")),
                self.headline,
                limit=texts.HEADLINE_CHARACTERS,
                required=True,
            ),
            *texts.judge(
                "short_text",
                str(_("Tin ngắn")),
                self.short_text,
                limit=texts.SHORT_TEXT_CHARACTERS,
                required=False,
            ),
            *texts.judge(
                "script",
                str(_("Lời đọc")),
                self.script,
                limit=texts.SCRIPT_CHARACTERS,
                required=False,
            ),
        ]

    @property
    def sound_fits_script(self) -> bool:
        """Is the chosen sound the one made or recorded for exactly this script?"""
        return self.sound_id is not None and self.sound_script == self.script

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from tiengmo.newsroom import languages

from .spoken import SpokenForms


class Edition(SpokenForms, Orderable):
    """A bulletin in a language other than Vietnamese: text, recording or both.

    Personal data: as its text and its speaker's voice have; kept with the bulletin.
    """

    bulletin = ParentalKey("newsroom.Bulletin", on_delete=models.CASCADE, related_name="editions")
    language = models.CharField(_("ngôn ngữ"), max_length=12, choices=languages.other_choices)

    class Meta(Orderable.Meta):
        verbose_name = _("bản tiếng khác")
        verbose_name_plural = _("các bản tiếng khác")
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "language"],
                name="one_edition_a_language",
                violation_error_message=_("Mỗi ngôn ngữ chỉ có một bản."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.headline} [{self.language}]"

    def clean(self) -> None:
        super().clean()
        self.normalise()
        problems: dict[str, list[str]] = {}
        for problem in self.text_problems():
            problems.setdefault(problem.field, []).append(problem.message)
        if problems:
            raise ValidationError(problems)

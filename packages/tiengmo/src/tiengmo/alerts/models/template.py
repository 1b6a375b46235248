from django.db import models
from django.utils.translation import gettext_lazy as _


class Hazard(models.TextChoices):
    FLASH_FLOOD = "flash_flood", _("lũ quét")
    LANDSLIDE = "landslide", _("sạt lở đất")
    STORM = "storm", _("bão, dông lốc")
    COLD = "cold", _("rét đậm, rét hại")
    FOREST_FIRE = "forest_fire", _("cháy rừng")
    EPIDEMIC = "epidemic", _("dịch bệnh")
    MISSING_PERSON = "missing_person", _("tìm người mất tích")
    OTHER = "other", _("việc khẩn cấp khác")


class Template(models.Model):
    """A hazard's alert with blanks to fill, and what CAP says of it. Personal data: none.

    In its texts `{place}` is a blank; a part in [[double brackets]] is left out when a blank of it
    stays empty. `blanks`: [{name, label, example, required}].
    """

    hazard = models.CharField(_("loại nguy hiểm"), max_length=20, choices=Hazard.choices)
    name = models.CharField(_("tên mẫu"), max_length=120, unique=True)
    category = models.CharField(max_length=12)
    event = models.CharField(_("sự kiện"), max_length=120)
    response_types = models.JSONField(default=list)
    urgency = models.CharField(max_length=12)
    severity = models.CharField(max_length=12)
    certainty = models.CharField(max_length=12)
    headline = models.CharField(_("tiêu đề"), max_length=300)
    description = models.TextField(_("nội dung"))
    instruction = models.TextField(_("việc cần làm"))
    all_clear = models.TextField(_("lời báo an toàn"))
    blanks = models.JSONField(default=list)
    lasts_minutes = models.PositiveIntegerField(_("hiệu lực (phút)"), default=180)
    repeat_minutes = models.PositiveIntegerField(_("nhắc lại mỗi (phút)"), default=5)
    position = models.PositiveSmallIntegerField(default=0)
    is_in_use = models.BooleanField(_("đang dùng"), default=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("mẫu cảnh báo")
        verbose_name_plural = _("mẫu cảnh báo")

    def __str__(self) -> str:
        return self.name


class TemplateText(models.Model):
    """A template in another language: text without blanks, and its recordings where there are any.

    Most of these languages have no speech synthesis: somebody who speaks it records it beforehand,
    in calm weather. Personal data: the recorded voice.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("ngôn ngữ"), max_length=12)
    headline = models.CharField(_("tiêu đề"), max_length=300)
    description = models.TextField(_("nội dung"))
    instruction = models.TextField(_("việc cần làm"), blank=True)
    sound = models.ForeignKey(
        "voices.Sound", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    all_clear = models.TextField(_("lời báo an toàn"), blank=True)
    all_clear_sound = models.ForeignKey(
        "voices.Sound", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "language"], name="one_text_a_language"),
        ]

    def __str__(self) -> str:
        return f"{self.template} [{self.language}]"

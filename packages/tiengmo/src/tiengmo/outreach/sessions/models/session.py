from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    TEAM = "team", _("Tổ tuyên truyền, tuyên vận")
    LEGAL_AID = "legal_aid", _("Trợ giúp pháp lý")
    RESOLUTION = "resolution", _("Học tập, quán triệt nghị quyết")
    MOBILE = "mobile", _("Đội tuyên truyền lưu động")
    DIALOGUE = "dialogue", _("Đối thoại với dân")
    BUSINESS = "business", _("Gặp mặt doanh nghiệp, hợp tác xã")
    ELDERS = "elders", _("Gặp mặt người có uy tín, già làng, trưởng bản")
    GROUP = "group", _("Tổ công tác xuống thôn")


class Session(models.Model):
    """One session of a team in a village. The id is made on the phone: sent twice, it counts once.

    Personal data: who wrote it down. Of those who came it holds counts only.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    # Counted on the phone: 1 as it was first written, then one more with every change.
    revision = models.PositiveIntegerField(default=1)
    # What was taken in, as `rules.mark` has it: an answer that was lost can be given again.
    taken = models.JSONField(default=list)
    kind = models.CharField(_("hình thức"), max_length=12, choices=Kind.choices)
    topic = models.ForeignKey(
        "outreach.Topic",
        on_delete=models.PROTECT,
        related_name="sessions",
        verbose_name=_("chủ đề"),
    )
    subject = models.CharField(_("nội dung"), max_length=120, blank=True)
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, related_name="sessions", verbose_name=_("thôn")
    )
    place = models.CharField(_("nơi họp"), max_length=80, blank=True)
    held_at = models.DateTimeField(_("ngày giờ"))
    language = models.CharField(_("tiếng nói"), max_length=12)
    headcount = models.PositiveIntegerField(_("số người dự"))
    households = models.PositiveIntegerField(_("số hộ có người dự"), null=True)
    questions = models.PositiveIntegerField(_("số câu hỏi"), default=0)
    opinions = models.PositiveIntegerField(_("số ý kiến"), default=0)
    release = models.ForeignKey(
        "releases.Release", on_delete=models.PROTECT, null=True, related_name="sessions"
    )
    # It was told after it had been taken back: no proof of reach, and somebody must go again.
    is_after_withdrawal = models.BooleanField(default=False)
    author_id = models.CharField(max_length=64)
    author_name = models.CharField(max_length=200)
    noted_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-held_at", "-noted_at"]
        indexes = [
            models.Index(fields=["author_id", "-noted_at"]),
            models.Index(fields=["village", "held_at"]),
            models.Index(fields=["release", "village"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.village}, {self.held_at:%d/%m/%Y}"

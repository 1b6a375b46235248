from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """One letter to a journalist that must go, is going or went. It holds no text: that is made
    when it goes.

    Personal data: who was told of which release; erased with the journalist, and letters about no
    release after thirty days.
    """

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", _("liên kết đăng nhập")
        ACCREDITED = "accredited", _("báo cấp quyền")
        EMBARGO = "embargo", _("có thông cáo chưa được đăng")
        NEWS = "news", _("thông cáo")
        CORRECTION = "correction", _("đính chính")
        WITHDRAWAL = "withdrawal", _("gỡ thông cáo")

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        SENT = "sent", _("đã gửi")
        # Our process died between handing it over and noting so: it is not sent a second time.
        IN_DOUBT = "in_doubt", _("không rõ đã gửi chưa")
        DROPPED = "dropped", _("không cần gửi nữa")
        REFUSED = "refused", _("bị trả lại")

    journalist = models.ForeignKey(
        "press.Journalist", on_delete=models.CASCADE, related_name="letters"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, null=True, related_name="press_letters"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Whatever runs twice, nobody is told the same thing twice.
            models.UniqueConstraint(
                fields=["journalist", "kind", "release"],
                condition=models.Q(release__isnull=False),
                name="press_told_once",
            )
        ]
        indexes = [models.Index(fields=["state", "id"], name="press_letter_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

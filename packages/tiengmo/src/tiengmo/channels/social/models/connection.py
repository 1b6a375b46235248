from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Network(models.Model):
    """One network's application of this installation, and the rate that all accounts share.

    Personal data: none. The credentials are sealed with this installation's key and never shown.
    """

    code = models.CharField(max_length=12, primary_key=True)  # a value of Account.Network
    base_url = models.URLField(_("địa chỉ dịch vụ"), blank=True)
    sealed_credentials = models.TextField(blank=True)
    requests_per_second = models.FloatField(
        _("số yêu cầu mỗi giây"),
        default=5,
        validators=[MinValueValidator(0.1), MaxValueValidator(200)],
    )
    tokens = models.FloatField(default=1)
    filled_at = models.DateTimeField(default=timezone.now)
    # Set when the network refuses the application as a whole: no account is tried before.
    paused_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.code


class Connection(models.Model):
    """What lets this installation post as an account, and how that has been going.

    Personal data: none. The credentials are sealed with this installation's key and never shown.
    """

    account = models.OneToOneField(
        "social.Account", on_delete=models.CASCADE, related_name="connection"
    )
    is_trial = models.BooleanField(
        _("chạy thử"),
        default=False,
        help_text=_("Bài được ghi ra tệp trên máy chủ, không đăng lên mạng nào."),
    )
    is_used = models.BooleanField(_("đăng bài qua đây"), default=False)
    sealed_credentials = models.TextField(blank=True)
    credentials_expire_on = models.DateField(_("khoá hết hạn ngày"), null=True, blank=True)
    # Zalo asks for a cover with every article; this one is used when the bulletin has no picture.
    cover_url = models.URLField(_("địa chỉ ảnh bìa mặc định"), max_length=500, blank=True)
    # Somebody asks for new tokens since then: what is good for one use must not be used twice.
    renewing_since = models.DateTimeField(null=True)
    access_ends_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    last_answer_at = models.DateTimeField(null=True)
    answer_ms = models.PositiveIntegerField(null=True)  # of the last requests, smoothed
    tested_at = models.DateTimeField(null=True)
    test_result = models.CharField(max_length=300, blank=True)
    figures_due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["is_used", "figures_due_at"])]

    def __str__(self) -> str:
        return f"{self.account_id}"

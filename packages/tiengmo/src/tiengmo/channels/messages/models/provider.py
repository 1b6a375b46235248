from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Provider(models.Model):
    """A company that carries text messages, and how it has been answering.

    Personal data: none. The credentials are sealed with this installation's key and never shown.
    """

    name = models.CharField(_("tên"), max_length=120)
    form = models.CharField(_("giao thức"), max_length=20)  # a key of providers.FORMS
    base_url = models.URLField(_("địa chỉ dịch vụ"), blank=True)
    # What the protocol asks for beside credentials: no secrets (providers.form.Form.settings).
    settings = models.JSONField(default=dict, blank=True)
    sealed_credentials = models.TextField(blank=True)
    # Of credentials that are renewed while they are used.
    access_ends_at = models.DateTimeField(null=True)
    renewing_since = models.DateTimeField(null=True)
    sender = models.CharField(_("tên người gửi (brandname)"), max_length=20, blank=True)
    requests_per_second = models.FloatField(
        _("số yêu cầu mỗi giây"),
        default=1,
        validators=[MinValueValidator(0.1), MaxValueValidator(500)],
    )
    price_per_part = models.PositiveIntegerField(_("giá một phần tin (đồng)"), default=0)
    credentials_expire_on = models.DateField(_("khoá hết hạn ngày"), null=True, blank=True)
    is_used = models.BooleanField(_("đang dùng"), default=False)
    # The bucket: a request takes a token, tokens come back at the rate above.
    tokens = models.FloatField(default=1)
    filled_at = models.DateTimeField(default=timezone.now)
    # How it has been answering.
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    last_answer_at = models.DateTimeField(null=True)
    answer_ms = models.PositiveIntegerField(null=True)  # of the last requests, smoothed
    tested_at = models.DateTimeField(null=True)
    test_result = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-is_used", "name"]
        constraints = [
            # One for text messages, and Zalo beside it.
            models.UniqueConstraint(
                fields=["is_used"],
                condition=models.Q(is_used=True) & ~models.Q(form="zns"),
                name="one_text_provider_used",
            ),
            models.UniqueConstraint(
                fields=["is_used"],
                condition=models.Q(is_used=True, form="zns"),
                name="one_zalo_provider_used",
            ),
        ]

    def __str__(self) -> str:
        return self.name

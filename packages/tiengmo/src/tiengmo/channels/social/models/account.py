from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """An official page or account of a unit, as the public register names it.

    Personal data: the name and telephone of the official who answers for it; shown to staff only,
    replaced when somebody else takes it over, erased two years after the account was retired.
    """

    class Network(models.TextChoices):
        FACEBOOK = "facebook", _("Trang Facebook")
        ZALO = "zalo", "Zalo OA"

    class Status(models.TextChoices):
        REGISTERED = "registered", _("chờ xác minh")
        VERIFIED = "verified", _("chính thức")
        RETIRED = "retired", _("đã ngừng dùng")

    network = models.CharField(_("mạng"), max_length=12, choices=Network.choices)
    name = models.CharField(_("tên trang, tài khoản"), max_length=200)
    address = models.URLField(_("địa chỉ"), max_length=500)
    # register.addresses: what the address leads to, and what the network's own number does.
    key = models.CharField(max_length=140, unique=True, editable=False)
    external_id = models.CharField(
        _("mã số trên mạng đó"),
        max_length=40,
        blank=True,
        help_text=_("Mã số của trang Facebook, hoặc mã OA. Cần có để đăng bài từ đây."),
    )
    unit = models.ForeignKey(
        "places.Unit",
        on_delete=models.PROTECT,
        related_name="social_accounts",
        verbose_name=_("đơn vị"),
    )
    owner_name = models.CharField(_("người phụ trách"), max_length=200)
    owner_phone = models.CharField(_("điện thoại người phụ trách"), max_length=30, blank=True)
    since_on = models.DateField(_("dùng từ ngày"), default=timezone.localdate)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.REGISTERED)
    verified_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    retired_reason = models.CharField(max_length=300, blank=True)
    followers = models.PositiveIntegerField(null=True)
    followers_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit__name", "network", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "external_id"],
                condition=~models.Q(external_id=""),
                name="one_account_a_number",
            )
        ]
        indexes = [models.Index(fields=["status", "network"])]

    def __str__(self) -> str:
        return self.name


class AccountChange(models.Model):
    """What was done to an entry of the register: appended to, never changed.

    Personal data: the name of who did it, and of the owner before and after; erased with the
    account's own.
    """

    class Act(models.TextChoices):
        REGISTERED = "registered", _("ghi vào sổ")
        CHANGED = "changed", _("sửa")
        VERIFIED = "verified", _("xác minh")
        RETIRED = "retired", _("cho ngừng dùng")
        REINSTATED = "reinstated", _("dùng lại")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="changes")
    act = models.CharField(max_length=12, choices=Act.choices)
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)  # {field: [before, after]}

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.account_id}"

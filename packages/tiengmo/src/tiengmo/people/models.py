import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    EDITOR = "editor", _("Biên tập viên")
    PROPAGANDIST = "propagandist", _("Tuyên truyền viên")
    APPROVER = "approver", _("Người duyệt")
    OPERATOR = "operator", _("Trực đài")
    TECHNICIAN = "technician", _("Kỹ thuật viên")
    ADMINISTRATOR = "administrator", _("Quản trị viên")


class User(AbstractUser):
    """A member of staff. Personal data: name, e-mail, unit; removed from view when the account is
    closed, while the audit log keeps the printed name of who did what."""

    full_name = models.CharField(_("họ và tên"), max_length=150)
    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="staff"
    )
    # The demo's own accounts may put sound on air without a second factor, and every page says so.
    is_demo_account = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name or self.username


class RoleAssignment(models.Model):
    """`user` holds `role` in `unit` and everything below it. Personal data: who works where."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(_("vai trò"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="assignments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "unit"], name="one_assignment"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} @ {self.unit}"


class SignIn(models.Model):
    """A browser in which somebody is signed in. Gone, with all it says, when the session ends.

    Personal data: the browser's own description and the network address, for their owner to tell
    whether it was they; kept only as long as the session.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, db_index=True)
    agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    begun_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user}, {self.begun_at:%d/%m/%Y %H:%M}"

import uuid
from datetime import date, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Outlet(models.Model):
    """A newspaper, a broadcaster, a news site. Personal data: none."""

    class Kind(models.TextChoices):
        PAPER = "paper", _("báo in, tạp chí")
        ONLINE = "online", _("báo điện tử")
        BROADCASTER = "broadcaster", _("phát thanh, truyền hình")
        AGENCY = "agency", _("hãng thông tấn")

    name = models.CharField(_("tên cơ quan báo chí"), max_length=200, unique=True)
    kind = models.CharField(_("loại hình"), max_length=12, choices=Kind.choices)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Journalist(models.Model):
    """Somebody of an outlet who may read what is under embargo, or asked to.

    Personal data: name, number of the press card, outlet; an e-mail address, sealed with this
    installation's key (foundation.sealing) and shown only to the press office, and a keyed hash of
    it. Erased with everything below it thirty days after a request that nobody granted, and a year
    after the accreditation ended; at once when the journalist asks for it.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("xin cấp quyền")
        ACCREDITED = "accredited", _("đã cấp quyền")
        REFUSED = "refused", _("không cấp")
        ENDED = "ended", _("đã thôi")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    full_name = models.CharField(_("họ và tên"), max_length=150)
    card_number = models.CharField(_("số thẻ nhà báo"), max_length=40)
    outlet_stated = models.CharField(_("cơ quan báo chí ghi khi đăng ký"), max_length=200)
    outlet = models.ForeignKey(
        Outlet, on_delete=models.PROTECT, null=True, related_name="journalists"
    )
    sealed_address = models.TextField()
    address_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    accredited_until = models.DateField(_("có hiệu lực đến hết ngày"), null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # why not, or why no longer
    bounced_at = models.DateTimeField(null=True)  # the mail server refused the address for good

    class Meta:
        ordering = ["full_name"]
        indexes = [models.Index(fields=["state", "accredited_until"])]

    def __str__(self) -> str:
        return self.full_name

    def is_accredited_on(self, day: date) -> bool:
        return (
            self.state == self.State.ACCREDITED
            and self.accredited_until is not None
            and day <= self.accredited_until
        )


class RoomKey(models.Model):
    """A link that was mailed to sign in with: good once and for half an hour. Only the hash of it
    is kept. Personal data: who asked when; erased after a day."""

    journalist = models.ForeignKey(Journalist, on_delete=models.CASCADE, related_name="keys")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.journalist_id}, {self.expires_at:%d/%m/%Y %H:%M}"


class RoomSession(models.Model):
    """A browser in which a journalist is signed in to the press room. Only the hash of what the
    browser holds is kept. Personal data: who is signed in; erased when it ends."""

    journalist = models.ForeignKey(Journalist, on_delete=models.CASCADE, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    begun_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.journalist_id}, {self.begun_at:%d/%m/%Y %H:%M}"

    def is_open_at(self, at: datetime) -> bool:
        return at < self.ends_at

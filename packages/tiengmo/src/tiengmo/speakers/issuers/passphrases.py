from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.envelope import Signer
from speaker_link.sealing import WrongPassphrase, seal, unseal

from tiengmo.audit.actions import record
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.models import IssuerKey

if TYPE_CHECKING:
    from speaker_link.keys import PrivateKey

    from tiengmo.people.models import User

TRIES = 5
WAIT = timedelta(minutes=1)


def check_passphrase(passphrase: str, user: User) -> None:
    """Refuse what is easily guessed, and the sign-in password. Raises SpeakerError."""
    try:
        validate_password(passphrase, user)
    except ValidationError as error:
        raise SpeakerError(" ".join(error.messages)) from error
    if user.check_password(passphrase):
        raise SpeakerError(_("Mật khẩu ký phải khác mật khẩu đăng nhập."))


def unlock(key: IssuerKey, passphrase: str) -> Signer:
    """Open a person's key for the signature that is made now; it is forgotten with the answer.

    Raises:
        SpeakerError: the passphrase is wrong, or too many were wrong just now.
    """
    return Signer(_open(key, passphrase), key.certificate)


def _open(key: IssuerKey, passphrase: str) -> PrivateKey:
    key.refresh_from_db(fields=["sealed", "wrong_tries", "locked_until"])
    now = timezone.now()
    if key.locked_until is not None and key.locked_until > now:
        seconds = int((key.locked_until - now).total_seconds()) + 1
        raise SpeakerError(
            _("Sai mật khẩu ký nhiều lần. Hãy đợi %(seconds)d giây rồi thử lại.")
            % {"seconds": seconds}
        )
    rows = IssuerKey.objects.filter(pk=key.pk)
    try:
        private = unseal(key.sealed, kid=key.kid, passphrase=passphrase)
    except WrongPassphrase as error:
        rows.update(wrong_tries=F("wrong_tries") + 1)
        rows.filter(wrong_tries__gte=TRIES).update(wrong_tries=0, locked_until=now + WAIT)
        raise SpeakerError(
            _(
                "Mật khẩu ký không đúng. Đây là mật khẩu riêng để ký cảnh báo, không phải mật khẩu "
                "đăng nhập."
            )
        ) from error
    if key.wrong_tries:
        rows.update(wrong_tries=0, locked_until=None)
    return private


def change_passphrase(key: IssuerKey, *, by: User, old: str, new: str) -> None:
    """Seal the same key under a new passphrase; its certificate stays good.

    Raises:
        SpeakerError: the old one is wrong, the new one too weak, or the key is another's.
    """
    if key.user_id != by.pk:
        raise SpeakerError(_("Đây là khoá của người khác."))
    private = _open(key, old)
    check_passphrase(new, by)
    with transaction.atomic():
        IssuerKey.objects.filter(pk=key.pk).update(sealed=seal(private, new))
        record("speakers.passphrase_changed", by=by, subject=key)

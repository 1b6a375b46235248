from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.email_followers import sealing
from tiengmo.channels.email_followers.errors import CannotFollow
from tiengmo.channels.email_followers.models import Follower, Following, Letter
from tiengmo.channels.email_followers.posting import post_soon

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_AT_ONCE = 40
# A stranger who types somebody else's address fills no mailbox with it.
MOST_LETTERS, WITHIN = 3, timedelta(days=1)


def check_wish(address: str, wanted: Sequence[tuple[str, str]]) -> None:
    """Raises CannotFollow: no address, nothing or too much chosen."""
    try:
        validate_email(address.strip())
    except ValidationError:
        raise CannotFollow(_("Địa chỉ thư điện tử chưa đúng, ví dụ: ten@example.vn.")) from None
    if not wanted:
        raise CannotFollow(_("Hãy chọn ít nhất một địa bàn hoặc một chuyên mục."))
    if len(set(wanted)) > MOST_AT_ONCE:
        raise CannotFollow(
            _("Mỗi lần chọn nhiều nhất %(most)d mục. Chọn cả xã thay cho từng thôn.")
            % {"most": MOST_AT_ONCE}
        )


def ask_to_follow(address: str, wanted: Sequence[tuple[str, str]], *, rhythm: str) -> None:
    """Send one letter that asks whether this address really wants to follow `wanted`.

    wanted: (kind, code) pairs of Following. Nothing is followed before the link in it is used.
    Says nothing about whether the address is known already: whoever asks may be a stranger.
    Raises CannotFollow: no address, nothing or too much chosen.
    """
    check_wish(address, wanted)
    address = address.strip()
    chosen = sorted({(Following.Kind(kind).value, code) for kind, code in wanted})
    now = timezone.now()
    with transaction.atomic():
        follower, _is_new = Follower.objects.select_for_update().get_or_create(
            address_hash=sealing.hash_of(address),
            defaults={"sealed_address": sealing.seal(address), "rhythm": Follower.Rhythm(rhythm)},
        )
        if now - follower.asked_at > WITHIN:
            follower.times_asked, follower.asked_at = 0, now
        if follower.times_asked >= MOST_LETTERS:
            return
        follower.times_asked += 1
        follower.save(update_fields=["times_asked", "asked_at"])
        Letter.objects.create(
            follower=follower,
            kind=Letter.Kind.CONFIRM,
            wanted=[list(pair) for pair in chosen],
            wanted_rhythm=Follower.Rhythm(rhythm).value,
        )
        post_soon()

from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from tiengmo.audit.actions import record
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import User
from tiengmo.people.queries import must_show_second_factor
from tiengmo.people.recovery import codes_left


@transaction.atomic
def remove_factor(device: TOTPDevice, *, by: User) -> None:
    """Forget one of one's own phones; sessions that showed it must show another.

    Raises NotAllowed for the last one when the role demands a second factor and no code on paper
    would open the door again.
    """
    User.objects.select_for_update().get(pk=by.pk)
    phones = TOTPDevice.objects.filter(user=by, confirmed=True)
    if device.user_id != by.pk:
        raise NotAllowed
    is_last = not phones.exclude(pk=device.pk).exists()
    if is_last and must_show_second_factor(by) and not codes_left(by):
        raise NotAllowed(
            _("Đây là máy cuối cùng. Hãy thêm máy khác hoặc làm mã dự phòng trước khi bỏ máy này.")
        )
    record("second_factor.removed", by=by, subject=by, detail={"device": device.name})
    device.delete()

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.directory.errors import DirectoryError
from tiengmo.directory.models import Official

from .checks import check_phone, follow, require_editor, tidy

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User

TEXTS = ("name", "position", "position_en", "duties", "phone", "email")
FIELDS = (*TEXTS, "office_id", "is_leader", "order", "valid_from", "valid_to")


def save_official(official: Official, *, by: User | Process) -> Official:
    """Add somebody in a position, or keep what was changed; who saves it has looked at it today.

    Raises NotAllowed, DirectoryError (no name or position, a telephone that is none, a term that
    ends before it begins, an office of another unit).
    """
    tidy(official, *TEXTS)
    if not official.name or not official.position:
        raise DirectoryError(_("Hãy ghi họ tên và chức vụ."))
    check_phone(official.phone)
    if official.valid_to is not None and official.valid_to < official.valid_from:
        raise DirectoryError(_("Ngày thôi giữ chức vụ phải sau ngày nhận chức vụ."))
    with transaction.atomic():
        before = Official.objects.select_for_update().filter(pk=official.pk).first()
        if before is not None:
            official.unit_id = before.unit_id
        require_editor(by, official.unit)
        if official.office is not None and official.office.unit_id != official.unit_id:
            raise DirectoryError(_("Nơi làm việc không thuộc đơn vị này."))
        official.checked_on = timezone.localdate()
        official.save()
        changed = [
            name for name in FIELDS if before and getattr(before, name) != getattr(official, name)
        ]
        record(
            "directory.official_changed" if before else "directory.official_added",
            by=by,
            subject=official,
            detail={"unit": official.unit.code, "changed": changed},
        )
        follow(official)
    return official

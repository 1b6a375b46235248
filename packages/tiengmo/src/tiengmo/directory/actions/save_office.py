from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.directory.errors import DirectoryError
from tiengmo.directory.models import Office
from tiengmo.directory.rules import is_hours

from .checks import check_phone, follow, require_editor, tidy

if TYPE_CHECKING:
    from tiengmo.audit.actors import Process
    from tiengmo.people.models import User

TEXTS = ("name", "name_en", "address", "phone", "email", "holidays_note", "note")
FIELDS = (*TEXTS, "kind", "hours", "opens_on_holidays", "latitude", "longitude", "order")


def save_office(office: Office, *, by: User | Process) -> Office:
    """Add an office, or keep what was changed of one; whoever saves it has looked at it today.

    Raises NotAllowed, DirectoryError (no name or address, hours or telephone that are none, one
    coordinate without the other).
    """
    tidy(office, *TEXTS)
    if not office.name or not office.address:
        raise DirectoryError(_("Hãy ghi tên và địa chỉ."))
    if not is_hours(office.hours):
        raise DirectoryError(_("Giờ làm việc chưa đúng."))
    check_phone(office.phone)
    _check_point(office)
    with transaction.atomic():
        before = Office.objects.select_for_update().filter(pk=office.pk).first()
        # From the row, not from the form: nobody carries an office into another unit.
        if before is not None:
            office.unit_id = before.unit_id
        require_editor(by, office.unit)
        office.checked_on = timezone.localdate()
        office.save()
        changed = [
            name for name in FIELDS if before and getattr(before, name) != getattr(office, name)
        ]
        record(
            "directory.office_changed" if before else "directory.office_added",
            by=by,
            subject=office,
            detail={"unit": office.unit.code, "changed": changed},
        )
        follow(office)
    return office


def _check_point(office: Office) -> None:
    """Both coordinates or none, and on this planet. A swapped pair is the usual mistake here."""
    latitude, longitude = office.latitude, office.longitude
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None:
        raise DirectoryError(_("Hãy ghi cả vĩ độ và kinh độ, hoặc bỏ trống cả hai."))
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004
        raise DirectoryError(
            _("Toạ độ nằm ngoài trái đất: vĩ độ và kinh độ có thể đã ghi ngược chỗ.")
        )

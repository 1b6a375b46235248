"""What every act on the directory asks first, and tells afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actors import Process
from tiengmo.directory.entries import entry_of, ref_of
from tiengmo.directory.errors import DirectoryError
from tiengmo.directory.events import contacts_changed
from tiengmo.directory.models import Office, Official
from tiengmo.directory.rules import is_phone
from tiengmo.foundation.vietnamese import nfc
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.search.actions import drop, put

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def require_editor(by: User | Process, *units: Unit) -> None:
    """An editor of every one of these units or above; the system itself may. Raises NotAllowed."""
    if isinstance(by, Process):
        return
    for unit in units:
        require_role(by, Role.EDITOR, unit)


def tidy(subject: Office | Official, *names: str) -> None:
    """Compose the text fields and take away outer blanks and line breaks within a name."""
    for name in names:
        value = nfc(getattr(subject, name))
        value = value.strip() if name == "note" else " ".join(value.split())
        setattr(subject, name, value)


def check_phone(phone: str) -> None:
    if phone and not is_phone(phone):
        raise DirectoryError(_("Số điện thoại chưa đúng: %(phone)s") % {"phone": phone})


def follow(subject: Office | Official) -> None:
    """Bring search and listeners to what stands now; call inside the act's transaction."""
    if _is_shown(subject):
        put([entry_of(subject)])
    else:
        drop([ref_of(subject)])
    contacts_changed.send(type(subject), unit=subject.unit)


def _is_shown(subject: Office | Official) -> bool:
    today = timezone.localdate()
    if isinstance(subject, Office):
        return subject.closed_on is None or subject.closed_on > today
    return subject.valid_from <= today and (subject.valid_to is None or subject.valid_to >= today)

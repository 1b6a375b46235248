from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.models import Outlet, Spokesperson
from tiengmo.channels.press.rights import require_worker
from tiengmo.foundation.vietnamese import nfc

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def save_outlet(*, name: str, kind: str, by: Actor) -> Outlet:
    """Add an outlet; the same name again gives the one there is. Raises NotAllowed, PressError."""
    require_worker(by)
    name = " ".join(nfc(name).split())
    if not name or len(name) > 200:  # noqa: PLR2004 (the column)
        raise PressError(_("Hãy ghi tên cơ quan báo chí."))
    with transaction.atomic():
        outlet, is_new = Outlet.objects.get_or_create(
            name=name, defaults={"kind": Outlet.Kind(kind)}
        )
        if is_new:
            record("outlet.added", by=by, subject=outlet)
    return outlet


def save_spokesperson(person: Spokesperson, *, by: Actor) -> Spokesperson:
    """Put whom the press asks on the public page. Raises NotAllowed, ValidationError."""
    require_worker(by)
    if not person.phone and not person.email:
        raise PressError(_("Hãy ghi số điện thoại hoặc thư điện tử."))
    person.full_clean()
    with transaction.atomic():
        person.save()
        record("spokesperson.saved", by=by, subject=person)
    return person


def remove_spokesperson(person: Spokesperson, *, by: Actor) -> None:
    """Take somebody off the public page. Raises NotAllowed."""
    require_worker(by)
    with transaction.atomic():
        record("spokesperson.removed", by=by, subject=person)
        person.delete()

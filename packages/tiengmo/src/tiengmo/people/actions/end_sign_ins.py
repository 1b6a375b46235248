from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.people.browsers import name_of
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import SignIn, User
from tiengmo.people.sign_ins import end_sessions, sign_ins_of


@transaction.atomic
def end_sign_ins(rows: list[SignIn], *, by: User) -> int:
    """Sign one's own browsers out, whoever sits at them; give how many there were."""
    if any(row.user_id != by.pk for row in rows):
        raise NotAllowed
    end_sessions(rows)
    if rows:
        names = sorted(name_of(row.agent) for row in rows)
        record("sessions.ended", by=by, subject=by, detail={"browsers": names})
    return len(rows)


def end_other_sign_ins(*, by: User, here: SignIn | None) -> int:
    """Sign out everywhere but in the browser that asks."""
    others = sign_ins_of(by).exclude(pk=here.pk if here else None)
    return end_sign_ins(list(others), by=by)

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Actor
from tiengmo.people.actions._manage import require_managing
from tiengmo.people.models import User


@transaction.atomic
def make_password_link(account: User, *, by: Actor) -> str:
    """An address where the owner of the account sets a password: works once, for three days.

    It is handed over by the administrator: many commune offices have no e-mail of their own.
    """
    require_managing(by, account)
    link = reverse(
        "people_set_password",
        args=[
            urlsafe_base64_encode(force_bytes(account.pk)),
            default_token_generator.make_token(account),
        ],
    )
    record("account.password_link_made", by=by, subject=account)
    return f"{settings.PUBLIC_URL}{link}"

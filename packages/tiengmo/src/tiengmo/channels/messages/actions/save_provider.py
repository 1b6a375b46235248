from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.errors import MessageError
from tiengmo.channels.messages.models import Provider
from tiengmo.channels.messages.providers import FORMS, HTTP_FORMS, SMPP, exchange, smpp_link
from tiengmo.channels.messages.providers.form import Answer
from tiengmo.channels.messages.queries import provider_in_use
from tiengmo.channels.messages.sending.access import ready
from tiengmo.channels.messages.sending.posting import post_soon
from tiengmo.people.actions import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role
from tiengmo.places.queries import top_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiengmo.audit.actors import Actor


def require_administrator(by: Actor) -> None:
    """A provider serves the whole locality: who administers it all may change it."""
    if not isinstance(by, User) or by.is_superuser:
        return
    tops = top_units()
    unit = next((one for one in tops if has_role(by, Role.ADMINISTRATOR, one)), None)
    if unit is None and not tops:
        raise NotAllowed(_("Chưa có đơn vị nào."))
    require_role(by, Role.ADMINISTRATOR, unit or tops[0])


def save_provider(
    provider: Provider, *, credentials: Mapping[str, str], by: Actor, **fields: Any
) -> Provider:
    """Keep a provider's settings. credentials: those typed anew; an empty one keeps what was there.

    Raises NotAllowed, ValidationError.
    """
    require_administrator(by)
    form = FORMS.get(fields.get("form", provider.form))
    if form is None:
        raise ValidationError({"form": _("Chưa có giao thức này.")})
    with transaction.atomic():
        if provider.pk is not None:
            provider = Provider.objects.select_for_update().get(pk=provider.pk)
            # What waits was promised to this protocol: its key, its way, its reports.
            if provider.form != form.code:
                problem = _(
                    "Không đổi giao thức của nhà cung cấp đã lưu. Hãy thêm nhà cung cấp mới."
                )
                raise ValidationError({"form": problem})
        kept = _kept(provider) if provider.form == form.code else {}
        for name, value in fields.items():
            setattr(provider, name, value)
        known = {name for name, _label in form.secrets} | set(form.kept)
        wanted = {one.name for one in form.settings}
        provider.settings = {k: v for k, v in provider.settings.items() if k in wanted}
        if problem := form.settings_problem(provider.settings):
            raise ValidationError({"form": problem})
        typed = {name: value.strip() for name, value in credentials.items() if value.strip()}
        # Copied with an invisible character, it fits into no header.
        if not all(value.isascii() and value.isprintable() for value in typed.values()):
            raise ValidationError({"form": _("Khoá có ký tự lạ, hãy chép lại.")})
        opened = {name: v for name, v in (kept | typed).items() if name in known}
        if typed:
            # What was made with the old ones is worth nothing with the new.
            opened = {name: value for name, value in opened.items() if name not in form.kept}
            provider.access_ends_at = None
            provider.tested_at, provider.test_result = None, ""
            provider.paused_until, provider.failures = None, 0
        provider.sealed_credentials = sealing.seal_credentials(opened)
        # How it has been answering is nobody's to type.
        provider.clean_fields({f.name for f in provider._meta.fields} - set(fields))
        provider.save()
        record(
            "texts.provider_saved",
            by=by,
            subject=provider,
            detail={"form": provider.form, "credentials": sorted(typed)},
        )
        post_soon()
    return provider


def _kept(provider: Provider) -> dict[str, str]:
    try:
        return sealing.open_credentials(provider.sealed_credentials)
    except sealing.Unreadable:
        return {}


def use_provider(provider: Provider, *, by: Actor, is_used: bool = True) -> Provider:
    """Have messages go through this provider from now on, and through no other.

    Raises NotAllowed; MessageError when credentials it needs are missing.
    """
    require_administrator(by)
    with transaction.atomic():
        locked = Provider.objects.select_for_update().get(pk=provider.pk)
        if is_used:
            kept = _kept(locked)
            if any(not kept.get(name) for name, _label in FORMS[locked.form].secrets):
                raise MessageError(_("Chưa đủ khoá truy cập. Hãy điền đủ rồi bật lại."))
            if problem := FORMS[locked.form].settings_problem(locked.settings):
                raise MessageError(problem)
            # Zalo stands beside a provider of text messages, not in its place.
            other = provider_in_use(FORMS[locked.form].via)
            if other is not None and other.pk != locked.pk:
                Provider.objects.filter(pk=other.pk).update(is_used=False)
        locked.is_used = is_used
        locked.save(update_fields=["is_used"])
        record("texts.provider_used", by=by, subject=locked, detail={"is_used": is_used})
        post_soon()
    return locked


def test_provider(provider: Provider, *, by: Actor) -> tuple[bool, str]:
    """Ask the provider something that proves the credentials and sends nothing.

    Gives whether they are good, and what it said. Raises NotAllowed.
    """
    require_administrator(by)
    account = ready(provider)
    if isinstance(account, Answer):
        is_good, said = False, account.detail
    elif provider.form == SMPP.code:
        is_good, said = smpp_link.test(account)
    else:
        with exchange.client() as http:
            is_good, said = exchange.test(HTTP_FORMS[provider.form], account, http)
    changes: dict[str, Any] = {
        "tested_at": timezone.now(),
        "test_result": (said or (_("được") if is_good else _("không được")))[:300],
    }
    if is_good:
        changes |= {"paused_until": None, "failures": 0, "failing_since": None, "trouble": ""}
    else:
        changes["failing_since"] = provider.failing_since or timezone.now()
        changes["trouble"] = changes["test_result"]
    with transaction.atomic():
        Provider.objects.filter(pk=provider.pk).update(**changes)
        record("texts.provider_tested", by=by, subject=provider, detail={"is_good": is_good})
        post_soon()
    return is_good, str(changes["test_result"])

"""`tiengmo broker`, `tiengmo gateway` and `tiengmo speakers …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from django.conf import settings
from django.utils.translation import gettext as _

from .brokers import BrokerKind, BrokerUnavailable, resolve_kind
from .brokers.mosquitto import Listener, is_loopback
from .errors import SpeakerError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@click.command()
@click.option("--kind", type=click.Choice([kind.value for kind in BrokerKind]), default=None)
@click.option("--host", default=None, help="Địa chỉ lắng nghe. / Address to listen on.")
@click.option("--port", type=int, default=None)
def broker(kind: str | None, host: str | None, port: int | None) -> None:
    """Chạy bộ chuyển tin MQTT. / Run the MQTT broker in the foreground."""
    host = host or settings.BROKER_HOST
    try:
        resolved = resolve_kind(kind or "")
        if resolved is BrokerKind.EXTERNAL:
            raise click.ClickException(_("Bộ chuyển tin do nơi khác vận hành: không chạy ở đây."))
        certificate = None
        if not is_loopback(host):
            from .brokers.tls import server_certificate

            certificate = server_certificate(settings.BROKER_PUBLIC_HOST or host)
        listener = Listener(host, port or settings.BROKER_PORT, certificate)
        click.echo(
            _("Bộ chuyển tin: %(kind)s, %(scheme)s://%(host)s:%(port)s")
            % {
                "kind": resolved.value,
                "scheme": "mqtts" if certificate else "mqtt",
                "host": listener.host,
                "port": listener.port,
            }
        )
        if resolved is BrokerKind.MOSQUITTO:
            from .brokers import mosquitto

            mosquitto.run(listener)
        else:
            from .brokers import embedded

            embedded.run(listener)
    except BrokerUnavailable as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.option("--port", type=int, default=None, help="Cổng HTTP cho loa. / HTTP port for boxes.")
def gateway(port: int | None) -> None:
    """Chạy cổng loa truyền thanh. / Run the speaker gateway in the foreground."""
    if port is not None:
        settings.GATEWAY_PORT = port
    from .gateway import service

    service.run()


@click.group()
def group() -> None:
    """Loa truyền thanh: khoá và đăng ký. / Loudspeakers: keys and enrolment."""


@group.group()
def keys() -> None:
    """Khoá ký. / Signing keys."""


@keys.command("init")
def keys_init() -> None:
    """Tạo khoá gốc, khoá cổng loa và khoá của đài cấp trên cùng, nếu chưa có."""
    from tiengmo.audit.actors import SYSTEM

    from . import keys as files
    from .actions import set_up_keys

    is_new = not files.has_root()
    issued = _told(lambda: set_up_keys(by=SYSTEM))
    for row in issued:
        click.echo(f"{row.unit.code} {row.unit}: {row.kid} ({row.get_purpose_display()})")
    if is_new:
        click.echo(
            _(
                "Khoá gốc nằm ở %(path)s. Hãy chép thư mục này ra thiết bị rời, cất nơi an toàn "
                "(hai bản, hai nơi) rồi xoá khỏi máy: chỉ cần đến nó khi cấp hoặc thu hồi khoá."
            )
            % {"path": files.root_folder()}
        )


@keys.command("issue")
@click.argument("unit_code")
@click.option("--holder", default="", help="Người giữ khoá. / Who keeps the key.")
@click.option(
    "--highest-priority",
    type=click.Choice(["routine", "priority", "emergency"]),
    default="priority",
)
@click.option("--days", type=click.IntRange(1, 3650), default=400)
def keys_issue(unit_code: str, holder: str, highest_priority: str, days: int) -> None:
    """Cấp khoá ký cho đài của một đơn vị; cần khoá gốc. / Issue a station key."""
    from datetime import timedelta

    from speaker_link.kinds import Priority

    from tiengmo.audit.actors import SYSTEM
    from tiengmo.places.queries import unit_by_code

    from .actions import issue_station_key

    unit = unit_by_code(unit_code)
    if unit is None:
        raise click.ClickException(_("Không có đơn vị %(code)s.") % {"code": unit_code})
    row = _told(
        lambda: issue_station_key(
            unit,
            by=SYSTEM,
            holder=holder,
            highest_priority=Priority(highest_priority),
            life=timedelta(days=days),
        )
    )
    click.echo(row.kid)


@keys.command("revoke")
@click.argument("kid")
@click.option("--reason", required=True, help="Lý do. / Why.")
def keys_revoke(kid: str, reason: str) -> None:
    """Thu hồi một khoá: mọi loa thôi tin khoá này. / Revoke a key for ever."""
    from tiengmo.audit.actors import SYSTEM

    from .actions import revoke_station_key
    from .models import StationKey

    row = StationKey.objects.filter(pk=kid).first()
    if row is None:
        raise click.ClickException(_("Không có khoá %(kid)s.") % {"kid": kid})
    _told(lambda: revoke_station_key(row, by=SYSTEM, reason=reason))
    click.echo(_("Đã thu hồi %(kid)s.") % {"kid": kid})


@keys.command("issue-person")
@click.argument("username")
@click.option("--unit", "unit_code", default="", help="Chỉ cho đơn vị này. / For this unit only.")
@click.option("--days", type=click.IntRange(1, 3650), default=400)
def keys_issue_person(username: str, unit_code: str, days: int) -> None:
    """Chứng nhận khoá ký cảnh báo mà một người đã tạo; cần khoá gốc. / Certify a person's key."""
    from datetime import timedelta

    from tiengmo.audit.actors import SYSTEM
    from tiengmo.people.models import User
    from tiengmo.places.queries import unit_by_code

    from .issuers import issue_person_key, own_key

    user = User.objects.filter(username=username).first()
    row = own_key(user) if user is not None else None
    if row is None:
        raise click.ClickException(
            _("%(name)s chưa tạo khoá ký cảnh báo (Cảnh báo → Khoá ký của tôi).")
            % {"name": username}
        )
    unit = unit_by_code(unit_code) if unit_code else None
    if unit_code and unit is None:
        raise click.ClickException(_("Không có đơn vị %(code)s.") % {"code": unit_code})
    issued = _told(lambda: issue_person_key(row, by=SYSTEM, unit=unit, life=timedelta(days=days)))
    click.echo(f"{issued.kid}  {issued.holder}  {', '.join(issued.areas)}")


@keys.command("revoke-person")
@click.argument("kid")
@click.option("--reason", required=True, help="Lý do. / Why.")
def keys_revoke_person(kid: str, reason: str) -> None:
    """Thu hồi khoá ký cảnh báo của một người. / Revoke a person's key for ever."""
    from tiengmo.audit.actors import SYSTEM

    from .issuers import revoke_person_key
    from .models import IssuerKey

    row = IssuerKey.objects.filter(pk=kid).first()
    if row is None:
        raise click.ClickException(_("Không có khoá %(kid)s.") % {"kid": kid})
    _told(lambda: revoke_person_key(row, by=SYSTEM, reason=reason))
    click.echo(_("Đã thu hồi %(kid)s.") % {"kid": kid})


@keys.command("list")
def keys_list() -> None:
    """Liệt kê các khoá và hạn dùng. / List keys and when they end."""
    from .models import IssuerKey, StationKey

    for row in StationKey.objects.select_related("unit"):
        state = _("đã thu hồi") if row.revoked_at else f"→ {row.expires_at:%d/%m/%Y}"
        click.echo(f"{row.kid}  {row.unit.code} {row.unit}  {row.purpose}  {state}")
    for person in IssuerKey.objects.select_related("unit"):
        if person.revoked_at:
            state = _("đã thu hồi")
        elif person.expires_at is None:
            state = _("chờ chứng nhận")
        else:
            state = f"→ {person.expires_at:%d/%m/%Y}"
        click.echo(f"{person.kid}  {person.holder}  {', '.join(person.areas)}  {state}")


@group.command("release-agent")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--roll-back-from",
    default="",
    metavar="VERSION",
    help="Cho phép máy chạy bản này hoặc thấp hơn quay về, trong 14 ngày. / "
    "Boxes that run this version or a lower one may go down to the file's, for 14 days.",
)
@click.option("--days", type=click.IntRange(1, 3650), default=400)
def release_agent(file: Path, *, roll_back_from: str, days: int) -> None:
    """Ký một bản chương trình để loa được cài; cần khoá gốc. / Sign a program for the boxes."""
    from datetime import timedelta

    from tiengmo.audit.actors import SYSTEM

    from .updates import release_artifact

    made = _told(
        lambda: release_artifact(
            file, by=SYSTEM, roll_back_from=roll_back_from, life=timedelta(days=days)
        )
    )
    click.echo(f"{made.version}  {made.architecture}  python {made.python}  {made.sha256}")
    click.echo(_("Thu hồi bản này: tiengmo speakers keys revoke %(kid)s") % {"kid": made.key_id})


@group.command("code")
@click.argument("village_code")
@click.option("--name", default="", help="Tên cụm loa. / The cluster's name.")
def code(village_code: str, name: str) -> None:
    """Tạo mã đăng ký cho một cụm loa mới. / Make a one-time enrolment code."""
    from tiengmo.audit.actors import SYSTEM
    from tiengmo.places.models import Village

    from .actions import make_enrolment_code

    village = Village.objects.filter(code=village_code).select_related("unit").first()
    if village is None:
        raise click.ClickException(_("Không có thôn %(code)s.") % {"code": village_code})
    click.echo(_told(lambda: make_enrolment_code(village, by=SYSTEM, name=name)))


def _told(act: Callable[[], T]) -> T:
    """Run an act; what it cannot do is a sentence for the person, not a stack trace."""
    try:
        return act()
    except SpeakerError as error:
        raise click.ClickException(str(error)) from error

"""`tiengmo alerts ...`: what needs the root key's medium."""

from typing import TYPE_CHECKING

import click
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .models import Standing


@click.group(name="alerts")
def group() -> None:
    """Giấy uỷ quyền thường trực cho tin CAP. / Standing certificates for CAP senders."""


@group.command("standings")
def standings() -> None:
    """Liệt kê giấy uỷ quyền. / List standing certificates."""
    from .models import Standing

    for row in Standing.objects.select_related("feed"):
        click.echo(f"{row.serial}  {row}  {row.area_text}  {row.state}  → {row.until_on:%d/%m/%Y}")


@group.command("certify-standing")
@click.argument("serial")
@click.option("--yes", is_flag=True, help="Không hỏi lại. / Do not ask.")
def certify(serial: str, yes: bool) -> None:
    """Chứng nhận giấy uỷ quyền đủ hai chữ ký; cần khoá gốc. / Certify one that two signed."""
    from tiengmo.audit.actors import SYSTEM
    from tiengmo.speakers.errors import SpeakerError

    from .actions import certify_standing
    from .errors import AlertError
    from .standing import paper as papers

    row = _standing(serial)
    try:
        paper = papers.read(row.paper)
        click.echo(f"{row.feed.name}  {paper.feed}  {paper.sender}")
        click.echo(f"{paper.hazard}: {'; '.join(paper.events)}  {', '.join(paper.areas)}")
        click.echo(f"{paper.season_first} → {paper.season_last}, {paper.until}")
        click.echo(f"{row.proposer_name}, {row.giver_name}")
        if not yes:
            click.confirm(_("Chứng nhận giấy uỷ quyền này?"), abort=True)
        row = certify_standing(row, by=SYSTEM)
    except (AlertError, SpeakerError) as error:
        raise click.ClickException(str(error)) from error
    for one in row.certificates:
        click.echo(f"{row.kid}  {one['nbf']} → {one['exp']}")


@group.command("publish-revocations")
def publish() -> None:
    """Gửi lại danh sách khoá bị thu hồi tới mọi loa; cần khoá gốc. / Tell boxes what is revoked."""
    from tiengmo.speakers import keys
    from tiengmo.speakers.errors import SpeakerError
    from tiengmo.speakers.revocations import publish_revocations

    try:
        publish_revocations(keys.root_private())
    except SpeakerError as error:
        raise click.ClickException(str(error)) from error
    click.echo(_("Đã gửi danh sách khoá bị thu hồi."))


def _standing(serial: str) -> "Standing":
    from .models import Standing

    row = Standing.objects.select_related("feed").filter(pk=serial).first()
    if row is None:
        raise click.ClickException(_("Không có giấy uỷ quyền %(serial)s.") % {"serial": serial})
    return row

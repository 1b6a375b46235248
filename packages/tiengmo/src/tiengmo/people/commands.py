"""`tiengmo people ...`: for whoever has the server's console, when nobody can sign in."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from .models import User


@click.group(name="people")
def group() -> None:
    """Tài khoản cán bộ. / Staff accounts."""


def _account(username: str) -> "User":
    from .models import User

    account = User.objects.filter(username=username).first()
    if account is None:
        raise click.ClickException(f"Không có tài khoản “{username}”.")
    return account


@group.command("add-administrator")
@click.argument("username")
@click.option("--name", required=True, help="Họ và tên. / Full name.")
@click.option("--unit", "unit_code", required=True, help="Mã đơn vị. / Code of the unit.")
def add_administrator(username: str, name: str, unit_code: str) -> None:
    """Tạo quản trị viên đầu tiên của một đơn vị. / Add a unit's first administrator."""
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from tiengmo.audit.actors import SYSTEM
    from tiengmo.places.models import Unit

    from .actions import assign_role, make_password_link, open_account
    from .models import Role

    unit = Unit.objects.filter(code=unit_code).order_by("-valid_from").first()
    if unit is None:
        raise click.ClickException(f"Không có đơn vị mã “{unit_code}”.")
    try:
        with transaction.atomic():
            account = open_account(username=username, full_name=name, unit=unit, by=SYSTEM)
            assign_role(account, Role.ADMINISTRATOR, unit, by=SYSTEM)
            link = make_password_link(account, by=SYSTEM)
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from error
    click.echo(f"✓ {name} quản trị {unit.name}. Liên kết đặt mật khẩu (một lần, 3 ngày):\n{link}")


@group.command("password-link")
@click.argument("username")
def password_link(username: str) -> None:
    """Tạo liên kết đặt lại mật khẩu. / Make a one-time password link."""
    from tiengmo.audit.actors import SYSTEM

    from .actions import make_password_link

    click.echo(make_password_link(_account(username), by=SYSTEM))


@group.command("reset-factor")
@click.argument("username")
@click.option("--reason", required=True, help="Lý do, ghi vào nhật ký. / Why, for the audit log.")
def reset_factor(username: str, reason: str) -> None:
    """Đặt lại xác thực hai lớp. / Forget a lost phone."""
    from tiengmo.audit.actors import SYSTEM

    from .actions import reset_second_factor

    reset_second_factor(_account(username), by=SYSTEM, reason=reason)
    click.echo("✓ Người này sẽ đăng ký thiết bị mới khi đăng nhập lần tới.")


@group.command()
@click.argument("username")
def unlock(username: str) -> None:
    """Mở khoá đăng nhập. / Unlock a sign-in."""
    from tiengmo.audit.actors import SYSTEM

    from .actions import unlock_sign_in

    count = unlock_sign_in(_account(username), by=SYSTEM)
    click.echo(f"✓ Đã xoá {count} lần thử sai.")

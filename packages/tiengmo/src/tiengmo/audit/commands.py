"""`tiengmo audit ...`"""

import json
import sys

import click


@click.group(name="audit")
def group() -> None:
    """Nhật ký kiểm toán. / The audit log."""


@group.command()
def verify() -> None:
    """Kiểm tra toàn bộ chuỗi; mã thoát 1 nếu bị sửa. / Check the whole chain."""
    from .queries import verify as verify_chain

    verdict = verify_chain()
    if verdict.fault:
        click.echo(f"✗ Dòng {verdict.sequence}: {verdict.reason} ({verdict.fault}).")
        click.echo(f"  {verdict.rows} dòng trước đó nguyên vẹn.")
    else:
        click.echo(
            f"✓ {verdict.rows} dòng nối tiếp nhau, không dòng nào bị sửa;"
            f" {verdict.anchors} mốc trong tệp đối chứng khớp."
        )
        click.echo(f"  Mã băm cuối: {verdict.last_hash}")
    for name in verdict.missing_guards:
        click.echo(f"✗ Cơ sở dữ liệu thiếu khoá bảo vệ {name}: hãy chạy lại `tiengmo audit guard`.")
    sys.exit(0 if verdict.is_whole else 1)


@group.command()
def guard() -> None:
    """Đặt lại khoá bảo vệ trong cơ sở dữ liệu. / Put the database's guards back."""
    from django.db import connection

    from . import guards

    names = guards.missing(connection)
    guards.install(connection)
    click.echo(f"✓ Đã đặt lại {len(names)} khoá bảo vệ." if names else "✓ Đủ khoá bảo vệ.")


@group.command("new-anchor")
@click.option("--reason", required=True, help="Lý do, ghi vào nhật ký. / Why, for the log.")
def new_anchor(reason: str) -> None:
    """Cất tệp đối chứng cũ (sau khi khôi phục từ bản sao lưu). / Set the anchor file aside."""
    from .actions import record
    from .actors import SYSTEM
    from .anchors import set_anchors_aside

    kept = set_anchors_aside()
    record(
        "audit.anchor_set_aside",
        by=SYSTEM,
        subject=kept.name if kept else "",
        detail={"reason": reason},
    )
    click.echo(f"✓ Tệp cũ: {kept}" if kept else "✓ Chưa có tệp đối chứng nào.")


@group.command()
@click.option("-n", "--last", "count", default=20, show_default=True, help="Số dòng. / Rows.")
@click.option("--action", default="", help="Chỉ hành động này. / Only this action.")
@click.option("--subject", default="", help="app.model hoặc app.model:id. / What was acted on.")
@click.option("--actor", default="", help="Mã hoặc tên người làm. / Who acted.")
@click.option("--json", "as_json", is_flag=True, help="Mỗi dòng một JSON. / One JSON a line.")
def show(count: int, action: str, subject: str, actor: str, as_json: bool) -> None:
    """Xem những dòng gần nhất. / Show the latest rows."""
    from django.db.models import Q
    from django.utils import timezone

    from .models import AuditEntry

    rows = AuditEntry.objects.order_by("-sequence")
    if action:
        rows = rows.filter(action=action)
    if subject:
        kind, _, identifier = subject.partition(":")
        rows = rows.filter(subject_type=kind, **({"subject_id": identifier} if identifier else {}))
    if actor:
        rows = rows.filter(Q(actor_id=actor) | Q(actor_name__icontains=actor))
    for row in reversed(rows[:count]):
        if as_json:
            fields = {field.attname: getattr(row, field.attname) for field in row._meta.fields}
            click.echo(json.dumps(fields, ensure_ascii=False, default=str))
            continue
        at = timezone.localtime(row.at).strftime("%d/%m/%Y %H:%M:%S")
        about = " ".join(part for part in (row.subject_type, row.subject_id) if part)
        detail = json.dumps(row.detail, ensure_ascii=False) if row.detail else ""
        click.echo(
            f"#{row.sequence} {at} {row.actor_name}: {row.action} · {row.subject_name}"
            f"{f' ({about})' if about else ''} {detail}".rstrip()
        )

"""`tiengmo nginx-config`: the proxy that keeps public pages up, written for this installation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from pathlib import Path


# Where readers' pages are passed on. A location that names any error page inherits none.
BROKEN = """\
        # An application too broken to say so in its own words; its other refusals are its own.
        proxy_intercept_errors on;
        error_page 413 /__loi/413.html;
        error_page 429 /__loi/429.html;
        error_page 500 /__loi/500.html;
        error_page 502 503 504 /__loi/bao-tri.html;
"""


@click.command("nginx-config")
@click.option("--listen", default="", help="Cổng nghe, mặc định theo TIENGMO_PUBLIC_URL.")
@click.option("--purge-listen", default="127.0.0.1:8079", show_default=True, help="Cổng nội bộ.")
@click.option("--upstream", default="127.0.0.1:8000", show_default=True, help="`tiengmo web`.")
@click.option(
    "--listening", default="127.0.0.1:8004", show_default=True, help="`tiengmo listening`."
)
@click.option("--cache", default="", help="Thư mục bản sao, mặc định TIENGMO_HOME/nginx/cache.")
@click.option("--cache-size", default="2g", show_default=True)
@click.option("--certificate", default="", help="Tệp chứng thư TLS (fullchain.pem).")
@click.option("--certificate-key", default="", help="Tệp khoá TLS.")
@click.option("--whole", is_flag=True, help="Cả tệp nginx.conf, để chạy nginx riêng.")
def nginx_config(**options: str | bool) -> None:
    """In cấu hình nginx cho cài đặt này. / Print the nginx configuration of this installation.

    Also writes the pages that nginx shows by itself (403, 404, 410, 413, 429, 500, maintenance)
    below TIENGMO_HOME/nginx, where rieng/*.conf is read into the server block. Web and worker need
    TIENGMO_PROXIES=1 and TIENGMO_NGINX=http://127.0.0.1:8079, so that addresses are told apart and
    changed pages are fetched anew.
    """
    from django.conf import settings

    folder = settings.HOME / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    write_pages(folder / "loi")
    (folder / "rieng").mkdir(exist_ok=True)
    click.echo(configuration(folder, **options))


def configuration(folder: Path, **options: str | bool) -> str:
    """The configuration as text. Options as the command's; empty ones take their defaults."""
    from django.conf import settings
    from django.template import Context, Engine

    from tiengmo.portal.handlers import refresh_secret
    from tiengmo.voices.rules import MOST_BYTES

    public = urlsplit(settings.PUBLIC_URL)
    if bool(options.get("certificate")) != bool(options.get("certificate_key")):
        raise click.UsageError("Cần cả --certificate lẫn --certificate-key.")
    engine = Engine(dirs=[str(settings.PACKAGE / "config" / "nginx")], autoescape=False)
    context = {
        **options,
        "listen": options.get("listen") or ("443" if options.get("certificate") else "80"),
        "plain_listen": "80",
        "name": public.hostname or "_",
        "public_url": settings.PUBLIC_URL,
        "scheme": public.scheme,
        "cache": options.get("cache") or folder / "cache",
        "pages": folder / "loi",
        "own": folder / "rieng",
        "broken": BROKEN,
        "static": settings.STATIC_ROOT,
        "secret": refresh_secret(),
        "largest_upload": MOST_BYTES // (1024 * 1024) + 1,
        # The outermost of our proxies writes the address: what a visitor claims is not believed.
        "forwarded_for": "$remote_addr" if settings.PROXIES <= 1 else "$proxy_add_x_forwarded_for",
        "run": folder,
    }
    site = engine.get_template("site.conf").render(Context(context))
    if not options.get("whole"):
        return str(site)
    return str(engine.get_template("whole.conf").render(Context(context | {"site": site})))


def write_pages(folder: Path) -> None:
    """Write what nginx shows by itself: nothing of ours need be running then."""
    from django.template.loader import get_template
    from django.utils.translation import override

    from tiengmo.portal import refusals

    folder.mkdir(parents=True, exist_ok=True)
    with override("vi"):
        for name, (title, text) in refusals.without_us().items():
            html = get_template("portal/refused.html").render({"title": title, "text": text})
            (folder / f"{name}.html").write_text(html, encoding="utf-8")

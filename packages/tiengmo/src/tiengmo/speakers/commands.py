"""`tiengmo broker`, `tiengmo gateway` and `tiengmo speakers …`."""

from __future__ import annotations

import click
from django.conf import settings
from django.utils.translation import gettext as _

from .brokers import BrokerKind, BrokerUnavailable, resolve_kind
from .brokers.mosquitto import Listener, is_loopback


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

            certificate = server_certificate(host)
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

"""`tiengmo`: one command for everything. Each app's own commands live in its `commands.py`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

# Where commands are found, by name; loaded only when asked for, so that `--help` is quick.
GROUPS = {
    "alerts": "tiengmo.alerts.commands:group",
    "connectivity": "tiengmo.connectivity.commands:group",
    "places": "tiengmo.places.commands:group",
    "content": "tiengmo.portal.importing.commands:group",
    "portal": "tiengmo.portal.commands:group",
    "people": "tiengmo.people.commands:group",
    "audit": "tiengmo.audit.commands:group",
    "speakers": "tiengmo.speakers.commands:group",
    "voices": "tiengmo.voices.commands:group",
    "speech": "tiengmo.voices.speech.commands:group",
    "followers": "tiengmo.channels.email_followers.commands:group",
    "one-stop": "tiengmo.one_stop.commands:group",
    "gateway": "tiengmo.speakers.commands:gateway",
    "playout": "tiengmo.studio.commands:playout",
    "listening": "tiengmo.studio.commands:listening",
    "broker": "tiengmo.speakers.commands:broker",
    "search": "tiengmo.search.commands:group",
    "setup": "tiengmo.config.commands.setup:setup",
    "web": "tiengmo.config.commands.serve:web",
    "worker": "tiengmo.config.commands.serve:worker",
    "django": "tiengmo.config.commands.serve:django",
    "demo": "tiengmo.config.commands.demo:demo",
    "demo-boxes": "tiengmo.config.commands.demo_boxes:demo_boxes",
    "nginx-config": "tiengmo.config.commands.nginx:nginx_config",
    "backup": "tiengmo.config.commands.backup:backup",
    "restore": "tiengmo.config.commands.backup:restore",
}
# These run before there is a database to speak of, or must not touch it.
NEEDS_NO_DJANGO = {"backup", "restore", "demo"}


class Commands(click.Group):
    """Finds a command by name without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        where = GROUPS.get(cmd_name)
        if where is None:
            return None
        if cmd_name not in NEEDS_NO_DJANGO:
            _set_up_django()
        module, name = where.split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiengmo.config.settings")
    import django

    django.setup()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="tiengmo")
def cli() -> None:
    """Tiếng Mõ: hệ thống thông tin cơ sở. / The grassroots information system."""


def main(argv: list[str] | None = None) -> None:
    """Run one command; a known error is a sentence and exit code 1, never a stack trace."""
    run: Callable[..., Any] = cli.main
    try:
        run(args=argv, prog_name="tiengmo")
    except BrokenPipeError:
        # `tiengmo ... | head`: the reader has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        # A service's log needs the whole trace; a person at a terminal needs a sentence.
        if os.environ.get("TIENGMO_DEBUG") == "1" or not sys.stderr.isatty():
            raise
        click.echo(f"✗ {type(error).__name__}: {error}", err=True)
        click.echo("  Đặt TIENGMO_DEBUG=1 để xem chi tiết. / Set TIENGMO_DEBUG=1.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

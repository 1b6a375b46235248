"""`tiengmo demo-boxes`: the demo's loudspeakers, all in one process."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import click
from django.conf import settings


@click.command(name="demo-boxes")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def demo_boxes(folder: Path) -> None:
    """Chạy các cụm loa mô phỏng. / Run the simulated loudspeakers of the demo."""
    from tiengmo.config.demo.locality import boards_of, boxes_to_run

    if os.environ.get("TIENGMO_DEMO_ALL") == "1":  # a bench wants the broken ones too
        states = sorted(folder.glob("BX*"))
    else:
        states = boxes_to_run(folder, limit=int(os.environ.get("TIENGMO_DEMO_BOXES", "0")))
    _use_port(states, settings.BROKER_PORT)
    asyncio.run(_until_stopped(states, folder / "shared", boards_of(states)))


def _use_port(states: list[Path], port: int) -> None:
    """Point the boxes to where the demo's broker listens this time: its usual port may be taken."""
    from speaker_agent.state import StateDir

    for folder in states:
        state = StateDir(folder)
        config, _key = state.load()
        if config.broker.port != port:
            broker = config.broker.model_copy(update={"port": port})
            state.save(config.model_copy(update={"broker": broker}))


async def _until_stopped(states: list[Path], shared: Path, boards: set[Path]) -> None:
    from speaker_agent.boards.wording import BoardSettings
    from speaker_agent.fleet import run_fleet

    def board_of(folder: Path) -> BoardSettings:
        return BoardSettings(driver=f"file:{folder / 'board.txt'}" if folder in boards else "none")

    task = asyncio.ensure_future(
        run_fleet(
            states,
            output=os.environ.get("TIENGMO_DEMO_OUTPUT", "null"),
            shared=shared,
            boards=board_of,
        )
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return

"""From the second signature to the last loudspeaker's first sample.

The demo's own broker, gateway and worker, and its 300 boxes: whole agents in two processes, which
verify two certificates and two signatures and start to play a sound they already hold. The clock
starts when the second person's press reaches `second_alert` (opening their key, signing, judging,
committing, publishing, all of it counts) and stops at each box's own `started_at`, which it takes
from the sound device. Then light receivers, which only take the message in, and beside both a bare
fan-out of the same bytes on the same broker.

    python -m bench.alert_latency [--rounds 10] [--light 300 5000 19500] [--no-agents]
        [--home FOLDER]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOXES = 300
CORES = 2
READING_SECONDS = 4
TARGETS = {"agents": 1.0, 300: 1.0, 5000: 1.5, 19_500: 3.0}
WORDS = {"headline": "Thử đo", "what": "Nước lên nhanh.", "todo": "Bà con lên nơi cao ngay."}


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Bench:
    def __init__(self) -> None:
        from tiengmo.alerts.models import Template
        from tiengmo.people.models import User

        self.first, self.second = (User.objects.get(username=name) for name in ("trucdai", "duyet"))
        self.template = Template.objects.get(hazard="other")
        self.number = 0

    def composed(self, *, held_by: int):
        """An alert that waits for its second signature, its sound on every box."""
        from tiengmo.alerts.actions import compose_alert, draft_alert
        from tiengmo.alerts.queries import extent_of
        from tiengmo.config.demo.locality import PASSPHRASE

        self.number += 1
        alert = draft_alert(
            self.template,
            by=self.first,
            areas=["082"],
            given=WORDS | {"headline": f"Thử đo lần {self.number}"},
            lasts_minutes=30,
            repeat_minutes=0,
        )
        deadline = time.monotonic() + 120
        while not alert.infos.get().sound.is_ready or extent_of(alert)["holding"] < held_by:
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {extent_of(alert)['holding']} boxes hold the sound")
            time.sleep(0.2)
        return compose_alert(alert, by=self.first, passphrase=PASSPHRASE)

    def press(self, alert):
        from tiengmo.alerts.actions import second_alert
        from tiengmo.config.demo.locality import PASSPHRASE

        return second_alert(alert, by=self.second, passphrase=PASSPHRASE)


def agents(bench: Bench, rounds: int, online: int) -> list[list[float]]:
    from tiengmo.speakers.models import PlayReport

    table = []
    for number in range(rounds + 1):
        alert = bench.composed(held_by=online)
        # Nobody seconds in the instant in which the last box reports that it holds the sound.
        time.sleep(READING_SECONDS)
        pressed_at = time.time()
        alert = bench.press(alert)
        took = time.time() - pressed_at
        name = f"{alert.wire_id}.{alert.version}."
        deadline = time.monotonic() + 120
        while PlayReport.objects.filter(item_id__startswith=name).count() < online:
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        rows = PlayReport.objects.filter(item_id__startswith=name)
        starts = [row.started_at.timestamp() - pressed_at for row in rows if row.started_at]
        errors = [row.start_error_ms for row in rows if row.start_error_ms is not None]
        print(
            f"  round {number}: {len(starts)} of {online} boxes, press took {took * 1000:.0f} ms,"
            f" first {min(starts):.3f} s, last {max(starts):.3f} s,"
            f" worst start error {max(errors, key=abs):.1f} ms"
        )
        if number:  # the first warms caches up
            table.append(starts)
    return table


async def light(bench: Bench, counts: list[int], rounds: int) -> dict[int, tuple[list, list]]:
    import aiomqtt
    from django.conf import settings
    from speaker_link import topics
    from tiengmo.speakers.brokers.passwords import gateway_password

    from bench.light_receivers import Crowd

    everything = topics.alert("082", "x")[:-1] + "+"
    crowd = Crowd(settings.BROKER_PORT, "gateway", gateway_password(), everything)
    found = {}
    sender = aiomqtt.Client(
        "127.0.0.1",
        settings.BROKER_PORT,
        username="gateway",
        password=gateway_password(),
        identifier="bench-sender",
    )
    async with sender:
        for count in counts:
            try:
                await crowd.grow(count)
            except (OSError, TimeoutError) as error:
                print(f"  {count} light receivers: only {len(crowd.all)} could connect ({error})")
                continue
            ours, bare = [], []
            for number in range(rounds + 1):
                alert = await asyncio.to_thread(bench.composed, held_by=0)
                await asyncio.sleep(1)
                crowd.expect()
                began = time.monotonic()
                alert = await asyncio.to_thread(bench.press, alert)
                size = len(alert.payload)
                times = [at - began for at in await crowd.all_have(size)]
                crowd.expect()
                began = time.monotonic()
                await sender.publish(topics.alert("082", "bare"), alert.payload, qos=1)
                plain = [at - began for at in await crowd.all_have(size)]
                if number:
                    ours.append(times)
                    bare.append(plain)
            found[count] = (ours, bare)
    crowd.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--light", type=int, nargs="*", default=[300, 5000, 19_500])
    parser.add_argument("--no-agents", action="store_true")
    parser.add_argument("--home", type=Path, help="of a demo that was set up before and is stopped")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    home = options.home or Path(tempfile.mkdtemp(prefix="tiengmo-bench-"))
    os.environ |= {
        "TIENGMO_HOME": str(home),
        "TIENGMO_ROOT": str(ROOT),
        "TIENGMO_DEMO": "1",
        "TIENGMO_LOG": "WARNING",
        "TIENGMO_DEMO_BOXES": "0",
        "TIENGMO_DEMO_ALL": "1",
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }
    if (home / "ports").exists():
        # The boxes of this home know these addresses.
        for line in (home / "ports").read_text().splitlines():
            name, _, value = line.partition("=")
            os.environ[name] = value
    from tiengmo.config.demo import processes
    from tiengmo.config.demo.supervisor import Supervisor

    processes.choose_ports()
    import django

    django.setup()
    from tiengmo.config.commands.setup import set_up
    from tiengmo.config.demo.locality import ensure_locality
    from tiengmo.speakers.models import Box

    set_up()
    ensure_locality(home / "boxes", print)
    # What an earlier run left: nobody is on line yet.
    Box.objects.update(is_online=False)
    supervisor = Supervisor(home / "log", print)
    table, found = [], {}
    try:
        for name in ("broker", "gateway", "worker"):
            supervisor.start(name, name)
        if not options.no_agents:
            for number, folder in enumerate(halves(home / "boxes")):
                supervisor.start(f"boxes{number}", "demo-boxes", str(folder))
            online = processes.wait_until_connected(BOXES, supervisor=supervisor, seconds=180)
            print(f"{online} agents on line, load {os.getloadavg()[0]:.1f}")
            table = agents(Bench(), options.rounds, online)
        if options.light:
            # The agents would take part in every fan-out that is measured next.
            if not options.no_agents:
                stop_boxes(supervisor)
            else:
                time.sleep(5)
            found = asyncio.run(light(Bench(), options.light, options.rounds))
    finally:
        supervisor.stop()
    tell(table, found)


def halves(boxes: Path) -> list[Path]:
    """Share the boxes out to one process a core: a real box has a processor of its own."""
    folders = [boxes.parent / f"boxes-{number}" for number in range(CORES)]
    for number, box in enumerate(sorted(boxes.glob("BX*"))):
        folder = folders[number % CORES]
        folder.mkdir(exist_ok=True)
        if not (folder / box.name).exists():
            (folder / box.name).symlink_to(box)
    return folders


def stop_boxes(supervisor) -> None:
    """End the loudspeakers; nobody starts them again while nobody looks."""
    running = [one for one in supervisor.processes if one.name.startswith("boxes")]
    for boxes in running:
        boxes.popen.terminate()
    for boxes in running:
        try:
            boxes.popen.wait(120)
        except subprocess.TimeoutExpired:
            boxes.popen.kill()
            boxes.popen.wait(30)


def tell(table, found) -> None:
    print("| from the second signature to | rounds | median s | p99 s | worst s | target p99 |")
    print("|---|---:|---:|---:|---:|---:|")
    ok = True
    if table:
        every = [value for row in table for value in row]
        p99 = percentile(every, 0.99)
        ok &= p99 <= TARGETS["agents"]
        print(
            f"| first sample of {len(table[0])} agents | {len(table)}"
            f" | {statistics.median(every):.3f} | {p99:.3f} | {max(every):.3f}"
            f" | {TARGETS['agents']} |"
        )
    for count, (ours, bare) in found.items():
        for name, rows in (("message at", ours), ("bare fan-out to", bare)):
            every = [value for row in rows for value in row]
            p99 = percentile(every, 0.99)
            target = TARGETS.get(count, "") if rows is ours else "–"
            if rows is ours and count in TARGETS:
                ok &= p99 <= TARGETS[count]
            print(
                f"| {name} {count} light receivers | {len(rows)} | {statistics.median(every):.3f}"
                f" | {p99:.3f} | {max(every):.3f} | {target} |"
            )
    print(f"load average {os.getloadavg()[0]:.1f}; targets {'met' if ok else 'MISSED'}")
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()

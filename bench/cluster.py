"""Three RabbitMQ nodes, two gateways, and boxes that verify everything; one of each is killed.

    python -m bench.cluster [--boxes 200] [--nodes 3] [--rounds 10]

Everything runs on this host's loopback, on the database of DATABASE_URL or else on SQLite. RabbitMQ
must be installed (Debian: rabbitmq-server); its own service need not run. Prints a table.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

from bench.rabbit_nodes import SERVER, Cluster, free_ports

SHARES = 4
COMMUNES = 8
IDLE_SECONDS = 30
GIVE_UP_SECONDS = 90
COME_BACK_SECONDS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=200)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    if not SERVER.exists():
        raise SystemExit("RabbitMQ is not installed: apt-get install rabbitmq-server")
    home = Path(tempfile.mkdtemp(prefix="tiengmo-cluster-"))
    cluster = Cluster(options.nodes, home / "rabbit")
    gateways: list[subprocess.Popen[bytes]] = []
    try:
        say("the nodes form a cluster", f"{cluster.start():.1f} s")
        ports = free_ports(2)
        os.environ |= {
            "TIENGMO_HOME": str(home),
            "TIENGMO_BROKER": "external",
            "TIENGMO_BROKERS": cluster.addresses,
            "TIENGMO_RABBITMQ_API": cluster.management(),
            "TIENGMO_GATEWAY_SHARES": str(SHARES),
            "TIENGMO_LOG": "WARNING",
            "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        import django

        django.setup()
        # aiomqtt's loose ends after a broken line would fill the table.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from bench.light_boxes import make_place

        place = make_place(options.boxes, COMMUNES)
        for index, port in enumerate(ports):
            # Each asks another node's management: no node is needed by both.
            os.environ["TIENGMO_RABBITMQ_API"] = cluster.management(index)
            gateways.append(start_gateway(home, port))
        asyncio.run(measure(cluster, gateways, ports, place, options))
    finally:
        for gateway in gateways:
            gateway.kill()
            gateway.wait(15)
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


async def measure(cluster, gateways, ports, place, options) -> None:
    from tiengmo.speakers.brokers.accounts import box_account
    from tiengmo.speakers.brokers.rabbitmq import Management

    await asyncio.to_thread(wait_for_gateways, ports)
    management = Management(cluster.management())
    began = time.monotonic()
    for box in place.rows:
        await management.let_in(box_account(box), box.password)
    say("an account on the cluster", f"{(time.monotonic() - began) / options.boxes * 1000:.0f} ms")
    # Before the boxes are on line: these acts would end a box's session.
    await rights(cluster, place.rows[:2])
    boxes = light_boxes(place, cluster)
    began = time.monotonic()
    tasks = []
    for start in range(0, len(boxes), 10):
        some = boxes[start : start + 10]
        tasks += [asyncio.create_task(one.run()) for one in some]
        await asyncio.wait_for(asyncio.gather(*(one.up.wait() for one in some)), GIVE_UP_SECONDS)
    say(f"{len(boxes)} boxes connect and subscribe", f"{time.monotonic() - began:.1f} s")
    say("boxes on each node", shown(Counter(one.port for one in boxes), cluster))
    say("shares of each gateway", str(sorted(holders().values(), reverse=True)))
    await idle(cluster, gateways, len(boxes))
    took = []
    for _round in range(options.rounds + 2):
        arrived, missing = await announce(place, boxes)
        assert not missing, f"{missing} boxes did not hear a schedule on a quiet cluster"
        took.append(arrived)
    ms = sorted(1000 * one for one in took[2:])
    say(
        "row → last box has verified it",
        f"{statistics.median(ms):.0f} ms ({ms[0]:.0f}–{ms[-1]:.0f})",
    )
    await kill_node(cluster, place, boxes)
    await kill_gateway(gateways, place, boxes)
    refusals = Counter(reason for one in boxes for reason in one.refused)
    say("refused by boxes in the whole run", str(dict(refusals)))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def kill_node(cluster, place, boxes) -> None:
    """Kill a broker node that carries a third of the boxes, then speak and let all report."""
    victim = cluster.nodes[-1]
    on_it = [one for one in boxes if one.port == victim.mqtt]
    copies = sum(one.copies for one in boxes)
    killed_at = time.monotonic()
    victim.kill()
    spoken = asyncio.create_task(announce(place, boxes))
    stored, doubled, last = await all_report(boxes, "node")
    await until(lambda: all(one.came_up_at > killed_at for one in on_it))
    back = max((one.came_up_at - killed_at for one in on_it), default=0.0)
    arrived, missing = await spoken
    say(f"node killed with {len(on_it)} boxes: last is back", f"{back:.1f} s")
    say("… said at that instant: last box has it", f"{arrived:.1f} s, {missing} never")
    say("… reports stored / lost / doubled", f"{stored} / {len(boxes) - stored} / {doubled}")
    say("… last of them acknowledged", f"{last:.1f} s")
    say("… copies that boxes passed over", str(sum(one.copies for one in boxes) - copies))


async def kill_gateway(gateways, place, boxes) -> None:
    before = holders()
    await until(lambda: len(holders()) == 2)
    copies = sum(one.copies for one in boxes)
    killed_at = time.monotonic()
    gateways[0].kill()
    held = asyncio.create_task(all_held(killed_at))
    spoken = asyncio.create_task(announce(place, boxes))
    stored, doubled, last = await all_report(boxes, "gateway")
    taken, (arrived, missing) = await held, await spoken
    say("gateway killed, shares before", str(sorted(before.values(), reverse=True)))
    say("… the other holds all of them", f"{taken:.1f} s")
    say("… said at that instant: last box has it", f"{arrived:.1f} s, {missing} never")
    say("… reports stored / lost / doubled", f"{stored} / {len(boxes) - stored} / {doubled}")
    say("… last of them acknowledged", f"{last:.1f} s")
    say("… copies that boxes passed over", str(sum(one.copies for one in boxes) - copies))


async def all_held(since: float) -> float:
    """Return the seconds since then until one gateway holds every share."""
    while max((await asyncio.to_thread(holders)).values(), default=0) < SHARES:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    return time.monotonic() - since


async def announce(place, boxes) -> tuple[float, int]:
    """Publish a new item by every commune's station; return the last arrival and who has none."""
    from tiengmo.speakers.actions import publish_schedule

    items = {unit.code: item(unit) for unit in place.units}
    began = time.monotonic()
    for unit in place.units:
        await asyncio.to_thread(publish_schedule, unit, [items[unit.code]])
    wanted = {code: str(one.id) for code, one in items.items()}

    def missing():
        return sum(wanted[one.stations[0]] not in one.heard for one in boxes)

    await until(lambda: not missing(), COME_BACK_SECONDS, soft=True)
    at = [one.heard.get(wanted[one.stations[0]]) for one in boxes]
    return max((one for one in at if one), default=began) - began, missing()


async def all_report(boxes, name: str) -> tuple[int, int, float]:
    """Let every box report once; return rows stored, rows too many, and seconds to the last ack."""
    from tiengmo.speakers.models import PlayReport

    began = time.monotonic()
    for one in boxes:
        task = asyncio.create_task(one.report(f"{name}-{one.serial}"))
        task.add_done_callback(lambda done: done.exception())
    # Now each has signed its report and waits for the acknowledgement.
    await asyncio.sleep(0)
    await until(lambda: not any(one.unacked for one in boxes), GIVE_UP_SECONDS, soft=True)
    took = time.monotonic() - began
    rows = Counter(
        PlayReport.objects.filter(item_id__startswith=f"{name}-").values_list("box_id", flat=True)
    )
    return len(rows), sum(rows.values()) - len(rows), took


async def idle(cluster, gateways, boxes: int) -> None:
    """Read processor and memory while boxes only say how they are, three times a minute."""
    await asyncio.sleep(10)
    watched = {f"node {index}": node.pid for index, node in enumerate(cluster.nodes, 1)}
    watched |= {f"gateway {index}": one.pid for index, one in enumerate(gateways, 1)}
    processes = {name: psutil.Process(pid) for name, pid in watched.items()}
    before = {name: seconds(one) for name, one in processes.items()}
    await asyncio.sleep(IDLE_SECONDS)
    per = 1000 / boxes
    for kind in ("node", "gateway"):
        used = [
            (seconds(one) - before[name]) / IDLE_SECONDS
            for name, one in processes.items()
            if name.startswith(kind)
        ]
        memory = [
            one.memory_info().rss / 2**20
            for name, one in processes.items()
            if name.startswith(kind)
        ]
        say(
            f"all {kind}s, three statuses a box a minute",
            f"{sum(used):.1%} of a core ({sum(used) * per:.1%} per 1,000 boxes), "
            f"{' + '.join(f'{one:.0f}' for one in memory)} MiB",
        )


async def rights(cluster, rows) -> None:
    """Two boxes: neither reads the other's topics, writes to them, or takes its session."""
    import aiomqtt

    own, other = rows
    tried = {
        f"tm/1/boxes/{other.serial}/commands": "subscribe",
        "tm/1/boxes/+/commands": "subscribe",
        "#": "subscribe",
        f"tm/1/boxes/{other.serial}/status": "publish",
        "tm/1/stations/99/schedule": "publish",
    }
    refused = 0
    for topic, act in tried.items():
        try:
            async with aiomqtt.Client(
                "127.0.0.1",
                cluster.nodes[0].mqtt,
                username=own.serial,
                password=own.password,
                identifier=f"{own.serial}",
                clean_session=True,
                timeout=4,
            ) as client:
                if act == "subscribe":
                    granted = await client.subscribe(topic, qos=1)
                    refused += all(
                        (code if isinstance(code, int) else code.value) >= 0x80 for code in granted
                    )
                else:
                    await client.publish(topic, b"forged", qos=1)
        except aiomqtt.MqttError:
            refused += 1
    say("acts on others' topics tried / refused", f"{len(tried)} / {refused}")


# --- the place and its processes ----------------------------------------------------------


def light_boxes(place, cluster):
    from tiengmo.places.queries import area_path

    from bench.light_boxes import LightBox

    ports = [node.mqtt for node in cluster.nodes]
    return [
        LightBox(
            box,
            tuple(area_path(box.village)),
            place.trust,
            ports[index % len(ports) :] + ports[: index % len(ports)],
        )
        for index, box in enumerate(place.rows)
    ]


def item(unit):
    from datetime import UTC, datetime, timedelta
    from types import SimpleNamespace
    from uuid import uuid4

    start = datetime.now(UTC) + timedelta(minutes=5)
    return SimpleNamespace(
        id=uuid4(),
        title="Bản tin đo",
        areas=[unit.code],
        editions=[{"language": "vi", "sha256": "a" * 64, "bytes": 180_000, "duration_ms": 60_000}],
        priority="routine",
        start_at=start,
        start_before_at=start + timedelta(hours=1),
    )


def start_gateway(home: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "from tiengmo.config.cli import main; main(['gateway'])"],
        env=os.environ | {"TIENGMO_GATEWAY_PORT": str(port)},
        stdout=(home / f"gateway-{port}.log").open("wb"),
        stderr=subprocess.STDOUT,
    )


def wait_for_gateways(ports: list[int]) -> None:
    import httpx

    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            well = [httpx.get(f"http://127.0.0.1:{p}/speaker/1/health").is_success for p in ports]
            if all(well) and sorted(holders().values()) == [SHARES // 2] * 2:
                return
        time.sleep(0.5)
    raise TimeoutError("the gateways do not share")


def holders() -> Counter[str]:
    from tiengmo.speakers.models import GatewayShare

    return Counter(GatewayShare.objects.exclude(owner="").values_list("owner", flat=True))


def shown(count: Counter[int], cluster) -> str:
    return ", ".join(str(count[node.mqtt]) for node in cluster.nodes)


def seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def until(condition, limit: float = GIVE_UP_SECONDS, *, soft: bool = False) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            if soft:
                return
            raise TimeoutError("it did not come about")
        await asyncio.sleep(0.02)


def say(what: str, value: str) -> None:
    print(f"| {what} | {value} |", flush=True)


if __name__ == "__main__":
    main()

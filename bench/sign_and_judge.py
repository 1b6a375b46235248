"""How fast messages are signed and judged, beside the bare Ed25519 operations in the same run.

    python bench/sign_and_judge.py [--seconds 1.0]

Rounds of bare and whole work alternate, so that a busy machine slows both; the ratio of the median
round is what counts. A box judges one message at a time: `judge` includes JSON, certificate, areas,
versions and the typed result.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from speaker_link import jws
from speaker_link.boxes import sign_as_box
from speaker_link.envelope import sign
from speaker_link.messages import Command, Held
from speaker_link.replay import MemoryReplayCache
from speaker_link.specimens import (
    BOX,
    FIRST_DIRECTOR,
    NOW,
    ROOT,
    SCOPE,
    SECOND_DIRECTOR,
    SERIAL,
    STATION,
    box_message,
    item,
    message,
    schedule,
)
from speaker_link.trust import Trust
from speaker_link.verification import verify, verify_from_box

ROUNDS = 7


def per_second(work: Callable[[], object], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        for _ in range(20):
            work()
        done += 20
    return done / elapsed


def compare(
    name: str, whole: Callable[[], object], bare: Callable[[], object], seconds: float
) -> dict[str, object]:
    whole(), bare()
    slices = seconds / ROUNDS
    pairs = [(per_second(bare, slices), per_second(whole, slices)) for _ in range(ROUNDS)]
    return {
        "what": name,
        "per_second": round(statistics.median(rate for _, rate in pairs)),
        "bare_per_second": round(statistics.median(rate for rate, _ in pairs)),
        "times_bare": round(statistics.median(bare / rate for bare, rate in pairs), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.4, help="for each line and each side")
    seconds = parser.parse_args().seconds

    command = message(Command(action="set_volume", volume=45))
    items = [
        item(
            str(n), start=NOW + timedelta(hours=n), start_before=NOW + timedelta(hours=n, minutes=9)
        )
        for n in range(48)
    ]
    full = message(schedule(items=items))
    urgent = message(schedule(items=[item(priority="emergency")]))
    held = box_message(Held(item_id=item().id, sha256="0" * 64))
    trust = Trust.in_root(ROOT.public)

    bare_key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    bare_public = bare_key.public_key()

    def judge(text: str, *, forget: bool = False) -> Callable[[], object]:
        def work() -> object:
            around = Trust.in_root(ROOT.public) if forget else trust
            return verify(text, trust=around, scope=SCOPE, now=NOW, replay=MemoryReplayCache())

        return work

    def bare_sign(text: str) -> Callable[[], object]:
        signed = signing_input(text)
        return lambda: bare_key.sign(signed)

    def bare_verify(text: str, times: int = 1) -> Callable[[], object]:
        signed = signing_input(text)
        signature = bare_key.sign(signed)

        def work() -> None:
            for _ in range(times):
                bare_public.verify(signature, signed)

        return work

    def signing_input(text: str) -> bytes:
        payload, (first, *_) = jws.split(text)
        return f"{first['protected']}.{payload}".encode()

    texts = {
        "command": sign(command, by=[STATION]),
        "schedule of 48 items": sign(full, by=[STATION]),
        "emergency, two signatures": sign(urgent, by=[FIRST_DIRECTOR, SECOND_DIRECTOR]),
    }
    told = sign_as_box(held, BOX)
    small, large, double = texts.values()
    lines = [
        compare("sign a command", lambda: sign(command, by=[STATION]), bare_sign(small), seconds),
        compare(
            "sign a schedule of 48 items",
            lambda: sign(full, by=[STATION]),
            bare_sign(large),
            seconds,
        ),
        compare("judge a command", judge(small), bare_verify(small), seconds),
        compare(
            "judge a command, certificate new (two signatures to check)",
            judge(small, forget=True),
            bare_verify(small, 2),
            seconds,
        ),
        compare("judge a schedule of 48 items", judge(large), bare_verify(large), seconds),
        compare(
            "judge an emergency (two signatures to check)",
            judge(double),
            bare_verify(double, 2),
            seconds,
        ),
        compare(
            "server reads a box's report",
            lambda: verify_from_box(told, key=BOX.public, serial=SERIAL),
            bare_verify(told),
            seconds,
        ),
    ]
    print(json.dumps({"bytes": {k: len(v) for k, v in texts.items()}, "lines": lines}, indent=2))
    print(f"\n{'':60}{'a second':>10}{'bare':>10}{'times':>8}")
    for line in lines:
        print(
            f"{line['what']:60}{line['per_second']:>10}{line['bare_per_second']:>10}"
            f"{line['times_bare']:>8}"
        )


if __name__ == "__main__":
    main()

"""A box in a process of its own, its broker gone, a telephone on its network, the link back."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from speaker_link import certificates
from speaker_link.certificates import Certificate
from speaker_link.key_files import KeyFile
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Kind, Priority
from speaker_link.replay import MemoryReplayCache
from speaker_link.sealing import seal
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from bench.agent_broker import free_port
from bench.start_error import at_low_rate, read_wav, where

from .conftest import OPUS, SOUND

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]
PASSPHRASE = "loa vang cả bản"


def key_file(locality, holder):
    key, now = PrivateKey.generate(), datetime.now(UTC)
    certificate = Certificate(
        serial=f"cert-{key.kid[:8]}",
        key=key.public,
        holder=holder,
        areas=["082"],
        highest_priority=Priority.EMERGENCY,
        kinds=[Kind.ALERT, Kind.TAKEOVER],
        nbf=now - timedelta(hours=1),
        exp=now + timedelta(days=30),
    )
    file = KeyFile(
        kid=key.kid,
        holder=holder,
        certificate=certificates.issue(certificate, root=locality.root),
        sealed=seal(key, PASSPHRASE),
    )
    return file.write().encode()


def test_two_people_warn_and_it_is_told_once(within, tmp_path):
    async def story(locality):
        folder = locality.box_folder()
        serial, port = folder.name, free_port()
        process = await asyncio.create_subprocess_exec(
            *locality.command(folder, "wav"), "--local-page", str(port),
            *("--local-address", "127.0.0.1"),
        )  # fmt: skip
        try:
            await locality.until(
                lambda: serial in locality.statuses and locality.statuses[serial].time_is_trusted
            )
            locality.broker.stop()
            pem = folder / "local-page.pem"
            context = ssl.create_default_context(cafile=str(pem))
            async with httpx.AsyncClient(
                base_url=f"https://127.0.0.1:{port}", verify=context, timeout=30
            ) as phone:
                await warn(phone, key_file(locality, "Lan"), key_file(locality, "Páo"))
                await asyncio.sleep(5)
                page = (await phone.get("/")).text
                assert "Mất liên lạc" in page
            async with locality.connected():
                await locality.until(lambda: locality.heard["local_issue"], seconds=90)
                await locality.until(lambda: locality.heard["play_report"], seconds=90)
                await asyncio.sleep(3)
        finally:
            process.terminate()
            await process.wait()
        ((_, told),) = locality.heard["local_issue"]
        ((_, played),) = locality.heard["play_report"]
        assert played.outcome == "played"
        path = ("082-01", "082", "10")
        judged = verify(
            told.text,
            trust=Trust.in_root(locality.root.public),
            scope=Scope(serial=serial, areas=path, stations=path),
            now=told.issued_at,
            replay=MemoryReplayCache(),
        )
        assert judged.body.title == "Lũ quét"
        recording, _ = read_wav(max((folder / "heard").glob("heard-*.wav")))
        return where(recording, at_low_rate(SOUND))[1], played.level_dbfs

    async def warn(phone, first, second):
        data = {"title": "Lũ quét", "area": "082", "hours": "1", "repeat": "0"}
        secret = {"passphrase": PASSPHRASE}
        files = {"key": ("a.tmkey", first), "recording": ("r.ogg", OPUS)}
        answer = await phone.post("/canh-bao", data=data | secret, files=files)
        assert answer.status_code == 303, answer.text
        draft = answer.headers["location"]
        assert (
            await phone.post(draft, data=secret, files={"key": ("a", first)})
        ).status_code == 403
        answer = await phone.post(draft, data=secret, files={"key": ("b", second)})
        assert answer.status_code == 303, answer.text

    alike, level = within(story, seconds=300)
    assert alike > 0.7
    assert -24 < level < -14

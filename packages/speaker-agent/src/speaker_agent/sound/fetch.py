"""Fetching sound ahead of its instant: resumed, verified, retried, and once for all boxes here."""

import asyncio
import contextlib
import errno
import logging
import random
import ssl
from collections.abc import Callable, Collection
from pathlib import Path

import httpx

from speaker_agent.sound.store import NotThatSound, SoundStore

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 120.0
TIMEOUT = httpx.Timeout(20.0, pool=None)


class FetchFailed(Exception):
    """This attempt did not bring the sound; another one may."""


class DiskFull(FetchFailed):
    """There is no room, even without everything that no schedule names."""


def new_client(context: ssl.SSLContext | None = None, *, connections: int = 8) -> httpx.AsyncClient:
    """One HTTP client for all boxes of a process, with few connections."""
    return httpx.AsyncClient(
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        timeout=TIMEOUT,
        verify=context if context is not None else True,
        follow_redirects=True,
        trust_env=False,
    )


class Fetcher:
    """Brings sounds into the store. Boxes that want the same one wait for the same download."""

    def __init__(
        self,
        store: SoundStore,
        client: httpx.AsyncClient,
        *,
        scheduled: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self.store = store
        self.client = client
        self.scheduled = scheduled
        """The hashes that some schedule still names: never deleted to make room."""
        self.is_disk_full = False
        self.fetched_bytes = 0
        self._under_way: dict[str, asyncio.Task[Path]] = {}

    async def hold(self, url: str, sha256: str, size: int) -> Path:
        """Return once the sound is here and verified, however often it must be tried.

        Cancel to give up: the download itself ends when nobody waits for it any more.
        """
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                return await self._shared(url, sha256, size)
            except FetchFailed as failure:
                log.warning("sound %s: %s", sha256[:12], failure)
            # Boxes that failed together must not come back together.
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _shared(self, url: str, sha256: str, size: int) -> Path:
        known = self.store.known(sha256)
        if known is not None:
            return known
        if self.store.has(sha256):
            try:
                return await asyncio.to_thread(self.store.verified, sha256)
            except (NotThatSound, FileNotFoundError) as damage:
                log.warning("sound %s: %s", sha256[:12], damage)
        task = self._under_way.get(sha256)
        if task is None:
            task = asyncio.create_task(self._fetch(url, sha256, size))
            self._under_way[sha256] = task
            task.add_done_callback(lambda _: self._under_way.pop(sha256, None))
        return await asyncio.shield(task)

    async def _fetch(self, url: str, sha256: str, size: int) -> Path:
        try:
            part = self.store.partial(sha256)
            have = _size(part)
            if not await asyncio.to_thread(
                self.store.make_room, max(0, size - have), keep=self.scheduled()
            ):
                self.is_disk_full = True
                raise DiskFull("no room on the disk")
            if have < size:
                await self._download(url, part, size)
            got = _size(part)
            if got != size:
                if got > size:
                    part.unlink()
                raise FetchFailed(f"{got} of {size} bytes came")
            path = await asyncio.to_thread(self.store.accept, sha256, part)
        except NotThatSound as lie:
            raise FetchFailed(str(lie)) from lie
        except httpx.HTTPError as failure:
            raise FetchFailed(f"{type(failure).__name__}: {failure}") from failure
        except OSError as failure:
            if failure.errno in (errno.ENOSPC, errno.EDQUOT):
                self.is_disk_full = True
                raise DiskFull("no room on the disk") from failure
            raise FetchFailed(f"cannot keep it: {failure}") from failure
        self.is_disk_full = False
        return path

    async def _download(self, url: str, part: Path, size: int) -> None:
        have = _size(part)
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        async with self.client.stream("GET", url, headers=headers) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._forget(part)
                raise FetchFailed("the server has fewer bytes than we; starting again")
            if answer.status_code == httpx.codes.PARTIAL_CONTENT:
                begins = answer.headers.get("content-range", "").removeprefix("bytes ")
                if begins.split("-")[0] != str(have):
                    raise FetchFailed(f"asked from byte {have}, got {begins!r}")
            elif answer.status_code == httpx.codes.OK:
                have = 0
            else:
                raise FetchFailed(f"the server says {answer.status_code}")
            with part.open("r+b" if have else "wb") as file:
                file.seek(have)
                async for block in answer.aiter_raw(64 * 1024):
                    have += len(block)
                    self.fetched_bytes += len(block)
                    if have > size:
                        # Never more than announced: a wrong answer must not fill the disk.
                        file.truncate(0)
                        raise FetchFailed(f"more than the {size} bytes announced")
                    file.write(block)

    def _forget(self, part: Path) -> None:
        part.unlink(missing_ok=True)

    async def close(self) -> None:
        """End what is under way; what has come stays for the next time."""
        for task in list(self._under_way.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, FetchFailed):
                await task


def _size(part: Path) -> int:
    """How much of a download is here."""
    part.parent.mkdir(parents=True, exist_ok=True)
    return part.stat().st_size if part.exists() else 0

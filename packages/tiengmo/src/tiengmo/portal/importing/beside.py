"""A second process that prepares articles while this one stores those before them.

Rendering is half of an import's work and needs no database: a second processor can do it.
"""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from tiengmo.people.models import User
    from tiengmo.portal.importing.judging import OldArticle
    from tiengmo.portal.importing.preparing import Prepared


class Beside:
    """A second process that prepares first versions, one batch at a time.

    It ends when this one does, however that comes about; what it did not get done is prepared
    here.
    """

    def __init__(self, by: User) -> None:
        self.by = by
        self._pipe: Connection | None = None
        self._is_ready = self._is_asked = False

    def start(self) -> None:
        """Begin to start it: it takes a second or two, in which nobody waits."""
        if self._pipe is None:
            # Not forked: it must not hold this process's connections to the database.
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            context.Process(target=_serve, args=(theirs,), daemon=True).start()
            theirs.close()

    def ask(self, articles: Sequence[tuple[OldArticle, str]]) -> None:
        """Have articles prepared, each with its area in words; one batch until it is taken."""
        try:
            if self._pipe is not None and (self._is_ready or self._pipe.poll()):
                if not self._is_ready:
                    self._is_ready = self._pipe.recv()
                    self._pipe.send(self.by)
                self._pipe.send(articles)
                self._is_asked = True
        except (EOFError, OSError):
            self.close()

    def take(self) -> dict[str, Prepared]:
        """What was asked for, by the article's version; empty when it could not be had."""
        if self._pipe is None or not self._is_asked:
            return {}
        self._is_asked = False
        try:
            found: dict[str, Prepared] = self._pipe.recv()
        except (EOFError, OSError):
            self.close()
            return {}
        return found

    def close(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe, self._is_ready, self._is_asked = None, False, False


def _serve(pipe: Connection) -> None:
    # Models can be imported, and a person unpickled, only after this.
    django.setup()
    from tiengmo.portal.importing.preparing import prepared, release_of, rendition_of

    try:
        pipe.send(True)
        by = pipe.recv()
        while True:
            found = {}
            for one, audience in pipe.recv():
                release = release_of(one, by)
                found[one.version] = prepared(release, rendition_of(one, release), audience)
            pipe.send(found)
    except (Exception, KeyboardInterrupt):
        return  # the other process then does it itself, and tells what is wrong

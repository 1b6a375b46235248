"""Runs a small program on what a stranger made, within bounds of time, memory and output.

A drawing or a document can be made so that reading it takes hours or fills the memory, whatever its
size. In a process of its own that ends it, and not the web page or the worker that asked.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import tempfile


class OutOfBounds(Exception):
    """The program took too long or too much, or could not read what it was given."""


def run(
    program: str, *arguments: str, given: bytes, seconds: int, megabytes: int, most: int
) -> bytes:
    """Give what `tiengmo.foundation.programs.<program>` wrote. Raises OutOfBounds.

    seconds: of processor time, and twice that by the clock; most: bytes of output.
    """

    def bind() -> None:
        memory = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):
            os.nice(5)

    name = f"tiengmo.foundation.programs.{program}"
    # Into a file and not a pipe: the kernel then holds it to its size.
    with tempfile.TemporaryFile() as written:
        try:
            done = subprocess.run(  # noqa: S603 (our own program, no shell)
                [sys.executable, "-I", "-m", name, *arguments],
                input=given,
                stdout=written,
                stderr=subprocess.PIPE,
                timeout=seconds * 2 + 5,
                check=False,
                # No address, no key and no proxy of ours is of use to it.
                env={"PATH": "", "LANG": "C.UTF-8"},
                preexec_fn=bind,
            )
        except subprocess.TimeoutExpired as error:
            raise OutOfBounds("time") from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace")[-300:]
            raise OutOfBounds(said or f"ended with {done.returncode}")
        written.seek(0)
        return written.read()

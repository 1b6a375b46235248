"""`tiengmo voices`: hear the voices, and measure sounds, without writing to the database."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import av
import click

from .audio.decoding import resampled
from .audio.mastering import SilentSound, master, measure
from .engines import all_voices, choose_voice, engine_of
from .engines.passages import speech_of
from .errors import EngineFailed, VoicesError
from .rules import passages
from .wording import spoken


@click.group()
def group() -> None:
    """Giọng đọc và âm lượng. / Voices and loudness."""


@group.command("list")
def list_voices() -> None:
    """Liệt kê các giọng đọc máy này có. / List the voices there are."""
    for voice in all_voices():
        click.echo(f"{voice.code:28} {voice.language:8} {voice.name}")


@group.command()
@click.argument("text")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--language", default="vi", show_default=True)
@click.option("--voice", default="", help="Mã giọng đọc, xem `voices list`. / A voice's code.")
def speak(text: str, out: Path, language: str, voice: str) -> None:
    """Đọc TEXT (hoặc “-”: đọc từ đầu vào chuẩn) ra tệp .opus hay .mp3. / Speak TEXT into a file."""
    if out.suffix not in {".opus", ".mp3"}:
        raise click.ClickException(f"Tệp ra phải có đuôi .opus hoặc .mp3, không phải “{out.name}”.")
    text = sys.stdin.read() if text == "-" else text
    began = time.monotonic()
    try:
        chosen = choose_voice(language, voice)
        parts = passages(spoken(text, voice=chosen))
        if not parts:
            raise click.ClickException("Văn bản không có từ nào đọc được.")
        with tempfile.TemporaryDirectory() as folder:
            mastered = master(
                resampled(speech_of(parts, engine=engine_of(chosen), voice=chosen)), Path(folder)
            )
            shutil.copyfile(mastered.opus if out.suffix == ".opus" else mastered.mp3, out)
    except (VoicesError, EngineFailed, SilentSound) as error:
        raise click.ClickException(str(error)) from error
    seconds = time.monotonic() - began
    click.echo(
        f"{out}: {mastered.duration_seconds:.2f} s, {mastered.loudness_lufs:.2f} LUFS, "
        f"{mastered.true_peak_dbtp:.2f} dBTP, "
        f"{mastered.duration_seconds / seconds:.0f}× thời gian thực"
    )


@group.command("measure")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def measure_file(file: Path) -> None:
    """Đo độ to (LUFS), đỉnh thật (dBTP) và độ dài. / Measure loudness, true peak and length."""
    try:
        found = measure(file)
    except (av.error.FFmpegError, IndexError) as error:
        raise click.ClickException(f"Không đọc được âm thanh trong {file}: {error}") from error
    click.echo(f"{found.loudness_lufs:.2f} LUFS")
    click.echo(f"{found.true_peak_dbtp:.2f} dBTP")
    click.echo(f"{found.duration_seconds:.2f} s")

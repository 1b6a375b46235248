"""Where sound goes: a sound device, a file that keeps what would have been heard, or nowhere."""

from pathlib import Path

from speaker_agent.outputs.base import Output, OutputFailed
from speaker_agent.timing import Clock

__all__ = ["KINDS", "Output", "OutputFailed", "open_output"]

KINDS = ("device", "wav", "null", "icecast")
DEVICE_RATE = 48_000
# Horn loudspeakers carry little above 7 kHz, and three hundred boxes share a processor.
SIMULATED_RATE = 16_000


def open_output(
    kind: str,
    *,
    folder: Path,
    clock: Clock,
    device: str = "default",
    amplifier: str = "none",
    feed: str = "",
) -> Output:
    """The output by its name on the command line, behind its amplifier's switch if it has one.

    `feed` is the Icecast mount to push to. Raises ValueError for what cannot be understood.
    """
    output = _open(kind, folder=folder, clock=clock, device=device, feed=feed)
    if amplifier in ("", "none"):
        return output
    from speaker_agent.hardware.amplifier import open_amplifier
    from speaker_agent.outputs.amplified import AmplifiedOutput

    switch = open_amplifier(amplifier)
    return output if switch is None else AmplifiedOutput(output, switch)


def _open(kind: str, *, folder: Path, clock: Clock, device: str, feed: str) -> Output:
    """Imports only what that one needs."""
    if kind == "device":
        from speaker_agent.outputs.alsa import AlsaOutput

        return AlsaOutput(clock, device=device, rate=DEVICE_RATE)
    if kind == "wav":
        from speaker_agent.outputs.wav import WavOutput

        return WavOutput(clock, folder=folder, rate=SIMULATED_RATE)
    if kind == "null":
        from speaker_agent.outputs.null import NullOutput

        return NullOutput(clock, rate=SIMULATED_RATE)
    if kind == "icecast":
        from speaker_agent.outputs.icecast import IcecastOutput

        return IcecastOutput(clock, url=feed)
    raise ValueError(f"output must be one of {', '.join(KINDS)}, not {kind!r}")

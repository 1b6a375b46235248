"""The program on a loudspeaker box: fetches, verifies, plays at the instant, proves it."""

from importlib.metadata import version

VERSION = version("speaker-agent")

"""What instant it is: the box's clock, and how it learns it from the server."""

from speaker_agent.timing.clock import Clock, Trust
from speaker_agent.timing.sources import Sources, system_sources
from speaker_agent.timing.sync import TimeSample, best_offset

__all__ = ["Clock", "Sources", "TimeSample", "Trust", "best_offset", "system_sources"]

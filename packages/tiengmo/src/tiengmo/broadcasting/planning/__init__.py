"""Turns episodes and fill rules into playout items for the days to come."""

from .ahead import plan_ahead
from .holding import HORIZON, frozen_until, hold_airtime

__all__ = ["HORIZON", "frozen_until", "hold_airtime", "plan_ahead"]

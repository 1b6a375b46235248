"""Verbs of the speakers app."""

from .publish_schedule import publish_schedule

__all__ = ["publish_schedule"]

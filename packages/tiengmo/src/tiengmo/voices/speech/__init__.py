"""Text made speakable: numbers, dates, units and abbreviations in words."""

from tiengmo.voices.speech.normalising import normalise

__all__ = ["normalise"]

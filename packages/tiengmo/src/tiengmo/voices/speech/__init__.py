"""Text made speakable: numbers, dates, units and abbreviations in words."""

from tiengmo.voices.speech.normalising import normalise
from tiengmo.voices.speech.numbers import Region
from tiengmo.voices.speech.scripts import lead, sentences, spoken_seconds

__all__ = ["Region", "lead", "normalise", "sentences", "spoken_seconds"]

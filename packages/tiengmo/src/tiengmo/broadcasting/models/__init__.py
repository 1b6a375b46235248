"""What a station plays: shows and their rules, episodes, what fills the rest, what is allowed."""

from .area_rules import AreaRules
from .episodes import Episode, Segment
from .filling import FillRule, Pool, PoolSound
from .playout import Part, PlayoutItem
from .shows import Show, ShowRule

__all__ = [
    "AreaRules",
    "Episode",
    "FillRule",
    "Part",
    "PlayoutItem",
    "Pool",
    "PoolSound",
    "Segment",
    "Show",
    "ShowRule",
]

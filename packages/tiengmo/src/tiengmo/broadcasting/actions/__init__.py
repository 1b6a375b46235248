from .cancel_playout import cancel_playout
from .carry_stations_over import carry_stations_over
from .make_episodes import make_episodes
from .plan_playout import plan_playout
from .publish_station import publish_station

__all__ = [
    "cancel_playout",
    "carry_stations_over",
    "make_episodes",
    "plan_playout",
    "publish_station",
]

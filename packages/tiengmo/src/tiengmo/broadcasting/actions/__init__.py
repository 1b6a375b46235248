from .cancel_playout import cancel_playout
from .carry_stations_over import carry_stations_over
from .plan_playout import plan_playout
from .publish_station import publish_station

__all__ = ["cancel_playout", "carry_stations_over", "plan_playout", "publish_station"]

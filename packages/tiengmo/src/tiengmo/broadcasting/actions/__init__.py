from .cancel_playout import cancel_playout
from .plan_playout import plan_playout
from .publish_station import publish_station

__all__ = ["cancel_playout", "plan_playout", "publish_station"]

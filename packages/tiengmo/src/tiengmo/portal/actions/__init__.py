from .follow_release import freeze_page, on_deliveries_moved, on_withdrawn
from .refreeze_pages import refreeze_pages

__all__ = ["freeze_page", "on_deliveries_moved", "on_withdrawn", "refreeze_pages"]

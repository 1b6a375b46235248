from .follow_release import freeze_page, on_delivery_moved, on_withdrawn

__all__ = ["freeze_page", "on_delivery_moved", "on_withdrawn"]

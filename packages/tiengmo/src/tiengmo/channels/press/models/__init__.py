from .item import PressItem, Reading
from .journalist import Journalist, Outlet, RoomKey, RoomSession
from .kit import KitFile, Spokesperson
from .letter import Letter

__all__ = [
    "Journalist",
    "KitFile",
    "Letter",
    "Outlet",
    "PressItem",
    "Reading",
    "RoomKey",
    "RoomSession",
    "Spokesperson",
]

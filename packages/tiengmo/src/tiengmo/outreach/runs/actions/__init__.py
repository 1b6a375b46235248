from .take_run import Words, take_run

__all__ = ["Words", "take_run"]

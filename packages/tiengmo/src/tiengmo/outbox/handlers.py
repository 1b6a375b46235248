from tiengmo.outbox import worker

__all__ = ["worker"]

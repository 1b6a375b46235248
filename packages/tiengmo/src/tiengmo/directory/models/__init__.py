from .office import Office, OfficeKind
from .official import Official

__all__ = ["Office", "OfficeKind", "Official"]

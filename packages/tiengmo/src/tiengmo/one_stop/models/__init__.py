from .lists import ProcedureField, ProcedureLevel
from .paper import Fee, Paper
from .procedure import Procedure
from .version import DeadlineUnit, OnlineLevel, ProcedureVersion, VersionState

__all__ = [
    "DeadlineUnit",
    "Fee",
    "OnlineLevel",
    "Paper",
    "Procedure",
    "ProcedureField",
    "ProcedureLevel",
    "ProcedureVersion",
    "VersionState",
]

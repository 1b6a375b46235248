from .carry import carry, deliver
from .take_back import take_back

__all__ = ["carry", "deliver", "take_back"]

from .ask_hub import ask_hub
from .save_partner import require_administrator, save_partner
from .try_partner import try_partner
from .use_partner import use_partner

__all__ = ["ask_hub", "require_administrator", "save_partner", "try_partner", "use_partner"]

from .abolish_procedure import abolish_procedure
from .begin_version import begin_version
from .confirm_checked import confirm_checked
from .discard_draft import discard_draft
from .import_catalogue import import_catalogue
from .publish_version import publish_version
from .save_draft import save_draft
from .save_list_row import save_list_row
from .withdraw_procedure import withdraw_procedure

__all__ = [
    "abolish_procedure",
    "begin_version",
    "confirm_checked",
    "discard_draft",
    "import_catalogue",
    "publish_version",
    "save_draft",
    "save_list_row",
    "withdraw_procedure",
]

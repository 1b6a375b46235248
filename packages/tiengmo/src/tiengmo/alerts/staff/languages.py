"""The villages' languages in words, for this app's pages."""

from django.utils.translation import gettext_lazy as _

LANGUAGES = {
    "vi": _("Tiếng Việt"),
    "hmn": _("Tiếng Hmông"),
    "ium": _("Tiếng Dao"),
    "pcc": _("Tiếng Giáy"),
    "tyz": _("Tiếng Tày"),
    "hni": _("Tiếng Hà Nhì"),
}

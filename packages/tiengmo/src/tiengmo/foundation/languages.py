"""Languages that people here read and listen in, in their own readers' words."""

MAIN_LANGUAGE = "vi"
LANGUAGE_NAMES = {
    "vi": "Tiếng Việt",
    "hmn": "Tiếng Hmông",
    "ium": "Tiếng Dao",
    "pcc": "Tiếng Giáy",
    "tyz": "Tiếng Tày",
    "hni": "Tiếng Hà Nhì",
}


def language_name(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)

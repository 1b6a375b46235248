"""Languages that a page may be in, in the words of the readers."""

MAIN_LANGUAGE = "vi"
LANGUAGE_NAMES = {
    "vi": "Tiếng Việt",
    "hmn": "Tiếng Hmông",
    "ium": "Tiếng Dao",
    "pcc": "Tiếng Giáy",
    "tyz": "Tiếng Tày",
    "hni": "Tiếng Hà Nhì",
}

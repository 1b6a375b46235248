"""Languages that a page may be in, in the words of the readers."""

from tiengmo.foundation.languages import LANGUAGE_NAMES, MAIN_LANGUAGE

__all__ = ["LANGUAGE_NAMES", "MAIN_LANGUAGE"]

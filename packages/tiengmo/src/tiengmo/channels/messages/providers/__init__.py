"""The companies whose published interfaces are spoken here, by the name stored with a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .console import Console
from .esms import Esms
from .speedsms import SpeedSms

if TYPE_CHECKING:
    from .form import Form

FORMS: dict[str, Form] = {form.code: form for form in (Console(), Esms(), SpeedSms())}

__all__ = ["FORMS"]

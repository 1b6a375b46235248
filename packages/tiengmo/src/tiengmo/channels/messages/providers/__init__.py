"""The companies whose published interfaces are spoken here, by the name stored with a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .console import Console
from .esms import Esms
from .smpp import Smpp
from .speedsms import SpeedSms
from .zns import Zns

if TYPE_CHECKING:
    from .form import Form, HttpForm

HTTP_FORMS: dict[str, HttpForm] = {
    form.code: form for form in (Console(), Esms(), SpeedSms(), Zns())
}
SMPP = Smpp()
FORMS: dict[str, Form] = {**HTTP_FORMS, SMPP.code: SMPP}

__all__ = ["FORMS", "HTTP_FORMS", "SMPP"]

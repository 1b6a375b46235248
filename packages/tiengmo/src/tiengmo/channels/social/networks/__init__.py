"""The networks whose published interfaces are spoken here, by the name stored with an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .facebook import Facebook
from .zalo import Zalo

if TYPE_CHECKING:
    from .form import Form

FORMS: dict[str, Form] = {form.code: form for form in (Facebook(), Zalo())}

__all__ = ["FORMS"]

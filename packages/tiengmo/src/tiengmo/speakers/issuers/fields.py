from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PassphraseField(forms.CharField):
    """What opens a person's own key for one signature: used as it was typed, spaces included."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Mật khẩu ký của bạn"),
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
            strip=False,
            **options,
        )

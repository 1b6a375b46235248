from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse

from .models import Sound
from .queries import describe

if TYPE_CHECKING:
    from collections.abc import Mapping


def name_by_key(form: forms.BaseModelForm[Any], name: str = "sound") -> None:
    """Have a form name its sound by its key, which cannot be guessed, and not by its number."""
    field = form.fields.get(name)
    if isinstance(field, forms.ModelChoiceField):
        field.to_field_name = "key"
        chosen = getattr(form.instance, name, None)
        form.initial[name] = chosen.key if chosen is not None else None


class SoundWidget(forms.Widget):
    """Choose the sound of a text: record it here, upload it, or have it spoken.

    For a foreign key to Sound, in a form that calls `name_by_key`. text_field: the HTML id of the
    field whose text is spoken; language_field: the id of a field that says which language, else
    `language`.
    """

    template_name = "voices/widget.html"

    def __init__(
        self,
        attrs: Mapping[str, Any] | None = None,
        *,
        text_field: str = "id_script",
        language: str = "vi",
        language_field: str = "",
    ) -> None:
        super().__init__(dict(attrs or {}))
        self.text_field = text_field
        self.language = language
        self.language_field = language_field

    class Media:
        js = ["voices/recorder.js"]
        css = {"all": ["voices/recorder.css"]}

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, dict(attrs or {}))
        # A form sends the key back (`to_field_name`); a number comes from the row itself.
        if isinstance(value, int):
            value = Sound.objects.filter(pk=value).first()
        elif isinstance(value, str):
            value = Sound.objects.filter(key=value[:64]).first()
        sound = value if isinstance(value, Sound) else None
        context["widget"].update(
            {
                "sound": sound and describe(sound),
                "sound_id": sound.key if sound else "",
                "text_field": self.text_field,
                "language": self.language,
                "language_field": self.language_field,
                "speak_url": reverse("voices_staff:speak"),
                "record_url": reverse("voices_staff:record"),
                "voices_url": reverse("voices_staff:voices"),
            }
        )
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        del files
        return data.get(name) or None

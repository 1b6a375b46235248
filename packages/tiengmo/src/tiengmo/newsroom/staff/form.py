"""The editor's form: fields that judge in our words, and the order in which the work goes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.core.validators import MaxLengthValidator
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
)
from wagtail.admin.panels.base import get_form_for_model

from tiengmo.channels import registry
from tiengmo.newsroom import texts
from tiengmo.places.fields import AreasField
from tiengmo.voices.models import Sound
from tiengmo.voices.widgets import SoundWidget, name_by_key

from .panels import FormsPanel, ReachPanel

LONGEST_NUMBER = 19  # digits that every database takes

COUNTED = {
    "headline": texts.HEADLINE_CHARACTERS,
    "short_text": texts.SHORT_TEXT_CHARACTERS,
}


def channel_choices() -> list[tuple[str, str]]:
    return [(channel.code, str(channel.label)) for channel in registry.channels()]


def count_in_the_browser(form: forms.BaseForm) -> None:
    """Leave lengths to the model, which measures them composed, and to a counter beside the field.

    The browser's own `maxlength` would cut a pasted headline without a word.
    """
    for name, limit in COUNTED.items():
        field = form.fields.get(name)
        if not isinstance(field, forms.CharField):
            continue
        field.max_length = None
        field.validators = [v for v in field.validators if not isinstance(v, MaxLengthValidator)]
        field.widget.attrs.pop("maxlength", None)
        field.widget.attrs["data-count"] = str(limit)
        # "screens:90": shorter on this channel, once it is chosen.
        shorter = {
            channel.code: getattr(channel, "longest", {}).get(name)
            for channel in registry.channels()
        }
        if also := " ".join(f"{code}:{most}" for code, most in shorter.items() if most):
            field.widget.attrs["data-count-on"] = also


class EditionForm(WagtailAdminModelForm):
    """Another language: its sound widget speaks its own script in its own language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        count_in_the_browser(self)
        name_by_key(self)
        if "sound" in self.fields:
            self.fields["sound"].widget = SoundWidget(
                text_field=f"id_{self.prefix}-script", language_field=f"id_{self.prefix}-language"
            )


class EditionsPanel(InlinePanel):
    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        formset = options["formsets"][self.relation_name]
        child = self.child_edit_handler.get_form_options()
        formset["form"] = get_form_for_model(
            self.db_field.related_model,
            form_class=EditionForm,
            defer_required_on_fields=child.get("defer_required_on_fields", []),
        )
        return options


def _is_number_or_nothing(value: Any) -> bool:
    """Is this what Wagtail's chooser sends? Anything else would fail when it is shown again."""
    return not value or (str(value).isdecimal() and len(str(value)) < LONGEST_NUMBER)


class BulletinForm(WagtailAdminModelForm):
    audience = AreasField(required=False, label=_("Gửi tới đâu"))
    channels = forms.MultipleChoiceField(
        required=False,
        label=_("Qua kênh nào"),
        choices=channel_choices,
        widget=forms.CheckboxSelectMultiple,
    )
    recording_fits = forms.BooleanField(
        required=False,
        label=_("Bản thu vẫn đúng với lời đọc vừa sửa"),
        help_text=_("Chỉ đánh dấu sau khi đã nghe lại."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and not _is_number_or_nothing(self["picture"].data):
            raise BadRequest("picture: no picture")
        self._offer_categories()
        count_in_the_browser(self)
        name_by_key(self)
        sound = self.instance.sound if self.instance is not None else None
        if sound is None or sound.origin != Sound.Origin.RECORDING:
            # Only a recording can outlive the words it was made for.
            self.fields.pop("recording_fits", None)
        script = self.fields.get("script")
        if script is not None:
            script.widget.attrs["data-propose"] = reverse("newsroom_propose_script")

    def _offer_categories(self) -> None:
        """Those in use, and the one that this bulletin has even when it was set aside."""
        field = self.fields.get("category")
        if not isinstance(field, forms.ModelChoiceField) or field.queryset is None:
            return
        own = self.instance.category_id if self.instance is not None else None
        field.queryset = field.queryset.filter(Q(is_used=True) | Q(pk=own))
        field.empty_label = _("– chưa chọn –")

    def _post_clean(self) -> None:
        self.instance.recording_fits = self.cleaned_data.get("recording_fits", False)
        super()._post_clean()

    class Media:
        css = {"all": ["newsroom/newsroom.css"]}
        js = ["newsroom/editor.js"]


edit_handler = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("headline"),
                FieldRowPanel([FieldPanel("category"), FieldPanel("closes_on")]),
                FieldPanel("summary"),
                FieldPanel("body"),
                FieldRowPanel([FieldPanel("picture"), FieldPanel("picture_alt")]),
                FieldRowPanel([FieldPanel("picture_rights"), FieldPanel("picture_credit")]),
                FieldPanel("short_text"),
            ],
            heading=_("1. Viết"),
            classname="tm-step",
        ),
        MultiFieldPanel(
            [
                FieldPanel("script", classname="tm-script"),
                FieldPanel("sound", widget=SoundWidget(text_field="id_script")),
                FieldPanel("recording_fits"),
                EditionsPanel(
                    "editions",
                    heading=_("Bản tiếng khác"),
                    label=_("Bản tiếng khác"),
                    panels=[
                        FieldPanel("language"),
                        FieldPanel("headline"),
                        FieldPanel("script"),
                        FieldPanel("short_text"),
                        FieldPanel("sound"),
                    ],
                ),
            ],
            heading=_("2. Giọng đọc"),
            classname="tm-step",
        ),
        MultiFieldPanel(
            [FieldPanel("audience"), ReachPanel()],
            heading=_("3. Gửi tới đâu"),
            classname="tm-step",
        ),
        MultiFieldPanel(
            [
                FieldPanel("channels"),
                FieldPanel("priority", widget=forms.RadioSelect),
                FieldRowPanel([FieldPanel("release_at"), FieldPanel("window_end_at")]),
            ],
            heading=_("4. Kênh và thời gian"),
            classname="tm-step",
        ),
        MultiFieldPanel(
            [HelpPanel(template="newsroom/panels/preview_hint.html"), FormsPanel()],
            heading=_("5. Xem thử"),
            classname="tm-step",
        ),
    ],
    base_form_class=BulletinForm,
)

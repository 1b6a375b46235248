"""The hazards' texts in the villages' own languages, recorded in calm weather."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.alerts.actions import save_template_text
from tiengmo.alerts.models import Template, TemplateText
from tiengmo.alerts.queries import ISSUING_ROLES, holds_at_the_top

from .common import attempt, home_trail, page
from .languages import LANGUAGES

if TYPE_CHECKING:
    from django.http import HttpResponse

    from .common import StaffRequest


class TextForm(forms.ModelForm[TemplateText]):
    recording = forms.FileField(
        label=gettext_lazy("Bản thu âm (MP3, M4A, WAV, OGG …)"), required=False
    )
    all_clear_recording = forms.FileField(
        label=gettext_lazy("Bản thu lời báo an toàn"), required=False
    )

    class Meta:
        model = TemplateText
        fields = ("language", "headline", "description", "instruction", "all_clear")
        widgets = {
            "language": forms.Select(
                choices=[(code, name) for code, name in LANGUAGES.items() if code != "vi"]
            ),
            "description": forms.Textarea(attrs={"rows": 3}),
            "instruction": forms.Textarea(attrs={"rows": 3}),
            "all_clear": forms.Textarea(attrs={"rows": 3}),
        }

    def clean(self) -> dict[str, Any]:
        """A recorded all-clear has its words too: deaf people read them."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("all_clear_recording") and not cleaned.get("all_clear"):
            self.add_error("all_clear", _("Hãy ghi cả lời của bản thu báo an toàn."))
        return cleaned

    def in_order(self) -> list[forms.BoundField]:
        """Each recording stands below its words."""
        names = ["language", "headline", "description", "instruction", "recording"]
        return [self[name] for name in [*names, "all_clear", "all_clear_recording"]]


def templates(request: StaffRequest) -> HttpResponse:
    """Which hazard can be spoken in which language."""
    rows = Template.objects.prefetch_related("texts__sound")
    return page(
        request,
        "templates",
        title=_("Mẫu cảnh báo"),
        trail=home_trail(),
        may_write=holds_at_the_top(request.user, *ISSUING_ROLES),
        rows=[
            {
                "template": row,
                "texts": [
                    {"text": text, "language": LANGUAGES.get(text.language, text.language)}
                    for text in row.texts.all()
                ],
            }
            for row in rows
        ],
    )


def template(request: StaffRequest, pk: int) -> HttpResponse:
    """Add or replace one language of a hazard: its words and somebody's voice."""
    if not holds_at_the_top(request.user, *ISSUING_ROLES):
        denied: HttpResponse = permission_denied(request)
        return denied
    row = get_object_or_404(Template, pk=pk)
    language = request.POST.get("language") or request.GET.get("language") or ""
    text = row.texts.filter(language=language).first() or TemplateText(template=row)
    form = TextForm(
        request.POST or None, request.FILES or None, instance=text, initial={"language": language}
    )
    if request.method == "POST" and form.is_valid():
        saved = attempt(request, lambda: _save(form, request))
        if saved is not None:
            messages.success(request, _("Đã lưu. Cảnh báo thật sẽ kèm bản này ở nơi cần đến."))
            return redirect("alerts_templates")
    return page(
        request,
        "template",
        title=row.name,
        trail=home_trail(),
        form=form,
        template=row,
        text=text,
    )


def _save(form: Any, request: StaffRequest) -> TemplateText:
    return save_template_text(
        form.save(commit=False),
        by=request.user,
        recording=form.cleaned_data["recording"],
        all_clear_recording=form.cleaned_data["all_clear_recording"],
    )

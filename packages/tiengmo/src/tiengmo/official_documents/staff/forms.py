from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.official_documents import rules
from tiengmo.official_documents.actions.content import MOST_FILES, Enclosed
from tiengmo.official_documents.models import (
    DocumentField,
    DocumentFile,
    DocumentKind,
    OfficialDocument,
)
from tiengmo.official_documents.permissions import units_to_write_for
from tiengmo.official_documents.workflow import State
from tiengmo.people.lists import offered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

    from tiengmo.people.models import User

MOST_REPLACED = 30


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files; they are judged by content when they are saved."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        several = data if isinstance(data, list | tuple) else [data]
        found = [super(SeveralFilesField, self).clean(one, initial) for one in several if one]
        if len(found) > MOST_FILES:
            raise forms.ValidationError(_("Mỗi lần thêm nhiều nhất %(n)d tệp.") % {"n": MOST_FILES})
        return found


def _day(**attrs: str) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


class DocumentForm(forms.ModelForm[OfficialDocument]):
    """A document as it is entered; the same for a draft and for a correction."""

    replaces_numbers = forms.CharField(
        label=gettext_lazy("Thay thế văn bản"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Mỗi dòng một số, ký hiệu của văn bản đã có ở đây."),
    )
    new_files = SeveralFilesField(
        label=gettext_lazy("Thêm tệp"),
        required=False,
        allow_empty_file=True,  # the judging says in words which file is empty
        max_length=255,
        help_text=gettext_lazy("PDF, DOCX, XLSX hoặc ODT, không có macro; mỗi tệp đến 30 MB."),
    )
    removed = forms.ModelMultipleChoiceField(
        DocumentFile.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = OfficialDocument
        fields = (
            "unit", "kind", "number", "issued_on", "issuer", "abstract", "body", "field",
            "signer", "signer_title", "effective_on", "expires_on", "embargo_until",
        )  # fmt: skip
        widgets = {
            "issued_on": _day(),
            "effective_on": _day(),
            "expires_on": _day(),
            "embargo_until": forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
            "abstract": forms.Textarea(attrs={"rows": 3}),
            "body": forms.Textarea(attrs={"rows": 12}),
            "issuer": forms.TextInput(attrs={"list": "documents-issuers"}),
            "number": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        labels = {"unit": gettext_lazy("Đơn vị quản lý")}

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        document = self.instance
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = units_to_write_for(user)
        fields["kind"].queryset = offered(DocumentKind, document.kind_id)
        fields["field"].queryset = offered(DocumentField, document.field_id)
        if document.state != State.DRAFT:
            # The unit answers for what it published; a correction does not hand it to another.
            del self.fields["unit"]
        if document.pk is not None:
            fields["removed"].queryset = document.files.filter(removed_at=None)
            self.initial["version"] = document.version
            numbers = document.replaces.values_list("number", flat=True)
            self.initial["replaces_numbers"] = "\n".join(numbers)
        elif user.unit is not None:
            self.initial["unit"] = user.unit_id
            name = user.unit.name
            self.initial["issuer"] = f"UBND {name[:1].lower()}{name[1:]}"

    def clean_replaces_numbers(self) -> list[OfficialDocument]:
        lines = self.cleaned_data["replaces_numbers"].splitlines()
        wanted = list(dict.fromkeys(filter(None, map(rules.clean_number, lines))))
        if len(wanted) > MOST_REPLACED:
            raise forms.ValidationError(_("Nhiều nhất %(n)d văn bản.") % {"n": MOST_REPLACED})
        found = []
        for number in wanted:
            same = OfficialDocument.objects.exclude(pk=self.instance.pk).filter(number=number)
            one = same.order_by("-issued_on").first()
            if one is None:
                raise forms.ValidationError(
                    _("Không thấy văn bản số “%(number)s” ở đây.") % {"number": number}
                )
            found.append(one)
        return found

    def _post_clean(self) -> None:
        # Uniqueness and dates are the action's to judge, on cleaned texts and under its lock.
        self._validate_unique = False
        super()._post_clean()

    def validate_constraints(self) -> None:
        """Left to the action, which first cleans the number and the issuer."""

    def enclosed(self) -> Enclosed:
        cleaned = self.cleaned_data
        return Enclosed(
            files=cleaned["new_files"],
            removed=[file.pk for file in cleaned["removed"]],
            replaces=cleaned["replaces_numbers"],
        )

    def words(self) -> Sequence[forms.BoundField]:
        """The fields in order, without those that the template shows by itself."""
        apart = {"new_files", "removed", "version"}
        return [field for field in self if field.name not in apart]


class CorrectionForm(DocumentForm):
    reason = forms.CharField(
        label=gettext_lazy("Lý do đính chính"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Hiện cho người đọc cùng những chỗ đã sửa."),
        required=False,  # the action asks for it, in the words that fit
    )
    field_order = ["reason"]


class SearchForm(forms.Form):
    """What the list is narrowed by; nonsense narrows nothing."""

    tim = forms.CharField(label=gettext_lazy("Số hoặc trích yếu"), required=False, max_length=200)
    loai = forms.ModelChoiceField(
        DocumentKind.objects.all(), to_field_name="code", required=False,
        label=gettext_lazy("Loại"), empty_label=gettext_lazy("Mọi loại"),
    )  # fmt: skip
    linh_vuc = forms.ModelChoiceField(
        DocumentField.objects.all(), to_field_name="code", required=False,
        label=gettext_lazy("Lĩnh vực"), empty_label=gettext_lazy("Mọi lĩnh vực"),
    )  # fmt: skip
    trang_thai = forms.ChoiceField(
        choices=[("", gettext_lazy("Mọi trạng thái")), *State.choices],
        label=gettext_lazy("Trạng thái"),
        required=False,
    )

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from tiengmo.one_stop.actions.content import (
    MOST_COPIES,
    MOST_DONG,
    MOST_LINES,
    FeeWords,
    Form,
    PaperWords,
    UnfitFile,
    keep_form,
)
from tiengmo.one_stop.models import (
    Procedure,
    ProcedureField,
    ProcedureLevel,
    ProcedureVersion,
)
from tiengmo.one_stop.permissions import units_to_write_for
from tiengmo.people.lists import offered
from tiengmo.people.staff import number_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.people.models import User

# Empty lines below those that are there: a form without JavaScript cannot add one by itself.
EXTRA_LINES = 4


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ProcedureForm(forms.ModelForm[Procedure]):
    """What a new procedure has besides its first version."""

    class Meta:
        model = Procedure
        fields = ("unit", "code")
        labels = {"unit": gettext_lazy("Đơn vị quản lý")}

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = units_to_write_for(user)
        self.initial["unit"] = user.unit_id


class VersionForm(forms.ModelForm[ProcedureVersion]):
    online_url = forms.URLField(
        label=gettext_lazy("địa chỉ nộp trực tuyến"),
        required=False,
        max_length=400,
        assume_scheme="https",
    )
    saves = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ProcedureVersion
        fields = (
            "name", "field", "level", "agency", "valid_from", "who_may_apply", "steps",
            "deadline_amount", "deadline_unit", "deadline_note", "where_to_go", "when_to_go",
            "online_level", "online_url", "result", "legal_basis", "checked_on",
        )  # fmt: skip
        widgets = {
            "valid_from": _day(),
            "checked_on": _day(),
            "who_may_apply": _area(2),
            "steps": _area(8),
            "where_to_go": _area(2),
            "when_to_go": _area(2),
            "legal_basis": _area(3),
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        fields: dict[str, Any] = self.fields
        fields["field"].queryset = offered(ProcedureField, self.instance.field_id)
        fields["level"].queryset = offered(ProcedureLevel, self.instance.level_id)
        if self.instance.pk is None:
            self.initial["valid_from"] = timezone.localdate()
        else:
            self.initial["saves"] = self.instance.saves

    def words(self) -> Sequence[forms.BoundField]:
        return [field for field in self if field.name != "saves"]


class PaperForm(forms.Form):
    """One line of papers; a line without a name is left out."""

    name = forms.CharField(label=gettext_lazy("Giấy tờ"), max_length=500, required=False)
    originals = forms.IntegerField(
        label=gettext_lazy("Bản chính"), min_value=0, max_value=MOST_COPIES, required=False
    )
    copies = forms.IntegerField(
        label=gettext_lazy("Bản sao"), min_value=0, max_value=MOST_COPIES, required=False
    )
    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=500, required=False)
    file = forms.FileField(
        label=gettext_lazy("Tệp mẫu"), required=False, allow_empty_file=True, max_length=255
    )
    # The form that the line had already, named by the paper that holds it.
    kept = forms.IntegerField(widget=forms.HiddenInput, required=False)
    drop_file = forms.BooleanField(label=gettext_lazy("Bỏ tệp mẫu"), required=False)

    kept_form: Form | None = None

    def paper(self) -> PaperWords | None:
        """The line as an action takes it, its file judged; None for an empty line."""
        cleaned = self.cleaned_data
        if not cleaned.get("name"):
            return None
        form = None if cleaned["drop_file"] else self.kept_form
        if cleaned["file"] is not None:
            form = keep_form(cleaned["file"], cleaned["file"].name)
        return PaperWords(
            cleaned["name"],
            cleaned["originals"] or 0,
            cleaned["copies"] or 0,
            cleaned["note"],
            form,
        )


class FeeForm(forms.Form):
    """One line of fees; a line without a name is left out."""

    name = forms.CharField(label=gettext_lazy("Khoản thu"), max_length=300, required=False)
    amount_dong = forms.IntegerField(
        label=gettext_lazy("Số tiền (đồng), 0 là miễn phí"),
        min_value=0,
        max_value=MOST_DONG,
        required=False,
    )
    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=500, required=False)

    def fee(self) -> FeeWords | None:
        cleaned = self.cleaned_data
        if not cleaned.get("name"):
            return None
        return FeeWords(cleaned["name"], cleaned["amount_dong"], cleaned["note"])


_PaperLines = forms.formset_factory(
    PaperForm, extra=EXTRA_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES + EXTRA_LINES
)
_FeeLines = forms.formset_factory(
    FeeForm, extra=EXTRA_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES + EXTRA_LINES
)


class WholeForm:
    """The version with its papers and fees: one page, one press of the button."""

    def __init__(
        self,
        version: ProcedureVersion,
        *,
        data: Any = None,
        files: Any = None,
        procedure: ProcedureForm | None = None,
    ) -> None:
        stored = list(version.papers.all()) if version.pk else []
        papers = [
            {
                "name": one.name,
                "originals": one.originals,
                "copies": one.copies,
                "note": one.note,
                "kept": one.pk if one.sha256 else None,
            }
            for one in stored
        ]
        fees = [
            {"name": one.name, "amount_dong": one.amount_dong, "note": one.note}
            for one in (version.fees.all() if version.pk else [])
        ]
        self.procedure = procedure
        self.version = VersionForm(data, instance=version)
        self.papers = _PaperLines(data, files, prefix="papers", initial=papers)
        self.fees = _FeeLines(data, prefix="fees", initial=fees)
        self._forms_by_pk = {one.pk: Form.of(one) for one in stored}
        for line in self.papers.forms:
            line.kept_form = self._forms_by_pk.get(_number(line["kept"].value()))

    def is_valid(self) -> bool:
        """Check everything, so that every mistake is shown at once."""
        good = [self.version.is_valid(), self.papers.is_valid(), self.fees.is_valid()]
        if self.procedure is not None:
            good.append(self.procedure.is_valid())
        return all(good)

    def lines(self) -> tuple[list[PaperWords], list[FeeWords]] | None:
        """Papers and fees as an action takes them; None when a file is unfit, told beside it."""
        papers: list[PaperWords] = []
        is_good = True
        for line in self.papers.forms:
            try:
                paper = line.paper()
            except UnfitFile as error:
                line.add_error("file", str(error))
                is_good = False
                continue
            if paper is not None:
                papers.append(paper)
        fees = [fee for fee in (line.fee() for line in self.fees.forms) if fee is not None]
        return (papers, fees) if is_good else None


def _number(value: Any) -> int:
    text = str(value or "")
    return number_in(text) or 0


class SearchForm(forms.Form):
    """What the list is narrowed by; nonsense narrows nothing."""

    tim = forms.CharField(label=gettext_lazy("Mã hoặc tên"), required=False, max_length=200)
    linh_vuc = forms.ModelChoiceField(
        ProcedureField.objects.all(), to_field_name="code", required=False,
        label=gettext_lazy("Lĩnh vực"), empty_label=gettext_lazy("Mọi lĩnh vực"),
    )  # fmt: skip
    cap = forms.ModelChoiceField(
        ProcedureLevel.objects.all(), to_field_name="code", required=False,
        label=gettext_lazy("Cấp"), empty_label=gettext_lazy("Mọi cấp"),
    )  # fmt: skip
    trang_thai = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("Mọi trạng thái")),
            ("draft", gettext_lazy("có bản nháp")),
            ("old", gettext_lazy("chưa kiểm tra 6 tháng nay")),
            ("gone", gettext_lazy("đã gỡ hoặc bãi bỏ")),
        ],
        label=gettext_lazy("Trạng thái"),
        required=False,
    )


class AbolishForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Bãi bỏ từ ngày"), widget=_day())
    basis = forms.CharField(label=gettext_lazy("Căn cứ bãi bỏ"), max_length=400)

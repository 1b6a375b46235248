"""A text file from an office computer becomes a draft: whatever its encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from tiengmo.foundation.decoding import LIMIT_BYTES, UndecodableText, decode_text
from tiengmo.newsroom.actions import bulletin_from_text, edit_bulletin
from tiengmo.newsroom.permissions import unit_of_author

from .common import REFUSALS, denied, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.staff import StaffRequest
    from tiengmo.places.models import Unit


class TextFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Tệp văn bản (.txt)"),
        error_messages={"empty": gettext_lazy("Tệp trống, không có chữ nào.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,text/plain"}),
        help_text=gettext_lazy(
            "Dòng đầu là tiêu đề, các đoạn sau là bài viết. "
            "Đọc được tệp UTF-8, UTF-16, windows-1258 và TCVN3."
        ),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > LIMIT_BYTES:
            raise ValidationError(_("Tệp lớn quá 1 MB. Hãy chia thành nhiều bản tin."))
        try:
            decoded = decode_text(file.read())
        except UndecodableText as error:
            raise ValidationError(
                _("Không đọc được chữ trong tệp này. Hãy lưu lại thành tệp văn bản UTF-8.")
            ) from error
        return decoded.text


def import_text(request: StaffRequest) -> HttpResponse:
    unit = unit_of_author(request.user)
    if unit is None:
        return denied(request)
    form = TextFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        bulletin = _make(request, form, unit)
        if bulletin is not None:
            messages.success(request, _("Đã nhập bài từ tệp. Hãy đọc lại trước khi gửi duyệt."))
            return redirect("ban-tin:edit", bulletin.pk)
    return page(
        request,
        "newsroom/import_text.html",
        title=_("Nhập bài từ tệp"),
        icon="upload",
        form=form,
    )


def _make(request: StaffRequest, form: TextFileForm, unit: Unit) -> Bulletin | None:
    try:
        bulletin = bulletin_from_text(form.cleaned_data["file"], unit=unit, author=request.user)
        bulletin.audience = [unit.code]
        bulletin.channels = ["portal", "loudspeakers"]
        edit_bulletin(bulletin, by=request.user)
    except ValidationError as error:
        for message in error.messages:
            form.add_error("file", message)
    except REFUSALS as error:
        form.add_error("file", str(error))
    else:
        return bulletin
    return None

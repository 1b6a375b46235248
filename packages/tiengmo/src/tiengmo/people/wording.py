"""Words that Wagtail 8.0.1 shows and forgot to give to gettext: a catalogue cannot reach them."""

from django.utils.translation import gettext_lazy as _


def name_unnamed_fields() -> None:
    """Give the link choosers' fields the labels that Django would make of their English names."""
    from wagtail.admin.forms import choosers

    labels = {
        "link_text": _("Chữ của liên kết"),
        "email_address": _("Địa chỉ thư điện tử"),
        "subject": _("Chủ đề thư"),
        "body": _("Nội dung thư"),
        "phone_number": _("Số điện thoại"),
    }
    for form in (
        choosers.ExternalLinkChooserForm,
        choosers.AnchorLinkChooserForm,
        choosers.EmailLinkChooserForm,
        choosers.PhoneLinkChooserForm,
    ):
        for name, label in labels.items():
            if name in form.base_fields:
                form.base_fields[name].label = label

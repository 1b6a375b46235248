"""A plain Wagtail page, as a site built on Wagtail would show the same bulletin."""

from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class PlainPage(Page):
    """Headline and text, rendered by Wagtail's own serve view."""

    body = RichTextField()
    content_panels = [*Page.content_panels, FieldPanel("body")]
    template = "wagtail_page/plain_page.html"

"""Plain Wagtail pages, as a site built on Wagtail would show the same bulletins."""

from django.core.paginator import Paginator
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index


class PlainPage(Page):
    """Headline and text, rendered by Wagtail's own serve view."""

    body = RichTextField()
    content_panels = [*Page.content_panels, FieldPanel("body")]
    template = "wagtail_page/plain_page.html"
    search_fields = [*Page.search_fields, index.SearchField("body")]


class PlainHome(Page):
    """The thirteen newest articles; the list of all is below `?tat-ca=1`, twenty a page."""

    template = "wagtail_page/plain_home.html"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        articles = PlainPage.objects.child_of(self).live().order_by("-first_published_at")
        if "tat-ca" in request.GET:
            context["page_of"] = Paginator(articles, 20).get_page(request.GET.get("trang"))
            context["articles"] = context["page_of"]
        else:
            context["articles"] = articles[:13]
        return context

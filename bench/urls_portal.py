"""The plain Wagtail site beside the portal, with the search view that Wagtail's own start has."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.models import Page


def search(request):
    query = request.GET.get("query", "")
    results = Page.objects.live().search(query) if query else Page.objects.none()
    shown = Paginator(results, 10).get_page(request.GET.get("page"))
    context = {"search_query": query, "search_results": shown}
    return render(request, "wagtail_page/plain_search.html", context)


urlpatterns = [path("wagtail-search/", search), path("wagtail/", include(wagtail_urls))]

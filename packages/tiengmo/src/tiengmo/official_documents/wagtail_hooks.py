from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.models import User

from .permissions import works_here
from .staff import urls
from .staff.lists import DocumentFieldViewSet, DocumentKindViewSet


class DocumentsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and works_here(request.user)


@hooks.register("register_admin_menu_item")
def documents_menu_item() -> MenuItem:
    return DocumentsMenuItem(
        _("Văn bản"), reverse("documents_home"), name="van-ban", icon_name="doc-full", order=140
    )


@hooks.register("register_admin_urls")
def documents_urls() -> list[Any]:
    return [path("", include(urls))]


@hooks.register("register_admin_viewset")
def lists() -> list[Any]:
    return [DocumentKindViewSet(), DocumentFieldViewSet()]

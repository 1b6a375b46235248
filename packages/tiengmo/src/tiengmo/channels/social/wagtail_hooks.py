from django.http import HttpRequest
from django.urls import URLPattern, path, re_path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.queries import works_somewhere

from .staff import connections, posts, register


class SocialMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return works_somewhere(request.user)


@hooks.register("register_admin_menu_item")
def social_menu_item() -> MenuItem:
    return SocialMenuItem(
        "Facebook, Zalo",
        reverse("social_accounts"),
        name="trang-mang-xa-hoi",
        icon_name=register.ICON,
        order=319,
    )


@hooks.register("register_admin_urls")
def social_urls() -> list[URLPattern]:
    return [
        path("trang-mang/", register.accounts, name="social_accounts"),
        path("trang-mang/them/", register.account, name="social_account_add"),
        path("trang-mang/nhap/", register.import_table, name="social_import"),
        path("trang-mang/<int:pk>/", register.account, name="social_account"),
        path("trang-mang/bai/", posts.posts, name="social_posts"),
        path("trang-mang/bai/<uuid:pk>/<slug:verb>/", posts.settle, name="social_settle"),
        path("trang-mang/<int:pk>/ket-noi/", connections.connection, name="social_connection"),
        path("trang-mang/<int:pk>/thu/", connections.test, name="social_test"),
        path("trang-mang/mang/<slug:code>/", connections.network, name="social_network"),
        re_path(
            r"^trang-mang/(?P<pk>\d{1,18})/(?P<verb>xac-minh|ngung|dung-lai)/$",
            register.decide,
            name="social_decide",
        ),
    ]

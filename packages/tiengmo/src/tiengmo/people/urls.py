"""Before Wagtail's own addresses in config: the sign-in page here stands in for Wagtail's."""

from django.urls import path, re_path
from wagtail.admin.auth import require_admin_access

from .views import accounts, closed, recovery, second_factor, sign_in, sign_ins

urlpatterns = [
    path("login/", sign_in.SignInView.as_view(), name="wagtailadmin_login"),
    path("xac-thuc/", second_factor.show_factor, name="people_show_factor"),
    path("xac-thuc/dang-ky/", second_factor.enrol_factor, name="people_enrol_factor"),
    path("xac-thuc/ma-du-phong/", recovery.show_code, name="people_show_code"),
    path(
        "xac-thuc/thiet-bi/", require_admin_access(recovery.devices), name="people_factor_devices"
    ),
    path(
        "xac-thuc/thiet-bi/<int:pk>/bo/",
        require_admin_access(recovery.remove_device),
        name="people_remove_factor",
    ),
    path("noi-dang-nhap/", require_admin_access(sign_ins.places), name="people_sign_ins"),
    path(
        "dat-mat-khau/<uidb64>/<token>/",
        sign_in.SetPasswordView.as_view(),
        name="people_set_password",
    ),
    path("nhan-su/", require_admin_access(accounts.list_accounts), name="people_accounts"),
    path("nhan-su/them/", require_admin_access(accounts.open_new), name="people_open_account"),
    path("nhan-su/<int:pk>/", require_admin_access(accounts.show), name="people_account"),
    path(
        "nhan-su/<int:pk>/<slug:act>/",
        require_admin_access(accounts.act),
        name="people_account_act",
    ),
    re_path(r"^(?:users|groups)/", require_admin_access(closed.to_accounts), name="people_closed"),
    re_path(r"^bulk/(?:people|auth)/", require_admin_access(closed.to_accounts)),
    re_path(r"^(?:sites|locales|workflows)/", require_admin_access(closed.to_home)),
    # These name bulletins of every unit to whoever may write in one.
    re_path(r"^(?:bulk/newsroom|reports)/", require_admin_access(closed.to_home)),
]

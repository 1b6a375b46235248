"""Every address of the system. Apps' own urls are included here and nowhere else."""

from django.urls import include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from tiengmo.people.views import uploads

urlpatterns = [
    # The propagandists' phones: a page of its own, for which Wagtail's frame would weigh too much.
    path("quan-tri/so-tuyen-truyen/", include("tiengmo.outreach.sessions.phone.urls")),
    # Before Wagtail's: the sign-in page here stands in for Wagtail's own.
    path("quan-tri/", include("tiengmo.people.urls")),
    path("quan-tri/", include(wagtailadmin_urls)),
    path("tai-lieu/", include(wagtaildocs_urls)),
    path("", include("tiengmo.voices.urls")),
    # Pictures only: documents go through /tai-lieu/, which hands them over as downloads.
    re_path(
        r"^media/(?P<path>(?:images|original_images|avatar_images)/.+)$",
        uploads.picture,
        name="people_picture",
    ),
]

handler400 = "tiengmo.portal.refusals.bad_request"
handler403 = "tiengmo.portal.refusals.forbidden"
handler404 = "tiengmo.portal.frame.not_found"
handler500 = "tiengmo.portal.views.failed"

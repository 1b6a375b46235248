"""Alerts as citizens and other systems see them: a banner, a page, CAP 1.2 and its feeds.

Nothing of this is frozen: a page that says "leave now" must not outlive the danger, so copies are
asked about each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from django.utils.translation import gettext as _

from tiengmo.alerts.cap.signing import certificate_pem
from tiengmo.alerts.models import Alert, CapFile, Status
from tiengmo.alerts.queries import current_alerts, published_alerts, thread_of, touching
from tiengmo.alerts.workflow import State
from tiengmo.places.queries import unit_by_code
from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render
from tiengmo.portal.languages import LANGUAGE_NAMES
from tiengmo.portal.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from tiengmo.places.models import Unit

A_FEED = 50
CAP_TYPE = "application/cap+xml"
ASKED_EACH_TIME = "public, no-cache, stale-if-error=86400"

# Asked for every home page: whether there is anything at all costs microseconds.
_any_out = Prepared(
    lambda: (
        Alert.objects.filter(state=State.ISSUED)
        .exclude(status=Status.TEST)
        .order_by()
        .values_list("version")[:1]
    )
)


def _fresh(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a public view whose copies must be asked about each time."""
    public = public_page(view)

    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = public(request, *args, **kwargs)
        response["Cache-Control"] = ASKED_EACH_TIME
        return response

    return wrapped


def banner(unit: Unit | None = None) -> str:
    """What stands at the top of the home page or a commune's page now; "" as a rule."""
    if not _any_out.rows():
        return ""
    alerts = current_alerts()
    if unit is not None:
        alerts = touching(alerts, unit)
    return render_to_string("portal/_banner.html", {"alerts": alerts}) if alerts else ""


@_fresh
def on_now(request: HttpRequest) -> HttpResponse:
    """The banner alone, for pages that were opened before the alert went out."""
    code = request.GET.get("xa", "")
    unit = unit_by_code(code) if code else None
    return HttpResponse(banner(unit))


@_fresh
def alerts(_request: HttpRequest) -> HttpResponse:
    """What is in force, and what was."""

    now = timezone.now()
    rows = list(published_alerts()[:A_FEED])
    return render(
        "alerts",
        {
            "current": [row for row in rows if row.state == State.ISSUED and _is_on(row, now)],
            "past": [row for row in rows if row.state != State.ISSUED or not _is_on(row, now)],
        },
    )


def _is_on(row: Alert, now: Any) -> bool:
    return row.expires_at is not None and now < row.expires_at


@_fresh
def alert(request: HttpRequest, identifier: str) -> HttpResponse:
    """One alert in all its languages, and what has become of it."""

    found = published_alerts().filter(identifier=identifier).first()
    if found is None:
        return not_found(request)
    newer = Alert.objects.filter(replaces=found).exclude(sent_at=None).first()
    return render(
        "alert",
        {
            "alert": found,
            "infos": [
                (info, LANGUAGE_NAMES.get(info.language, info.language))
                for info in found.infos.all()
            ],
            "is_on": found.state == State.ISSUED and _is_on(found, timezone.now()),
            "newer": newer,
            "earlier": thread_of(found)[:-1],
        },
    )


@_fresh
def cap(request: HttpRequest, identifier: str) -> HttpResponse:
    """The CAP message as it went out; it never changes."""

    file = CapFile.objects.filter(alert__identifier=identifier).first()
    if file is None:
        return not_found(request)
    return HttpResponse(file.xml, content_type=f"{CAP_TYPE}; charset=utf-8")


@_fresh
def certificate(_request: HttpRequest) -> HttpResponse:
    """What others check the CAP messages' signatures with."""
    return HttpResponse(certificate_pem(), content_type="application/x-pem-file")


@_fresh
def atom(_request: HttpRequest) -> HttpResponse:
    return _feed(Atom1Feed, "cap.atom", "application/atom+xml")


@_fresh
def rss(_request: HttpRequest) -> HttpResponse:
    return _feed(Rss201rev2Feed, "cap.rss", "application/rss+xml")


def _feed(kind: type[Atom1Feed | Rss201rev2Feed], name: str, media_type: str) -> HttpResponse:
    """The newest fifty messages, each a CAP file at an address that stays."""
    base = settings.PUBLIC_URL
    place = queries.facts().name
    feed = kind(
        title=_("%(place)s – cảnh báo (CAP 1.2)") % {"place": place},
        link=f"{base}/canh-bao/",
        description=_("Cảnh báo khẩn cấp của %(place)s.") % {"place": place},
        language="vi",
        author_name=place,
        feed_url=f"{base}/canh-bao/{name}",
    )
    for row in published_alerts().exclude(cap=None)[:A_FEED]:
        address = f"{base}/canh-bao/cap/{row.identifier}.xml"
        feed.add_item(
            title=row.headline,
            link=address,
            description=row.area_text,
            unique_id=address,
            pubdate=row.sent_at,
            updateddate=row.sent_at,
            author_name=str(row.station),
            enclosures=[Enclosure(address, str(len(row.cap.xml.encode())), CAP_TYPE)],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=f"{media_type}; charset=utf-8")

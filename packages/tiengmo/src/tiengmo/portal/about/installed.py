"""The site as a program on a telephone: its description, and what works without a network."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static

from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import render

if TYPE_CHECKING:
    from django.http import HttpRequest

# Fetched when the program is installed; the pages are fetched anew each time they are read.
FILES = ("portal.css", "portal.js", "alerts.js", "offline.js", "mo.svg")
PAGES = ("/khan-cap/", "/canh-bao/", "/ngoai-mang/")


@public_page
def manifest(_request: HttpRequest) -> HttpResponse:
    name = queries.facts().name
    described = {
        "name": f"{name} – cổng thông tin",
        "short_name": name,
        "lang": "vi",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#fffdf8",
        "theme_color": "#1d2b53",
        "icons": [
            {"src": static("portal/mo-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("portal/mo-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": static("portal/mo-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
        "shortcuts": [
            {"name": "Số gọi khẩn cấp", "url": "/khan-cap/"},
            {"name": "Nghe đài", "url": "/nghe/"},
            {"name": "Thủ tục", "url": "/thu-tuc/"},
        ],
    }
    text = json.dumps(described, ensure_ascii=False)
    return HttpResponse(text, content_type="application/manifest+json; charset=utf-8")


@public_page
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker. Another version of any file makes another worker, and it fetches anew."""
    files = [static(f"portal/{name}") for name in FILES]
    version = hashlib.blake2b("\n".join(files).encode(), digest_size=6).hexdigest()
    text = render_to_string(
        "portal/about/worker.js",
        {"version": version, "kept": json.dumps([*files, *PAGES])},
    )
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@public_page
def offline(_request: HttpRequest) -> HttpResponse:
    """What a reader without a network sees instead of a page that was never read."""
    return render("about/offline", {})

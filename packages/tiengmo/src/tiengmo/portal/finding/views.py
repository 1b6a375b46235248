"""Search for people and for programs: parse the address, ask, render."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, get_resolver
from django.utils import timezone

from tiengmo.places.queries import unit_by_code
from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.finding.addresses import Search, read
from tiengmo.portal.frame import not_found, render
from tiengmo.search import kinds
from tiengmo.search.models import Shelf
from tiengmo.search.queries import COUNT_UP_TO, find, suggest

if TYPE_CHECKING:
    from tiengmo.search.queries import Found, Hit
    from tiengmo.search.ranking.facets import Facet

A_PAGE = 10
SUGGESTIONS = 8
NEWEST = 3
# Ways on from a page without results; those are shown that there are.
WAYS_ON = [
    ("/thu-tuc/", "Danh mục thủ tục hành chính"),
    ("/van-ban/", "Văn bản chỉ đạo, điều hành"),
    ("/danh-ba/", "Danh bạ cơ quan, điện thoại cần biết"),
    ("/hoi-dap/gui/", "Gửi câu hỏi cho chính quyền"),
    ("/tin/", "Tất cả bản tin"),
]


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """Find, and narrow by links. A page deeper than there is answers 404: no endless way in."""
    asked = read(request.GET)
    found = find(
        asked.q,
        kind=asked.kind,
        unit=asked.unit,
        category=asked.category,
        year=int(asked.year) if asked.year else None,
        page=asked.page,
        size=A_PAGE,
    )
    if asked.page not in range(1, found.pages + 1):
        return not_found(request)
    if request.GET.get("format") == "json":
        return _json(asked, found)
    is_empty = not found.hits
    return render(
        "finding/search",
        {
            "asked": asked,
            "found": found,
            "most": COUNT_UP_TO,
            "facets": _facets(asked, found),
            "kept": _kept(asked),
            "meant_address": asked.address(q=found.meant),
            "previous": asked.address(page=found.page - 1) if found.page > 1 else "",
            "next": asked.address(page=found.page + 1) if found.page < found.pages else "",
            "without_narrowing": Search(q=asked.q).address(),
            "ways_on": _ways_on() if is_empty else [],
            "newest": _newest() if is_empty else "",
            "suggestions": suggest(asked.q, SUGGESTIONS) if is_empty and asked.q else [],
        },
    )


@public_page
def suggestions(request: HttpRequest) -> HttpResponse:
    """Titles that go on from what was typed: as links, or as JSON for the field itself."""
    asked = read(request.GET)
    # An ending space says that the last word is whole.
    typed = asked.q + (" " if request.GET.get("q", "").endswith(" ") else "")
    found = suggest(typed, SUGGESTIONS)
    if request.GET.get("format") == "json":
        return _answer(
            {
                "query": asked.q,
                "suggestions": [
                    {"text": s.text, "url": s.url, "kind": s.kind, "kind_name": s.kind_name}
                    for s in found
                ],
            }
        )
    return render("finding/suggestions", {"asked": asked, "suggestions": found})


def _json(asked: Search, found: Found) -> HttpResponse:
    return _answer(
        {
            "query": asked.q,
            "total": found.total,
            "total_is_more": found.is_more,
            "page": found.page,
            "pages": found.pages,
            "next": asked.address(page=found.page + 1) + "&format=json"
            if found.page < found.pages
            else None,
            "did_you_mean": found.meant or None,
            "results": [_result(hit) for hit in found.hits],
            "facets": {
                name: [{"value": f.value, "name": f.name, "count": f.count} for f in values]
                for name, values in (
                    ("kind", found.facets.kinds),
                    ("unit", found.facets.units),
                    ("category", found.facets.categories),
                    ("year", found.facets.years),
                )
            },
        }
    )


def _result(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.ref,
        "url": hit.url,
        "title": hit.title,
        "kind": hit.kind,
        "unit": hit.unit_name,
        "unit_code": hit.unit_code,
        "category": hit.category,
        "number": hit.number,
        "date": timezone.localtime(hit.date).isoformat() if hit.date else None,
        "score": hit.score,
    }


def _answer(content: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False})
    response["X-Robots-Tag"] = "noindex"
    return response


def _facets(asked: Search, found: Found) -> list[dict[str, Any]]:
    """What one may narrow by: no facet that has but one value, none that was chosen."""
    facets: list[tuple[str, str, list[Facet]]] = [
        ("Loại", "kind", found.facets.kinds),
        ("Nơi phát hành", "unit", found.facets.units),
        ("Chuyên mục", "category", found.facets.categories),
        ("Năm", "year", found.facets.years),
    ]
    return [
        {
            "name": name,
            "values": [
                {"name": f.name, "count": f.count, "address": asked.address(**{field: f.value})}
                for f in values
            ],
        }
        for name, field, values in facets
        if len(values) > 1 and not getattr(asked, field)
    ]


def _kept(asked: Search) -> list[dict[str, str]]:
    """What was chosen: kept in the form's next question, and each with a link that takes it off."""
    names = {
        "kind": ("loai", kinds.name_of(asked.kind)),
        "unit": ("don-vi", _name_of_unit(asked.unit)),
        "category": ("chuyen-muc", _name_of_category(asked.category)),
        "year": ("nam", f"năm {asked.year}"),
    }
    return [
        {
            "parameter": parameter,
            "value": getattr(asked, field),
            "name": name,
            "address": asked.address(**{field: ""}),
        }
        for field, (parameter, name) in names.items()
        if getattr(asked, field)
    ]


def _name_of_unit(code: str) -> str:
    unit = unit_by_code(code) if code else None
    return unit.name if unit else code


def _name_of_category(code: str) -> str:
    shelf = Shelf.objects.filter(category=code).order_by("-pk").first() if code else None
    return (shelf.category_name if shelf else "") or code


def _ways_on() -> list[tuple[str, str]]:
    resolver = get_resolver("tiengmo.portal.urls")

    def is_there(address: str) -> bool:
        try:
            resolver.resolve(address)
        except Resolver404:
            return False
        return True

    return [(address, name) for address, name in WAYS_ON if is_there(address)]


def _newest() -> str:
    return "".join(queries.published().values_list("teaser", flat=True)[:NEWEST])

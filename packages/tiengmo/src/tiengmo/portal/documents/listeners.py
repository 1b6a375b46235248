"""What the portal does when a document's public page changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.portal.caching import purge

if TYPE_CHECKING:
    from tiengmo.official_documents.models import OfficialDocument


def on_public_page_changed(*, document: OfficialDocument, **_rest: Any) -> None:
    files = [file.address for file in document.files.all()]
    purge(
        "/",
        document.address,
        *files,
        "/van-ban/",
        "/van-ban/chien-luoc-ke-hoach/",
        "/van-ban/rss.xml",
        f"/van-ban/?loai={document.kind.code}",
    )


def connect() -> None:
    """Called once, from the portal's AppConfig."""
    from tiengmo.official_documents.events import public_page_changed
    from tiengmo.official_documents.preview import let_show

    from .views import preview

    public_page_changed.connect(on_public_page_changed, dispatch_uid="portal.documents")
    let_show(preview)

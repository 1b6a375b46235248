"""Take the pictures of these docs from a running demo, on a phone and at a desk.

Usage: bin/tiengmo demo, then .venv/bin/python docs/images/take_pictures.py [http://127.0.0.1:8000]
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
MOST_BYTES = 200_000
# Width, height, and how many points a pixel of a page has.
WINDOWS = ((360, 760, 2.0), (1280, 900, 1.0))
COMMUNE = "/xa/02701/"
# Of the demo only: stated on its first screen.
PASSWORD = "tieng-mo-demo"  # noqa: S105
DESK, PHONE = (1280, 900), (360, 760)
SEARCH = "/tim-kiem/?q=dang+ky+khia+sinh"
PROCEDURE = "/thu-tuc/BX-HT-01/"


def article(page: Page) -> str:
    """The newest bulletin that has a picture; the newest one where none has."""
    page.goto("/tin/")
    with_picture = page.locator(".items .item:has(img) .item__title a")
    found = with_picture if with_picture.count() else page.locator(".items .item__title a")
    return found.first.get_attribute("href") or "/tin/"


def take(browser: Browser, base: str) -> list[Path]:
    """Take each page at each width; give the files."""
    taken = []
    for width, height, scale in WINDOWS:
        context = browser.new_context(
            base_url=base,
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
            service_workers="block",
        )
        page = context.new_page()
        pages = {
            "home": "/",
            "article": article(page),
            "search": SEARCH,
            "procedure": PROCEDURE,
            "commune": COMMUNE,
        }
        for name, path in pages.items():
            answer = page.goto(path, wait_until="networkidle")
            if answer is None or not answer.ok:
                raise SystemExit(f"{path}: {answer and answer.status}")
            taken.append(_keep(page.screenshot(), HERE / f"portal-{name}-{width}.png"))
        context.close()
    return taken


def take_staff(browser: Browser, base: str) -> list[Path]:
    """The staff's pages of reach, of what is still out there, and the notebook on a phone."""
    page = _signed_in(browser, base, "duyet", DESK)
    taken = [_show(page, "/quan-tri/do-phu/", "leader")]
    # The demo's first bulletin is the one that went to every loudspeaker.
    first, gone = _id_of(page, "Rét đậm"), _id_of(page, "khám bệnh lưu động")
    taken.append(_show(page, f"/quan-tri/do-phu/{first}/thon/", "missed"))
    taken.append(_show(page, f"/quan-tri/kenh/thu-hoi/{gone}/", "still-out"))
    page.context.close()
    page = _signed_in(browser, base, "tuyentruyen", PHONE)
    taken.append(_show(page, "/quan-tri/so-tuyen-truyen/", "notebook", "#wrong li"))
    page.context.close()
    return taken


def _id_of(page: Page, title: str) -> str:
    page.goto("/quan-tri/phat-hanh/")
    link = page.get_by_role("link", name=title).first.get_attribute("href") or ""
    return link.rstrip("/").split("/")[-1]


def _signed_in(browser: Browser, base: str, username: str, window: tuple[int, int]) -> Page:
    context = browser.new_context(
        base_url=base,
        viewport={"width": window[0], "height": window[1]},
        device_scale_factor=2 if window == PHONE else 1,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        reduced_motion="reduce",
        service_workers="block",
    )
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto("/quan-tri/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(lambda url: "login" not in url)
    return page


def _show(page: Page, path: str, name: str, wait_for: str = "h1") -> Path:
    answer = page.goto(path, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise SystemExit(f"{path}: {answer and answer.status}")
    page.locator(wait_for).first.wait_for()
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    kept = HERE / f"{name}.webp"
    picture.save(kept, quality=70, method=6)
    return kept


def _keep(png: bytes, path: Path) -> Path:
    """Few colours are enough for a page, and make a small file."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64):
        picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return path
    raise SystemExit(f"{path.name} has {path.stat().st_size} bytes")


def main() -> None:
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for path in [*take_staff(browser, base), *take(browser, base)]:
            sys.stdout.write(f"{path.name} {path.stat().st_size}\n")
        browser.close()


if __name__ == "__main__":
    main()

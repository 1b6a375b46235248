"""What nginx refuses, and what it says when we are dead: pages from files, in Vietnamese."""

from __future__ import annotations

import http.client
import http.server
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("demos")]

REFUSALS = {
    "403": "Không được phép",
    "404": "Không có trang này",
    "410": "Nội dung này đã được gỡ",
    "413": "Dữ liệu quá lớn",
    "429": "Xin chậm lại một chút",
    "500": "Hệ thống đang gặp sự cố",
    "bao-tri": "Hệ thống đang được bảo trì",
}


def is_from_a_file(answer: httpx.Response, name: str) -> bool:
    """Our heading, whom to call, nothing kept, nothing that the page could fetch from elsewhere."""
    page = answer.text
    return (
        f'<h1 class="page-title">{REFUSALS[name]}</h1>' in page
        and 'href="tel:115"' in page
        and 'lang="vi"' in page
        and answer.headers["Cache-Control"] == "no-store"
        and "default-src 'none'" in answer.headers["Content-Security-Policy"]
    )


def test_there_is_a_file_for_each(town):
    folder = town.home / "nginx" / "loi"
    assert {one.stem for one in folder.iterdir()} == set(REFUSALS)
    for one in folder.iterdir():
        assert REFUSALS[one.stem] in one.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/static/portal/", 403), ("/rieng/", 403), ("/static/khong-co.css", 404), ("/cu/", 410)],
)
def test_what_nginx_refuses_by_itself(town, path, status):
    answer = town.get(path)
    assert answer.status_code == status
    assert is_from_a_file(answer, str(status))
    assert "Retry-After" not in answer.headers
    style = answer.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert town.get(style).status_code == 200


def test_nobody_opens_the_files_by_their_names(town):
    answer = town.get("/__loi/500.html")
    assert answer.status_code == 404
    assert is_from_a_file(answer, "404")


def test_too_much_at_once(town):
    line = http.client.HTTPConnection("127.0.0.1", town.ports["nginx"], timeout=20)
    line.putrequest("POST", "/tin/")
    line.putheader("Content-Length", str(10**9))
    line.endheaders()
    answer = line.getresponse()
    assert answer.status == 413
    assert REFUSALS["413"] in answer.read().decode()
    line.close()


def test_whoever_comes_too_often(town):
    source = "127.0.0.9"
    answers = [town.get("/rss.xml", source=source) for _ in range(12)]
    assert answers[0].status_code == 200
    refused = answers[-1]
    assert refused.status_code == 429
    assert is_from_a_file(refused, "429")
    assert refused.headers["Retry-After"] == "60"


def test_the_applications_own_words_come_through(town):
    answer = town.get("/tin/khong-co-bai-nay/")
    assert answer.status_code == 404
    assert "/thong-tin/so-do/" in answer.text, "the page with ways on, not the file"


class _Broken(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(500)
        self.end_headers()
        self.wfile.write(b"Internal Server Error")

    def log_message(self, *_arguments: object) -> None:
        """Nothing: a failing server is what is tried here."""


@pytest.fixture
def dead(town):
    """The application killed; and as it was, when the test is over."""
    town.kill("web")
    yield town
    town.start_web()
    town.wait_for_web()


def test_the_application_dead(dead):
    for path in ("/thong-tin/chua-ai-mo/", "/tim-kiem/?q=chua-ai-tim", "/quan-tri/", "/theo-doi/"):
        answer = dead.get(path)
        assert answer.status_code == 502, path
        assert is_from_a_file(answer, "bao-tri"), path
        assert answer.headers["Retry-After"] == "60"
    # What nginx answers by itself goes on.
    assert is_from_a_file(dead.get("/cu/"), "410")
    assert is_from_a_file(dead.get("/static/khong-co.css"), "404")


def test_the_application_broken(dead):
    """In place of the application something that cannot even say so."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", dead.ports["web"]), _Broken)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        for path in ("/chua-ai-mo-trang-nay/", "/tim-kiem/?q=hong", "/xa/90009/rss.xml"):
            answer = dead.get(path, source="127.0.0.8")
            assert answer.status_code == 500, path
            assert is_from_a_file(answer, "500"), path
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_styles_are_gone_too(town):
    """After an upgrade that is half done: the words are still there."""
    styles, aside = town.home / "static", town.home / "static-aside"
    assert styles.is_dir()
    shutil.move(styles, aside)
    try:
        assert is_from_a_file(town.get("/cu/"), "410")
    finally:
        shutil.move(aside, styles)

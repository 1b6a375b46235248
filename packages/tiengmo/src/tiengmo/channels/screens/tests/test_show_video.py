"""An office shows a short film: judged by what it holds, served in parts, gone when taken down."""

from datetime import timedelta
from io import BytesIO

import av
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tiengmo.channels.screens import rules, videos
from tiengmo.channels.screens.actions import end_slide, put_up_slide
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.channels.screens.models import Slide
from tiengmo.channels.screens.playlists import playlist_of
from tiengmo.channels.screens.tests.factories import let_in
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


def film(*, codec="libx264", container="mp4", seconds=2.0, size=(320, 180), pixels="yuv420p"):
    """A film whose every second has another colour."""
    written = BytesIO()
    with av.open(written, "w", format=container) as out:
        stream = out.add_stream(codec, rate=5)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.gop_size = 5
        for number in range(round(seconds * 5)):
            picture = np.full((size[1], size[0], 3), 20 + number % 200, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return written.getvalue()


@pytest.fixture(scope="module")
def mp4():
    return film()


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


def put_up(commune, content, **fields):
    today = timezone.localdate()
    return put_up_slide(
        **{
            "unit": commune, "by": UserFactory(approver=commune), "kind": "card",
            "title": "Phòng cháy", "text": "", "areas": [commune.code], "from_on": today,
            "until_on": today + timedelta(days=3), "picture_alt": "Bình chữa cháy",
            "video": videos.keep(BytesIO(content)),
        }
        | fields
    )  # fmt: skip


def test_a_screen_gets_the_film_its_length_and_a_still(client, commune, mp4):
    screen, _token = let_in(unit=commune)
    slide = put_up(commune, mp4)
    (item,) = playlist_of(screen)["items"]
    assert item["video"]["bytes"] == len(mp4)
    assert item["seconds"] == 5  # never shorter than a showing is
    assert client.get(item["picture"]["url"])["Content-Type"] == "image/webp"
    address = item["video"]["url"]
    whole = client.get(address)
    assert whole["Content-Type"] == "video/mp4"
    assert b"".join(whole.streaming_content) == mp4
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == mp4[10:20]
    assert part["Content-Range"] == f"bytes 10-19/{len(mp4)}"
    assert client.get(address, headers={"Range": "bytes=99999999-"}).status_code == 416
    assert client.post(address).status_code == 405
    end_slide(slide, by=UserFactory(approver=commune))
    assert client.get(address).status_code == 404
    assert client.get(item["picture"]["url"]).status_code == 404


def test_webm_is_as_good(commune):
    kept = videos.keep(BytesIO(film(codec="libvpx", container="webm")))
    assert kept.suffix == ".webm"
    assert 1_500 < kept.ms < 2_500


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"codec": "mpeg4"}, "MP4 (H.264)"),
        ({"codec": "libx264", "container": "matroska", "seconds": 2}, "MP4 (H.264)"),
        ({"pixels": "yuv444p"}, "MP4 (H.264)"),
        ({"seconds": 0.6}, "1 giây đến 2 phút"),
        ({"seconds": 121}, "1 giây đến 2 phút"),
        ({"size": (2048, 160)}, "1920"),
        ({"size": (64, 64)}, "1920"),
    ],
)
def test_what_televisions_do_not_play_is_refused(made, said):
    with pytest.raises(ScreenError, match=said.replace("(", r"\(").replace(")", r"\)")):
        videos.keep(BytesIO(film(**made)))


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, b"<html>", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"]
)
def test_what_is_no_film_is_refused(content):
    with pytest.raises(ScreenError):
        videos.keep(BytesIO(content))


def test_a_damaged_film_is_refused_or_still_has_its_picture(mp4):
    for cut in (100, len(mp4) // 2):
        with pytest.raises(ScreenError):
            videos.keep(BytesIO(mp4[:cut]))


def test_one_that_is_too_large_is_not_even_read(monkeypatch, mp4):
    monkeypatch.setattr(rules, "LARGEST_VIDEO", 1000)
    with pytest.raises(ScreenError, match="40 MB"):
        videos.keep(BytesIO(mp4))


def test_a_ticker_has_no_film_and_a_film_needs_words(commune, mp4):
    with pytest.raises(ScreenError, match="Dòng chữ chạy"):
        put_up(commune, mp4, kind="ticker", title="", text="Chữ")
    with pytest.raises(ScreenError, match="mô tả"):
        put_up(commune, mp4, picture_alt="")


def test_the_page_takes_a_film(client, commune, mp4):
    VillageFactory(unit=commune)
    sign_in(client, UserFactory(approver=commune))
    today = timezone.localdate().isoformat()
    address = "/quan-tri/man-hinh/trang/them/"

    def send(content, **fields):
        video = SimpleUploadedFile("phim.mp4", content, "video/mp4")
        return client.post(
            address,
            {
                "kind": "card", "unit": commune.pk, "title": "Phòng cháy", "areas": [commune.code],
                "from_on": today, "until_on": today, "seconds": "12", "video": video,
                "picture_alt": "Bình chữa cháy",
            }
            | fields,
        )  # fmt: skip

    page = send(b"x" * 500)
    assert "Không đọc được video" in page.content.decode()
    assert send(mp4).status_code == 302
    assert Slide.objects.get().video_ms == 2000
    assert "video" in client.get("/quan-tri/man-hinh/trang/").content.decode()

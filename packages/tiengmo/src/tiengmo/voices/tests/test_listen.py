"""Sound in parts: players ask for ranges, and get exactly those bytes."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.foundation import blobs
from tiengmo.voices import publicity
from tiengmo.voices.models import SoundFile
from tiengmo.voices.queries import public_url
from tiengmo.voices.web.ranges import Unsatisfiable, requested_range, serve_file

CONTENT = bytes(range(256)) * 600


@pytest.fixture
def standing(monkeypatch):
    """Say what the only decider says of every sound."""
    monkeypatch.setattr(publicity, "_deciders", [])

    def say(*standings):
        publicity._deciders[:] = [lambda _sha256, one=one: one for one in standings]

    say(publicity.Standing.PUBLIC)
    return say


@pytest.fixture
def address(db, standing):
    sha256 = blobs.put(CONTENT, ".mp3")
    file = SoundFile.objects.create(sha256=sha256, media_type="audio/mpeg", bytes=len(CONTENT))
    return public_url(file)


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_whole_sound(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert body(response) == CONTENT
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Content-Length"] == str(len(CONTENT))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert address.split("/")[-1].removesuffix(".mp3") in response["ETag"]


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-100", slice(-100, None)),
        ("bytes=70000-70000", slice(70000, 70001)),
        ("bytes=153500-999999", slice(153500, None)),
        ("bytes=-999999", slice(0, None)),
        ("Bytes= 5-6 ", slice(5, 7)),
    ],
)
def test_a_part_of_it(client, address, header, part):
    response = client.get(address, HTTP_RANGE=header)
    assert response.status_code == 206
    assert body(response) == CONTENT[part]
    first, last, _ = part.indices(len(CONTENT))
    assert response["Content-Range"] == f"bytes {first}-{last - 1}/{len(CONTENT)}"
    assert response["Content-Length"] == str(last - first)


@pytest.mark.parametrize("header", ["bytes=153600-", "bytes=999999-1000000", "bytes=-0"])
def test_a_part_behind_its_end(client, address, header):
    response = client.get(address, HTTP_RANGE=header)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert body(response) == b""


@pytest.mark.parametrize(
    "header", ["bytes=", "bytes=-", "bytes=9-5", "bytes=0-1,5-6", "items=0-5", "bytes=a-b", "0-5"]
)
def test_what_is_no_single_range_gets_the_whole(client, address, header):
    response = client.get(address, HTTP_RANGE=header)
    assert response.status_code == 200
    assert len(body(response)) == len(CONTENT)


def test_a_player_that_has_it_is_told_so(client, address):
    tag = client.get(address)["ETag"]
    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert client.get(address, HTTP_IF_NONE_MATCH=f'"x", W/{tag}').status_code == 304
    assert client.get(address, HTTP_IF_NONE_MATCH='"x"').status_code == 200


def test_a_part_of_another_version_is_not_mixed_in(client, address):
    tag = client.get(address)["ETag"]
    assert client.get(address, HTTP_RANGE="bytes=5-9", HTTP_IF_RANGE=tag).status_code == 206
    for other in ('"other"', f"W/{tag}", "Sat, 21 Nov 2026 00:00:00 GMT"):
        response = client.get(address, HTTP_RANGE="bytes=5-9", HTTP_IF_RANGE=other)
        assert response.status_code == 200


def test_head_says_how_long_it_is(client, address):
    response = client.head(address, HTTP_RANGE="bytes=0-9")
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(CONTENT))
    assert body(response) == b""
    assert client.post(address).status_code == 405


def test_what_nobody_published_is_not_there(client, address, standing):
    tag = client.get(address)["ETag"]
    standing()
    assert client.get(address).status_code == 404
    standing(None)
    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 404


def test_what_was_taken_back_is_gone_also_for_who_has_a_copy(client, address, standing):
    tag = client.get(address)["ETag"]
    standing(publicity.Standing.GONE, None)
    for headers in ({}, {"HTTP_IF_NONE_MATCH": tag}, {"HTTP_RANGE": "bytes=0-9"}):
        response = client.get(address, **headers)
        assert response.status_code == 410
        assert "gỡ" in response.content.decode()
        assert "immutable" not in response["Cache-Control"]


def test_what_another_still_publishes_stays(client, address, standing):
    standing(publicity.Standing.GONE, publicity.Standing.PUBLIC)
    assert client.get(address).status_code == 200


def test_only_rendered_sounds_are_public(client, db, standing):
    raw = blobs.put(b"RIFF a private recording", ".mp3")
    assert client.get(f"/am-thanh/{raw}.mp3").status_code == 404
    SoundFile.objects.create(sha256=raw, media_type="audio/wav", bytes=24)
    assert client.get(f"/am-thanh/{raw}.mp3").status_code == 404
    assert client.get(f"/am-thanh/{raw}.wav").status_code == 404
    assert client.get(f"/am-thanh/{'0' * 64}.mp3").status_code == 404
    assert client.get("/am-thanh/../../etc/passwd").status_code == 404


def test_a_file_lost_from_the_disk_is_not_found(client, address):
    blobs.path(address.split("/")[-1].removesuffix(".mp3"), ".mp3").unlink()
    assert client.get(address).status_code == 404


@given(size=st.integers(0, 50), header=st.from_regex(r"bytes=\d{0,3}-\d{0,3}", fullmatch=True))
def test_any_range_lies_inside_the_file(size, header):
    try:
        wanted = requested_range(header, size)
    except Unsatisfiable:
        return
    if wanted is not None:
        assert 0 <= wanted[0] <= wanted[1] < size


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_empty_file(tmp_path, method):
    path = tmp_path / "empty"
    path.touch()
    request = getattr(RequestFactory(), method)("/", HTTP_RANGE="bytes=0-")
    response = serve_file(request, path, media_type="x/y", etag="e", cache_control="no-store")
    assert response.status_code == (416 if method == "get" else 200)

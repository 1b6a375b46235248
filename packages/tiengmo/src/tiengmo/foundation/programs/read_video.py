"""Judges a video by what it holds and writes {"media_type": …, "ms": …} and a frame as JPEG.

    python -m tiengmo.foundation.programs.read_video FILE LONGEST_SECONDS LONGEST_SIDE

The first line is JSON, the rest the picture. Ends with 1 and one of FAULTS on stderr for a video
that televisions' browsers do not play everywhere: H.264 in MP4, VP8 or VP9 in WebM, eight bits a
colour. Its length is that of the frames that are there, not what its header says.
"""

import json
import sys
from io import BytesIO

import av
from av.error import FFmpegError

FAULTS = ("unreadable", "kind", "size", "length")
# The container as FFmpeg names it → media type, and what may be in it.
KINDS = {
    "mov,mp4,m4a,3gp,3g2,mj2": ("video/mp4", {"h264"}),
    "matroska,webm": ("video/webm", {"vp8", "vp9"}),
}
PIXELS = {"yuv420p", "yuvj420p"}
SHORTEST_SECONDS = 1.0
SHORTEST_SIDE = 160
QUALITY = 80


class Unfit(Exception):
    """args: one of FAULTS."""


def main() -> int:
    path, longest_seconds, longest_side = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    try:
        found, picture = judge(path, longest_seconds, longest_side)
    except Unfit as error:
        sys.stderr.write(str(error))
        return 1
    except (FFmpegError, ValueError, OverflowError, ArithmeticError):
        sys.stderr.write("unreadable")
        return 1
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + picture)
    return 0


def judge(path: str, longest_seconds: float, longest_side: int) -> tuple[dict[str, object], bytes]:
    with av.open(path, options={"protocol_whitelist": "file"}) as container:
        media_type, codecs = KINDS.get(container.format.name, ("", set()))
        videos = container.streams.video
        if not media_type or len(videos) != 1 or videos[0].codec_context.name not in codecs:
            raise Unfit("kind")
        stream = videos[0]
        context = stream.codec_context
        if context.pix_fmt not in PIXELS:
            raise Unfit("kind")
        sides = (context.width, context.height)
        if max(sides) > longest_side or min(sides) < SHORTEST_SIDE:
            raise Unfit("size")
        seconds = _seconds(container, stream, longest_seconds)
    return {"media_type": media_type, "ms": round(seconds * 1000)}, _frame(path, seconds)


def _seconds(
    container: "av.container.InputContainer",
    stream: "av.video.stream.VideoStream",
    longest_seconds: float,
) -> float:
    first = last = None
    step = 0.0
    for packet in container.demux(stream):
        if packet.pts is None or packet.time_base is None:
            continue
        at = float(packet.pts * packet.time_base)
        step = float((packet.duration or 0) * packet.time_base) or step
        first = at if first is None else min(first, at)
        last = at if last is None else max(last, at)
        if last - first > longest_seconds:
            raise Unfit("length")
    if first is None or last is None:
        raise Unfit("unreadable")
    seconds = last - first + step
    if not SHORTEST_SECONDS <= seconds <= longest_seconds:
        raise Unfit("length")
    return seconds


def _frame(path: str, seconds: float) -> bytes:
    """A frame from the first third: films begin in black. Every key frame must be whole."""
    wanted, best = seconds / 3, None
    with av.open(path, options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.skip_frame = "NONKEY"
        for frame in container.decode(stream):
            if best is None or (frame.time or 0.0) <= wanted:
                best = frame
    if best is None:
        raise Unfit("unreadable")
    written = BytesIO()
    best.to_image().save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main())

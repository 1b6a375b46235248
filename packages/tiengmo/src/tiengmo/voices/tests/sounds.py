"""Sounds made for the tests, and a second opinion on loudness: FFmpeg's own meter."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 48_000


def voice_like(seconds, *, seed=1, level=0.2, rate=RATE):
    """Syllables: bursts of coloured noise, four a second, with short pauses."""
    generator = np.random.default_rng(seed)
    count = round(seconds * rate)
    noise = generator.standard_normal(count)
    time = np.arange(count) / rate
    tone = np.sin(2 * np.pi * 180 * time) + 0.5 * np.sin(2 * np.pi * 540 * time)
    envelope = np.clip(np.sin(2 * np.pi * 4 * time), 0, None) ** 0.5
    content = (tone + 0.2 * noise) * envelope
    return (content / np.abs(content).max() * level).astype(np.float32)


def write(path, content, *, codec, container, rate=RATE, layout="mono", bits=64_000):
    """Encode a sound (mono samples) into a file of this kind."""
    channels = 2 if layout == "stereo" else 1
    with av.open(str(path), "w", format=container) as out:
        # FFmpeg's own Vorbis encoder calls itself experimental.
        stream = out.add_stream(codec, rate=rate, layout=layout, options={"strict": "-2"})
        if not codec.startswith("pcm"):
            stream.bit_rate = bits
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for start in range(0, len(content), rate):
            piece = content[start : start + rate]
            frame = av.AudioFrame.from_ndarray(
                np.repeat(piece[None, :], channels, axis=0), format="fltp", layout=layout
            )
            frame.sample_rate, frame.pts = rate, start
            frame.time_base = Fraction(1, rate)
            for part in resampler.resample(frame):
                out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return Path(path)


def write_video(path, seconds=2):
    """A small film with sound in it, in an MP4 whatever the name says."""
    with av.open(str(path), "w", format="mp4") as out:
        picture = out.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        sound = out.add_stream("aac", rate=RATE, layout="mono")
        for number in range(seconds * 10):
            shade = np.full((64, 64, 3), number * 5 % 255, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(shade, format="rgb24")
            frame.pts = number
            frame.time_base = Fraction(1, 10)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        content = voice_like(seconds)
        frame = av.AudioFrame.from_ndarray(content[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    return Path(path)


def decode(path):
    """Give a file's samples, mono at 48 kHz, without any code of ours."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    pieces = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            pieces.extend(part.to_ndarray()[0] for part in resampler.resample(frame))
        pieces.extend(part.to_ndarray()[0] for part in resampler.resample(None))
    return np.concatenate(pieces)


def ffmpeg_says(content):
    """Give (LUFS, dBTP) of mono samples at 48 kHz as FFmpeg's ebur128 filter measures them.

    The second figure comes from FFmpeg's own resampler at 192 kHz.
    """
    graph = av.filter.Graph()
    nodes = [
        graph.add_abuffer(
            sample_rate=RATE, format="fltp", layout="mono", time_base=Fraction(1, RATE)
        ),
        graph.add("ebur128", "peak=true:metadata=1"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    loudness, peak = None, 0.0
    position = 0
    for start in [*range(0, len(content), RATE), None]:
        if start is None:
            graph.push(None)
        else:
            piece = np.ascontiguousarray(content[None, start : start + RATE])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = RATE, position
            frame.time_base = Fraction(1, RATE)
            position += piece.shape[1]
            graph.push(frame)
        while True:
            try:
                out = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            # The last frame is a rest shorter than 100 ms and carries no figures.
            if "lavfi.r128.I" in out.metadata:
                loudness = float(out.metadata["lavfi.r128.I"])
                peak = max(peak, float(out.metadata["lavfi.r128.true_peak"]))
    return loudness, 20 * np.log10(max(peak, 1e-9))

"""Archives of programs, as the builder of the box's package makes them."""

import io
import json
import lzma
import tarfile


def archive(folder, version="0.2.0", arch="arm64", *, without=(), extra=()):
    path = folder / f"{version}-{arch}.tar.xz"
    described = {"version": version, "architecture": arch, "python": "3.11"}
    files = {
        "speaker-agent.json": json.dumps(described).encode(),
        "speaker_agent/cli.py": b"main = print\n",
    }
    with (
        lzma.open(path, "wb") as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in files.items():
            if name not in without:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        for member in extra:
            tar.addfile(member)
    return path

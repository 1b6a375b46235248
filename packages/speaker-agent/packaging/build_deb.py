"""Build speaker-agent_VERSION_ARCH.deb and the same program as an update, for amd64 or arm64.

The package is for a box that is put up, the archive (.tar.xz) for boxes that run already
(docs/decisions/0014). Either is made on a machine of either kind.

Nothing is compiled and nothing of the target is run: the wheels that `requirements/agent.txt` locks
by hash are fetched for the target's platform and unpacked beside our own two packages. The same
inputs give the same bytes (SOURCE_DATE_EPOCH).

    python packages/speaker-agent/packaging/build_deb.py --arch arm64 --into dist
"""

import argparse
import json
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FILES = HERE / "files"
LOCK = ROOT / "requirements" / "agent.txt"
LIBRARIES = "usr/lib/speaker-agent"
# The part that no update changes: it stands alone.
LAUNCHER = "usr/lib/speaker-agent-launcher"
UPDATES = "speaker_agent/maintenance/updates"
DESCRIPTION = "speaker-agent.json"
# Debian 12's Python; wheels with compiled parts are made for one minor version.
PYTHON = (3, 11)
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
# What Debian 12's libc can load, newest first.
TAGS = ("manylinux_2_36", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
# Fixed where the caller names no instant, so that two builds of one commit are one file.
DEFAULT_EPOCH = "1767225600"


def version() -> str:
    """The agent's own."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())
    return str(project["project"]["version"])


def fetch_wheels(arch: str, into: Path) -> None:
    """Fetch the locked wheels for the target; pip refuses what has another hash."""
    platforms = [f"--platform={tag}_{MACHINES[arch]}" for tag in TAGS]
    subprocess.run(  # noqa: S603 - our own fixed command
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp"),
            f"--python-version={PYTHON[0]}.{PYTHON[1]}",
            *platforms,
            *("--requirement", str(LOCK), "--dest", str(into)),
        ],
        check=True,
    )


def lay_out(tree: Path, wheels: Path, arch: str, epoch: int) -> None:
    """Put everything where it stands on the box."""
    libraries = tree / LIBRARIES
    libraries.mkdir(parents=True)
    found = sorted(wheels.glob("*.whl"))
    if not found:
        raise SystemExit(f"no wheels in {wheels}")
    for wheel in found:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(libraries)  # noqa: S202 - locked by hash
    _place_data(libraries)
    # Other people's tests are a quarter of the package, and nobody runs them on a box.
    for tests in [*libraries.glob("numpy/**/tests"), *libraries.glob("av/**/tests")]:
        shutil.rmtree(tests, ignore_errors=True)
    for name in ("speaker-agent", "speaker-link"):
        package = name.replace("-", "_")
        source = ROOT / "packages" / name
        shutil.copytree(
            source / "src" / package,
            libraries / package,
            ignore=shutil.ignore_patterns("__pycache__", "specimens.py"),
        )
        _describe(libraries, name, source)
    # What a box without the time knows to have passed.
    (libraries / "speaker_agent" / "made-at").write_text(f"{epoch}\n")
    shutil.copy(ROOT / "LICENSE", _made(tree / "usr/share/doc/speaker-agent") / "copyright")
    for name in ("launcher.py", "slots.py"):
        _install(libraries / UPDATES / name, tree / LAUNCHER / name)
    _install(FILES / "speaker-agent", tree / "usr/bin/speaker-agent", 0o755)
    _install(FILES / "speaker-agent.service", tree / "lib/systemd/system/speaker-agent.service")
    _install(FILES / "speaker-agent.default", tree / "etc/default/speaker-agent", 0o640)
    _control(tree, arch)


def _place_data(libraries: Path) -> None:
    """A wheel's `.data/purelib` and `platlib` belong beside its packages; its scripts do not."""
    for data in libraries.glob("*.data"):
        for kind in ("purelib", "platlib"):
            if (data / kind).is_dir():
                shutil.copytree(data / kind, libraries, dirs_exist_ok=True)
        shutil.rmtree(data)


def _describe(libraries: Path, name: str, source: Path) -> None:
    """The metadata that `importlib.metadata.version` reads."""
    project = tomllib.loads((source / "pyproject.toml").read_text())["project"]
    folder = _made(libraries / f"{name.replace('-', '_')}-{project['version']}.dist-info")
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {project['version']}\n"
    )


def _control(tree: Path, arch: str) -> None:
    control = _made(tree / "DEBIAN")
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) // 1024
    nxt = f"{PYTHON[0]}.{PYTHON[1] + 1}"
    (control / "control").write_text(
        "Package: speaker-agent\n"
        f"Version: {version()}\n"
        f"Architecture: {arch}\n"
        "Maintainer: Tiếng Mõ\n"
        "Section: sound\n"
        "Priority: optional\n"
        f"Installed-Size: {size}\n"
        f"Depends: python3 (>= {PYTHON[0]}.{PYTHON[1]}), python3 (<< {nxt}), adduser, libasound2\n"
        "Recommends: alsa-utils\n"
        "Description: loudspeaker box of the Tiếng Mõ grassroots information system\n"
        " Fetches announcements ahead of time, verifies who signed them, plays them at\n"
        " their instant and proves what came out.\n",
        encoding="utf-8",
    )
    (control / "conffiles").write_text("/etc/default/speaker-agent\n")
    for script in ("postinst", "prerm", "postrm"):
        _install(FILES / script, control / script, 0o755)


def pack_update(libraries: Path, target: Path, *, version: str, arch: str, epoch: int) -> Path:
    """The program as boxes install it by themselves: plain files, in one order, of one date."""
    description = {
        "version": version,
        "architecture": arch,
        "python": f"{PYTHON[0]}.{PYTHON[1]}",
    }
    (libraries / DESCRIPTION).write_text(json.dumps(description) + "\n")
    with (
        lzma.open(target, "wb", preset=6) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for path in sorted(libraries.rglob("*")):
            if path.is_dir() or "__pycache__" in path.parts:
                continue
            member = tarfile.TarInfo(path.relative_to(libraries).as_posix())
            member.size, member.mtime, member.mode = path.stat().st_size, epoch, 0o644
            with path.open("rb") as file:
                tar.addfile(member, file)
    return target


def _install(source: Path, target: Path, mode: int = 0o644) -> None:
    _made(target.parent)
    shutil.copyfile(source, target)
    target.chmod(mode)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def build(arch: str, into: Path, *, wheels: Path | None = None) -> Path:
    """Build one package; `wheels` is a folder of wheels that are here already."""
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"speaker-agent_{version()}_{arch}.deb"
    epoch = int(os.environ.setdefault("SOURCE_DATE_EPOCH", DEFAULT_EPOCH))
    with tempfile.TemporaryDirectory() as temporary:
        if wheels is None:
            wheels = _made(Path(temporary) / "wheels")
            fetch_wheels(arch, wheels)
        tree = Path(temporary) / "tree"
        lay_out(tree, wheels, arch, epoch)
        for path in [tree, *sorted(tree.rglob("*"))]:
            if path.is_dir():
                path.chmod(0o755)
            os.utime(path, (epoch, epoch))
        subprocess.run(  # noqa: S603 - our own fixed command
            ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(tree), str(target)],  # noqa: S607
            check=True,
            stdout=subprocess.DEVNULL,
        )
        pack_update(
            tree / LIBRARIES,
            into / f"speaker-agent_{version()}_{arch}.tar.xz",
            version=version(),
            arch=arch,
            epoch=epoch,
        )
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arch", choices=sorted(MACHINES), action="append")
    parser.add_argument("--into", type=Path, default=Path("dist"))
    parser.add_argument("--wheels", type=Path, help="folder of wheels; default: fetch them")
    options = parser.parse_args()
    for arch in options.arch or sorted(MACHINES):
        made = build(arch, options.into, wheels=options.wheels)
        for path in (made, made.with_suffix(".tar.xz")):
            print(f"{path} {path.stat().st_size / 1e6:.1f} MB")  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()

"""The Debian package: everything in its place, the same bytes each time, for either kind of box."""

import importlib.util
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from speaker_agent.maintenance.updates.archive import unpack

PACKAGING = Path(__file__).parents[1] / "packaging"

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")


@pytest.fixture(scope="module")
def builder():
    specification = importlib.util.spec_from_file_location("build_deb", PACKAGING / "build_deb.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def wheels(tmp_path):
    """A wheel as registries have them, small enough to pack twice."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "leaf-1.0-cp311-cp311-manylinux_2_28_aarch64.whl", "w") as file:
        file.writestr("leaf/__init__.py", "GREEN = True\n")
        file.writestr("leaf-1.0.data/platlib/leaf/beside.py", "")
        file.writestr("leaf-1.0.data/scripts/leaf", "#!python\n")
        file.writestr("leaf-1.0.dist-info/METADATA", "Name: leaf\n")
    return folder


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("arch", ["amd64", "arm64"])
def test_everything_is_in_its_place(builder, wheels, tmp_path, arch):
    made = builder.build(arch, tmp_path / "out", wheels=wheels)
    assert said("dpkg-deb", "-f", str(made), "Architecture").strip() == arch
    assert "python3 (>= 3.11), python3 (<< 3.12)" in said("dpkg-deb", "-f", str(made), "Depends")
    tree = tmp_path / "tree"
    said("dpkg-deb", "-R", str(made), str(tree))
    libraries = tree / "usr/lib/speaker-agent"
    assert {"leaf", "speaker_agent", "speaker_link"} <= {p.name for p in libraries.iterdir()}
    assert (libraries / "leaf/beside.py").exists()
    assert int((libraries / "speaker_agent/made-at").read_text()) == int(builder.DEFAULT_EPOCH)
    assert not list(libraries.glob("*.data"))
    assert not list(libraries.rglob("__pycache__"))
    assert (tree / "usr/bin/speaker-agent").stat().st_mode & 0o111
    assert "WatchdogSec=" in (tree / "lib/systemd/system/speaker-agent.service").read_text()
    assert (tree / "DEBIAN/conffiles").read_text() == "/etc/default/speaker-agent\n"
    launcher = tree / "usr/lib/speaker-agent-launcher"
    assert {p.name for p in launcher.iterdir()} == {"launcher.py", "slots.py"}
    assert said(sys.executable, "-sE", str(launcher / "launcher.py"), "--help")
    for script in ("postinst", "prerm", "postrm"):
        said("sh", "-n", str(tree / "DEBIAN" / script))
    said("sh", "-n", str(tree / "usr/bin/speaker-agent"))
    said("sh", "-c", f". {tree}/etc/default/speaker-agent")


def test_two_builds_are_one_file(builder, wheels, tmp_path):
    first, second = (builder.build("arm64", tmp_path / n, wheels=wheels) for n in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    updates = [path.with_suffix(".tar.xz").read_bytes() for path in (first, second)]
    assert updates[0] == updates[1]


def test_the_update_is_what_boxes_unpack(builder, wheels, tmp_path):
    made = builder.build("arm64", tmp_path / "out", wheels=wheels).with_suffix(".tar.xz")
    with tarfile.open(made) as tar:
        size = sum(member.size for member in tar)
    unpack(made, tmp_path / "program", unpacked_bytes=size)
    described = json.loads((tmp_path / "program" / "speaker-agent.json").read_text())
    assert described == {"version": builder.version(), "architecture": "arm64", "python": "3.11"}
    assert (tmp_path / "program/speaker_agent/cli.py").is_file()
    assert (tmp_path / "program/leaf/__init__.py").is_file()


def test_nothing_is_built_of_nothing(builder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="no wheels"):
        builder.build("amd64", tmp_path / "out", wheels=tmp_path / "empty")

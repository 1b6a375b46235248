"""Programs for a real box: the one of this checkout under other numbers, whole or really broken."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGING = ROOT / "packages/speaker-agent/packaging"
# What is wrong with a program: file, what stands there, what stands there instead.
FAULTS = {
    "crashes": (
        "speaker_agent/cli.py",
        "def _run(options: argparse.Namespace) -> int:\n",
        "def _run(options: argparse.Namespace) -> int:\n    raise RuntimeError(options)\n",
    ),
    "never connects": (
        "speaker_agent/connection.py",
        "    context = tls_context(broker)\n",
        "    await asyncio.Event().wait()\n    context = tls_context(broker)\n",
    ),
    "cannot be started": ("speaker_agent/box.py", "import asyncio\n", "import asyncio, no_such\n"),
}


def builder():
    specification = importlib.util.spec_from_file_location("build_deb", PACKAGING / "build_deb.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def lay_out(folder, version):
    for name in ("speaker-agent", "speaker-link"):
        package = name.replace("-", "_")
        shutil.copytree(
            ROOT / "packages" / name / "src" / package,
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    described = folder / f"speaker_agent-{version}.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: speaker-agent\nVersion: {version}\n"
    )
    return folder


def archive(target, version, *, fault="", arch=None):
    """An archive as the builder makes it; libraries are this interpreter's own."""
    from speaker_agent.maintenance.updates.install import architecture

    with tempfile.TemporaryDirectory() as temporary:
        folder = lay_out(Path(temporary), version)
        if fault:
            name, good, bad = FAULTS[fault]
            text = (folder / name).read_text()
            assert good in text, f"{name} has changed: {good!r} is gone"
            (folder / name).write_text(text.replace(good, bad, 1))
        return builder().pack_update(
            folder, target, version=version, arch=arch or architecture(), epoch=1767225600
        )


class RealBox:
    """An enrolled box under its launcher, in processes of its own."""

    def __init__(self, folder, *, confirm_seconds):
        self.folder = folder
        self.state = folder / "state"
        self.base = self.state / "versions"
        self.packaged = lay_out(folder / "packaged", "0.1.0")
        self.launcher = folder / "launcher"
        self.launcher.mkdir()
        source = self.packaged / "speaker_agent/maintenance/updates"
        for name in ("launcher.py", "slots.py"):
            shutil.copy(source / name, self.launcher / name)
        self.environment = os.environ | {
            "SPEAKER_AGENT_CONFIRM_SECONDS": str(confirm_seconds),
            "SPEAKER_AGENT_STATE": str(self.state),
        }
        self.process = None

    def enrol(self, gateway, code):
        subprocess.run(
            [
                *(sys.executable, "-m", "speaker_agent", "enrol", "--gateway", gateway),
                *("--code", code, "--state", str(self.state)),
            ],
            check=True,
        )
        return json.loads((self.state / "config.json").read_text())["serial"]

    def start(self):
        self.log = (self.folder / "box.log").open("ab")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-sE", str(self.launcher / "launcher.py")),
                *("--packaged", str(self.packaged), "--base", str(self.base)),
                *("--", "--verbose", "run", "--output", "wav", "--state", str(self.state)),
            ],
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def kill(self):
        """The power is off."""
        os.killpg(self.process.pid, 9)
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait(90) == 0

    def said(self):
        return (self.folder / "box.log").read_text()

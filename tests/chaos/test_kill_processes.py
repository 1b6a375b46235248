"""The short chaos run of every change: each process killed once in a small hour."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .station import VICTIMS

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("demos")]

ROOT = Path(__file__).resolve().parents[2]


def test_each_process_killed_once_costs_no_sound_and_no_report(tmp_path):
    figures = tmp_path / "figures.json"
    # A process of its own: the people of the hour work with the running station's settings.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.chaos.run", "--short", "--kills", str(len(VICTIMS))),
            *("--seed", "7", "--boxes", "4", "--json", str(figures)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
        check=False,
    )
    print(done.stdout)
    assert figures.exists(), done.stdout
    result = json.loads(figures.read_text())
    assert result["kills"] == len(VICTIMS)
    assert {row["victim"] for row in result["rows"] if row["kills"]} == set(VICTIMS)
    # It did happen: everything of the hour came out of every box.
    assert result["boxes"] == 4
    assert result["takeovers"] >= 1
    assert {"scheduled", "released", "alert", "all-clear"} <= set(result["items"])
    assert result["faults"] == [], done.stdout
    assert done.returncode == 0

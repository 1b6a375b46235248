"""Writes vectors and schema, the same every time.

python packages/speaker-link/vectors/generator/generate.py
"""

import json
from pathlib import Path
from typing import Any

import cases_from_boxes as from_boxes
import cases_of_alerts
import cases_of_boards
import cases_of_envelope
import cases_of_updates
import cases_on_air as on_air
import cases_to_boxes as to_boxes
import frame
import schema

FOLDER = Path(__file__).parents[1]
KINDS = {
    "envelope": cases_of_envelope.envelope,
    "schedule": to_boxes.schedules,
    "takeover": on_air.takeovers,
    "live": on_air.lives,
    "alert": cases_of_alerts.alerts,
    "text": cases_of_boards.texts,
    "assignment": to_boxes.assignment,
    "revocations": to_boxes.revocations,
    "root_rotation": to_boxes.root_rotation,
    "command": to_boxes.command,
    "time": to_boxes.time,
    "ack": to_boxes.ack,
    "update": cases_of_updates.updates,
    "status": from_boxes.status,
    "play_report": from_boxes.play_report,
    "held": from_boxes.held,
    "text_report": cases_of_boards.reports,
    "refusal": from_boxes.refusal,
    "command_result": from_boxes.command_result,
    "log": from_boxes.log,
    "local_issue": from_boxes.local_issue,
    "update_report": cases_of_updates.reports,
    "time_request": from_boxes.time_request,
    "enrolment_request": from_boxes.enrolment_request,
    "enrolment_answer": from_boxes.answers,
    "enrolment_code": from_boxes.codes,
}


def files() -> dict[str, Any]:
    """Every file's name and content."""
    found: dict[str, Any] = {"keys.json": frame.keys(), "schema.json": schema.schema()}
    for kind, cases in KINDS.items():
        found[f"{kind}.json"] = {"kind": kind, "cases": cases()}
    return found


def text_of(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for name, content in files().items():
        (FOLDER / name).write_text(text_of(content), encoding="utf-8")

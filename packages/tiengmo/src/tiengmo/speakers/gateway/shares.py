"""Which share a commune, a box and a topic belong to: the same answer in every gateway."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from speaker_link import topics

from tiengmo.speakers.models import Box

if TYPE_CHECKING:
    from collections.abc import Iterable

_STATION = f"{topics.PREFIX}/stations/"
_BOX = f"{topics.PREFIX}/boxes/"
_ASSIGNMENT = "/assignment"
# The database holds every name of a topic's owner, but a query takes only so many of them.
_AT_ONCE = 500


def share_of_unit(code: str, of: int) -> int:
    """Return a unit's share: a checksum, since every process must come to the same one."""
    return zlib.crc32(code.encode()) % of


class Shares:
    """The division of all communes in `of` shares; boxes are remembered by serial.

    A box that enrols or moves gets a new assignment, and `unpublished` meets that row before it is
    sent: so its place is looked up again exactly then, and all of them at every start of a share.
    """

    def __init__(self, of: int) -> None:
        self.of = of
        self._of_box: dict[str, int] = {}

    def load(self) -> None:
        """Learn where every box stands that may still speak."""
        if self.of > 1:
            self._of_box = self._read(Box.objects.filter(retired_at=None))

    def look_up(self, serials: Iterable[str]) -> None:
        """Learn where these boxes stand now."""
        asked = sorted(set(serials))
        found = dict(self._of_box)
        for start in range(0, len(asked), _AT_ONCE):
            found |= self._read(Box.objects.filter(pk__in=asked[start : start + _AT_ONCE]))
        self._of_box = found

    def _read(self, boxes: Iterable[Box]) -> dict[str, int]:
        rows = boxes.values_list("serial", "village__unit__code")  # type: ignore[attr-defined]
        return {serial: share_of_unit(code, self.of) for serial, code in rows}

    def of_box(self, serial: str) -> int:
        """Return a box's share; of one that is nowhere, the first: somebody must answer for it."""
        return 0 if self.of == 1 else self._of_box.get(serial, 0)

    def boxes_of(self, number: int) -> set[str]:
        return {serial for serial, share in self._of_box.items() if share == number}

    def of_topic(self, topic: str) -> int:
        if self.of == 1:
            return 0
        if topic.startswith(_STATION):
            return share_of_unit(topic.removeprefix(_STATION).split("/")[0], self.of)
        if topic.startswith(_BOX):
            return self.of_box(_serial(topic))
        return 0

    def learn_from(self, topics_due: Iterable[str]) -> None:
        """Look up the boxes that these topics tell a new place, and those not met before."""
        if self.of == 1:
            return
        boxes = [(topic, _serial(topic)) for topic in topics_due if topic.startswith(_BOX)]
        moved = {
            serial
            for topic, serial in boxes
            if topic.endswith(_ASSIGNMENT) or serial not in self._of_box
        }
        if moved:
            self.look_up(moved)

    def learn_boxes(self, serials: Iterable[str]) -> None:
        """Look up those of these boxes that were not met before."""
        if self.of > 1 and (new := {serial for serial in serials if serial not in self._of_box}):
            self.look_up(new)

    def filters(self, number: int) -> list[str]:
        """Return what the holder of a share subscribes to."""
        if self.of == 1:
            return list(topics.READ_BY_GATEWAY)
        return self.filters_of(sorted(self.boxes_of(number)))

    @staticmethod
    def filters_of(serials: Iterable[str]) -> list[str]:
        return [topic for serial in serials for topic in topics.written_by_box(serial)]


def _serial(topic: str) -> str:
    return topic.removeprefix(_BOX).split("/")[0]

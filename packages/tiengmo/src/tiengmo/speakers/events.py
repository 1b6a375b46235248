"""What came back from the boxes, announced inside the transaction that stored it.

A receiver that fails undoes the storing, and the box sends the report again: nothing is lost.
Each is sent once for one report, however often the report comes.
"""

from django.dispatch import Signal

# report: PlayReport, verified and stored
play_reported = Signal()

# box: Box; item_id: str. The box holds the verified sound of this item.
sound_held = Signal()

# refusal: Refusal. A box would not obey a message.
box_refused = Signal()

# issue: LocalIssue. Two people issued something at a box itself.
issued_locally = Signal()

# box: Box, versions: dict[unit code, version]. It goes by other versions of schedules than before.
schedules_taken = Signal()

# report: TextReport, verified and stored: what stood on a text board
text_reported = Signal()

# box: Box, versions: dict[unit code, version]. Its board goes by other texts than before.
texts_taken = Signal()

# box: Box, is_online: bool
presence_changed = Signal()

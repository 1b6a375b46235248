import secrets
import uuid

from django.db import models
from django.utils import timezone


def new_link_key() -> str:
    return secrets.token_urlsafe(9)


class Subscriber(models.Model):
    """Somebody who asked for text messages about the village they live in.

    Personal data: a telephone number, sealed with this installation's key (sealing.py) and shown on
    no screen; a keyed hash of it; the village; the name of the member of staff who noted the
    person's consent. Erased at the moment of leaving, when the number turns out not to exist, after
    a day without confirmation, and two years after the last confirmation.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_number = models.TextField()
    number_hash = models.CharField(max_length=64, unique=True)
    # Stands in the link that every subscriber is sent: whoever has it may end the messages.
    link_key = models.CharField(max_length=16, unique=True, default=new_link_key)
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, related_name="text_subscribers"
    )
    categories = models.JSONField(default=list)  # codes; none: everything for the village
    by_zalo = models.BooleanField(default=False)  # asked for Zalo where it can be
    # What the last code would begin; taken over when it is typed.
    wanted_village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, related_name="+", null=True
    )
    wanted_categories = models.JSONField(default=list)
    wanted_by_zalo = models.BooleanField(default=False)
    sealed_code = models.TextField(blank=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    # Codes and links sent since `asked_at`: a stranger must not fill somebody's telephone.
    times_asked = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    noted_by_name = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    # Messages in a row that never arrived.
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["village", "confirmed_at"])]

    def __str__(self) -> str:
        return f"{self.id}"

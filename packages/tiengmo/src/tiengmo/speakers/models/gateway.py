from django.db import models


class GatewayState(models.Model):
    """The gateway's own pulse: the board says so when nobody is listening to the boxes.

    One row a gateway process, by its name. Personal data: none.
    """

    name = models.CharField(primary_key=True, max_length=80)
    heartbeat_at = models.DateTimeField()
    connected_at = models.DateTimeField(null=True)
    disconnected_at = models.DateTimeField(null=True)
    broker = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.name


class GatewayShare(models.Model):
    """A part of the communes, and the gateway that speaks with its boxes until its lease runs out.

    `name` is also the share's client id on the broker: what boxes say while nobody holds the share
    waits in that session, and the broker itself lets one holder in at a time. Personal data: none.
    """

    name = models.CharField(primary_key=True, max_length=40)
    number = models.PositiveSmallIntegerField()
    of = models.PositiveSmallIntegerField()
    # The name of a `GatewayState`; empty when it was given back.
    owner = models.CharField(max_length=80, blank=True)
    until = models.DateTimeField()
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="one_share_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.owner}"

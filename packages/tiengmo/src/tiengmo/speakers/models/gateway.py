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

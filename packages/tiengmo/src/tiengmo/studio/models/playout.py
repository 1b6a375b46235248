from django.db import models


class PlayoutState(models.Model):
    """The playout process's own pulse: nobody goes live while it is not there.

    Personal data: none.
    """

    name = models.CharField(primary_key=True, max_length=80)
    heartbeat_at = models.DateTimeField()
    started_at = models.DateTimeField()
    is_connected = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

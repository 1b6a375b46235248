class SpeakerError(Exception):
    """Something a person asked of the speakers cannot be done; the text is for them."""


class RootKeyMissing(SpeakerError):
    """The root's private key is not on this machine, as it should be except for this work."""


class NoStationKey(SpeakerError):
    """The unit has no valid certificate to sign with."""


class EnrolmentRefused(SpeakerError):
    """The box may not enrol: the code is unknown, expired or used by another key."""


class BoxRetired(SpeakerError):
    """The box is out of service."""

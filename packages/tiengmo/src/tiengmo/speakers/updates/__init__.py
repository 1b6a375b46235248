"""Programs for boxes: released once with the root key's medium, then brought to boxes by stages."""

from .release import release_artifact
from .rollout import begin, end, halt, resume, undo

__all__ = ["begin", "end", "halt", "release_artifact", "resume", "undo"]

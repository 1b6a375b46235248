from .close_promise import drop_promise, keep_promise
from .make_promise import make_promise
from .put_off import put_off

__all__ = ["drop_promise", "keep_promise", "make_promise", "put_off"]

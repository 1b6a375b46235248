"""One output line of a GPIO chip, through the kernel's character device (Linux 5.10 and later).

The structures are those of <linux/gpio.h>, version 2 of the interface; a line that is let go falls
back to what the board does with it, so the line is kept for as long as the program runs.
"""

import fcntl
import os
import struct

# struct gpio_v2_line_request: offsets[64], consumer[32], config (flags, num_attrs, padding[5],
# attrs[10] of 24 bytes), num_lines, event_buffer_size, padding[5], fd
_REQUEST = struct.Struct("=64I32sQI5I240sII5Ii")
_VALUES = struct.Struct("=QQ")  # struct gpio_v2_line_values: bits, mask
GET_LINE = 0xC250B407
SET_VALUES = 0xC010B40F
FLAG_ACTIVE_LOW = 1 << 1
FLAG_OUTPUT = 1 << 3


class GpioLine:
    """A line driven by this program; off when it is taken."""

    def __init__(self, chip: str, offset: int, *, is_active_low: bool = False) -> None:
        flags = FLAG_OUTPUT | (FLAG_ACTIVE_LOW if is_active_low else 0)
        # Without an attribute the kernel drives a new output inactive.
        request = bytearray(
            _REQUEST.pack(
                *(offset, *[0] * 63),
                b"speaker-agent",
                *(flags, 0, *[0] * 5, b""),
                *(1, 0, *[0] * 5, 0),
            )
        )
        device = os.open(chip, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.ioctl(device, GET_LINE, request)
        finally:
            os.close(device)
        self._line: int = _REQUEST.unpack(bytes(request))[-1]

    def set(self, is_on: bool) -> None:
        """Drive the line."""
        fcntl.ioctl(self._line, SET_VALUES, bytearray(_VALUES.pack(int(is_on), 1)))

    def close(self) -> None:
        """Let the line go."""
        os.close(self._line)

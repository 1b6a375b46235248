"""A small SMSC on the loopback, written from SMPP 3.4 with struct alone."""

from __future__ import annotations

import itertools
import socket
import struct
import threading

OK, BIND_TRANSCEIVER, SUBMIT, DELIVER, UNBIND, ENQUIRE = 0, 0x09, 0x04, 0x05, 0x06, 0x15
RESPONSE = 0x80000000
THROTTLED, INVALID_PASSWORD, INVALID_NUMBER = 0x58, 0x0E, 0x0B


def c_string(data, at):
    end = data.index(0, at)
    return data[at:end].decode(), end + 1


class Submitted:
    """One submit_sm, taken apart (4.4.1)."""

    def __init__(self, body):
        _service, at = c_string(body, 0)
        self.source_ton, at = body[at], at + 2
        self.source, at = c_string(body, at)
        at += 2
        self.number, at = c_string(body, at)
        self.esm_class, at = body[at], at + 3
        _schedule, at = c_string(body, at)
        _validity, at = c_string(body, at)
        self.registered, _replace, self.coding, _default, length = body[at : at + 5]
        self.octets = body[at + 5 : at + 5 + length]

    @property
    def udh(self):
        return tuple(self.octets[3:6]) if self.esm_class & 0x40 else None

    @property
    def text(self):
        octets = self.octets[6:] if self.udh else self.octets
        return octets.decode("utf-16-be" if self.coding == 8 else "ascii")


class MessageCentre:
    """Takes messages. `script`: what the next submit_sm meet.

    Each is a status, or "die" (taken, and the line cut before the answer). `owed`: the texts of
    receipts that a bound client is brought, again with each bind until it acknowledges them.
    """

    def __init__(self):
        self.password = "bi-mat"
        self.script = []
        self.owed = []
        self.submitted = []
        self.acknowledged = 0
        self._brought = {}
        self.binds = 0
        self._ids = itertools.count(1)
        self._sequence = itertools.count(1_000_000)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self):
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def receipt(self, reference, state="DELIVRD"):
        return (
            f"id:{reference} sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 "
            f"stat:{state} err:000 text:"
        )

    @property
    def texts(self):
        """Whole messages, joined from their parts."""
        found = {}
        for one in self.submitted:
            key = (one.number, one.udh[0] if one.udh else len(found))
            found[key] = found.get(key, "") + one.text
        return list(found.values())

    def _accept(self):
        while True:
            try:
                line, _address = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line):
        with line:
            try:
                while True:
                    head = self._exactly(line, 16)
                    length, command, _status, sequence = struct.unpack(">4L", head)
                    body = self._exactly(line, length - 16)
                    if not self._answer(line, command, sequence, body):
                        return
            except OSError:
                return

    def _exactly(self, line, count):
        data = b""
        while len(data) < count:
            got = line.recv(count - len(data))
            if not got:
                raise OSError
            data += got
        return data

    def _send(self, line, command, status, sequence, body=b""):
        line.sendall(struct.pack(">4L", 16 + len(body), command, status, sequence) + body)

    def _answer(self, line, command, sequence, body):
        if command == BIND_TRANSCEIVER:
            self.binds += 1
            _system, at = c_string(body, 0)
            password, _at = c_string(body, at)
            if password != self.password:
                self._send(line, command | RESPONSE, INVALID_PASSWORD, sequence)
                return False
            self._send(line, command | RESPONSE, OK, sequence, b"SMSC\0")
            for owed in list(self.owed):
                self._deliver(line, owed)
        elif command == SUBMIT:
            step = self.script.pop(0) if self.script else OK
            if step in (OK, "die"):
                self.submitted.append(Submitted(body))
            if step == "die":
                return False
            reference = f"c{next(self._ids)}".encode() + b"\0" if step == OK else b""
            self._send(line, SUBMIT | RESPONSE, step, sequence, reference)
        elif command == DELIVER | RESPONSE:
            self.acknowledged += 1
            self.owed.remove(self._brought.pop(sequence))
        elif command in (UNBIND, ENQUIRE):
            self._send(line, command | RESPONSE, OK, sequence)
            return command != UNBIND
        return True

    def _deliver(self, line, owed):
        # A pair is what somebody wrote: (number, text).
        is_reply = isinstance(owed, tuple)
        source, text = owed if is_reply else ("84912345678", owed)
        esm_class = 0 if is_reply else 0x04
        data = text.encode()
        body = b"\0" + bytes([1, 1]) + source.encode() + b"\0" + bytes([5, 0]) + b"UBND\0"
        body += bytes([esm_class, 0, 0]) + b"\0\0" + bytes([0, 0, 0, 0, len(data)]) + data
        sequence = next(self._sequence)
        self._brought[sequence] = owed
        self._send(line, DELIVER, OK, sequence, body)

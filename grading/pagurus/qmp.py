"""QEMU's machine protocol (QMP): commands and replies as lines of JSON, events in a queue."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any


class QmpError(Exception):
    """QEMU refused a command; the text is its own."""


class Qmp:
    """The protocol alone: `send` is given bytes to send, `feed` takes the bytes received."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._partial = b""
        self._next_id = 0
        self._replies: dict[int, dict[str, Any]] = {}
        self.events: deque[dict[str, Any]] = deque()

    def feed(self, data: bytes) -> None:
        """Take received bytes; complete lines become replies or events."""
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "event" in message:
                self.events.append(message)
            elif "id" in message:
                self._replies[message["id"]] = message

    def execute(self, command: str, **arguments: Any) -> int:
        """Send a command; returns the id by which its reply is asked for."""
        self._next_id += 1
        message = {"execute": command, "arguments": arguments, "id": self._next_id}
        self._send(json.dumps(message).encode() + b"\n")
        return self._next_id

    def has_reply(self, number: int) -> bool:
        """Whether the reply has arrived."""
        return number in self._replies

    def reply(self, number: int) -> Any:
        """The reply's value, once it has arrived; QmpError when QEMU refused the command."""
        message = self._replies.pop(number)
        if "error" in message:
            raise QmpError(message["error"]["desc"])
        return message["return"]

    def seen(self, name: str) -> dict[str, Any] | None:
        """The newest event of a name, or None."""
        return next((event for event in reversed(self.events) if event["event"] == name), None)

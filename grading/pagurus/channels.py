"""Byte channels to a machine, all pumped in one select loop, so that none can block another."""

import os
import selectors
import socket
import time
from collections.abc import Callable

_CHUNK = 65536


class Channel:
    """One end of a socket pair: bytes to send wait in `out`, bytes received go to `receive`."""

    def __init__(self, name: str, receive: Callable[[bytes], None]) -> None:
        self.name = name
        self.receive = receive
        self.out = bytearray()
        self.reading = True  # False leaves what arrives in the kernel's buffer
        self.closed = False
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)

    def send(self, data: bytes) -> None:
        """Queue bytes; the loop sends them when the other end takes them."""
        self.out += data

    def read_some(self) -> bool:
        """Take what is there; False at end of file."""
        try:
            data = self.near.recv(_CHUNK)
        except BlockingIOError:
            return True
        except ConnectionError:
            data = b""
        if data:
            self.receive(data)
        else:
            self.closed = True
        return bool(data)

    def waiting(self) -> bool:
        """Whether bytes have arrived that were not read yet."""
        try:
            return bool(self.near.recv(1, socket.MSG_PEEK))
        except (BlockingIOError, ConnectionError):
            return False

    def write_some(self) -> None:
        """Send as much as the other end takes now."""
        try:
            del self.out[:self.near.send(self.out)]
        except BlockingIOError:
            pass
        except OSError:
            self.out.clear()  # the machine is gone; its end shows on the reading side

    def close(self) -> None:
        """Close both ends."""
        self.near.close()
        self.far.close()
        self.closed = True


class Loop:
    """Pumps channels, and notices the end of a process through its pidfd."""

    def __init__(self, channels: list[Channel]) -> None:
        self.channels = channels
        self.pidfd = -1
        self.process_ended = False

    def watch_process(self, pid: int) -> None:
        """Let `pump` return when this child process ends."""
        self.pidfd = os.pidfd_open(pid)

    def pump(self, seconds: float) -> None:
        """Move bytes until something happened or the time is over."""
        with selectors.DefaultSelector() as selector:
            for channel in self.channels:
                wanted = (selectors.EVENT_READ if channel.reading else 0) | (
                    selectors.EVENT_WRITE if channel.out else 0)
                if wanted and not channel.closed:
                    selector.register(channel.near, wanted, channel)
            if self.pidfd >= 0 and not self.process_ended:
                selector.register(self.pidfd, selectors.EVENT_READ, None)
            if not selector.get_map():
                return
            for key, events in selector.select(max(seconds, 0)):
                if key.data is None:
                    self.process_ended = True
                    self.drain()
                    continue
                if events & selectors.EVENT_WRITE:
                    key.data.write_some()
                if events & selectors.EVENT_READ and not key.data.closed:
                    key.data.read_some()

    def wait(self, done: Callable[[], bool], seconds: float) -> bool:
        """Pump until `done()`, the end of the process, or the time is over; returns done()."""
        end = time.monotonic() + seconds
        while not done():
            left = end - time.monotonic()
            if left <= 0 or self.process_ended:
                return done()
            self.pump(left)
        return True

    def drain(self) -> None:
        """Read all that a process left behind when it ended, even on channels held back."""
        for channel in self.channels:
            while not channel.closed and channel.read_some():
                if not channel.waiting():
                    break

    def close(self) -> None:
        """Close every channel."""
        for channel in self.channels:
            channel.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1

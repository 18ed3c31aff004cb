"""Byte channels to a machine, all pumped in one select loop, so that none can block another."""

import contextlib
import fcntl
import os
import selectors
import socket
import sys
import termios
import time
from collections.abc import Callable

_CHUNK = 65536


class Channel:
    """The near end of a line to a machine; the machine inherits the far end's descriptors.

    A socket is one descriptor for both ways. Its buffer counts hundreds of bytes for each single
    one written, so a UART that sends byte by byte fills it soon. A pair of pipes holds a megabyte
    of single bytes: nothing is lost or held back, whatever the load of the host. Or it can be
    held: then it takes an exact number of bytes, and no more until it is released.
    """

    def __init__(self, name: str, receive: Callable[[bytes], None], pipe: bool = False) -> None:
        self.name = name
        self.receive = receive
        self.out = bytearray()  # waits until the other end takes it
        self.reading = True  # False leaves what arrives in the kernel's buffer
        self.closed = False
        self._writer = -1  # the far end of a pipe, for `hold`
        self._padding = 0  # bytes of ours in a held pipe, ahead of the other end's
        self._size = 0
        if pipe:
            self.read_fd, far_out = os.pipe()
            far_in, self.write_fd = os.pipe()
            self.far = [far_in, far_out]
            self._writer = os.dup(far_out)
            os.set_blocking(self._writer, False)
            self.release()
        else:
            near, far = socket.socketpair()
            self.read_fd, self.far = near.detach(), [far.detach()]
            self.write_fd = os.dup(self.read_fd)
        for descriptor in (self.read_fd, self.write_fd):
            os.set_blocking(descriptor, False)

    def hold(self, after: int) -> None:
        """Take `after` more bytes, and none from then on until `release` (pipes only)."""
        while self.read_some():
            pass
        size = 4096
        while size < after:
            size *= 2
        self.reading = False
        self._size = fcntl.fcntl(self.read_fd, fcntl.F_SETPIPE_SZ, size)
        # What is written ahead of the other end leaves exactly this much room for it.
        self._padding = os.write(self._writer, bytes(self._size - after))

    def release(self) -> None:
        """Read again, first what a held pipe has taken."""
        self.reading = True
        with contextlib.suppress(OSError):  # a user with very many pipes gets smaller ones
            fcntl.fcntl(self.read_fd, fcntl.F_SETPIPE_SZ, 1 << 20)

    @property
    def is_full(self) -> bool:
        """Whether a held pipe has taken all that it does."""
        return self.reading is False and self._unread() >= self._size

    def _unread(self) -> int:
        counted = fcntl.ioctl(self.read_fd, termios.FIONREAD, bytes(4))
        return int.from_bytes(counted, sys.byteorder)

    def send(self, data: bytes) -> None:
        """Queue bytes; the loop sends them when the other end takes them."""
        self.out += data

    def read_some(self) -> bool:
        """Take what is there; False when there was nothing."""
        try:
            data = os.read(self.read_fd, _CHUNK)
        except BlockingIOError:
            return False
        except ConnectionError:
            data = b""
        if data:
            padding = min(self._padding, len(data))
            self._padding -= padding
            self.receive(data[padding:])
        else:
            self.closed = True
        return bool(data)

    def write_some(self) -> None:
        """Send as much as the other end takes now."""
        try:
            del self.out[:os.write(self.write_fd, self.out)]
        except BlockingIOError:
            pass
        except OSError:
            self.out.clear()  # the machine is gone; its end shows on the reading side

    def close_far(self) -> None:
        """The machine has inherited the far end; it is not ours any more."""
        while self.far:
            os.close(self.far.pop())

    def close(self) -> None:
        """Close all that is open."""
        self.close_far()
        for descriptor in (self.read_fd, self.write_fd, self._writer):
            if descriptor >= 0:
                os.close(descriptor)
        self.read_fd = self.write_fd = self._writer = -1
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
                if channel.reading and not channel.closed:
                    selector.register(channel.read_fd, selectors.EVENT_READ, channel.read_some)
                if channel.out and not channel.closed:
                    selector.register(channel.write_fd, selectors.EVENT_WRITE, channel.write_some)
            if self.pidfd >= 0 and not self.process_ended:
                selector.register(self.pidfd, selectors.EVENT_READ, None)
            if not selector.get_map():
                return
            for key, _ in selector.select(max(seconds, 0)):
                if key.data is not None:
                    key.data()
                else:
                    self.process_ended = True
                    self.drain()

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
                pass

    def close(self) -> None:
        """Close every channel."""
        for channel in self.channels:
            channel.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1

#!/usr/bin/env python3
"""A blob store that throws everything away, on a link as slow as wanted: store.py [MBIT_PER_SECOND]

Prints its port. All connections share the link. Answers 201 to every PUT once its body is there.
"""
import socket
import sys
import threading
import time

READ = 64 * 1024


class Link:
    """Bytes take their time."""

    def __init__(self, mbit):
        self.rate = mbit * 1e6 / 8
        self.free_at = 0.0
        self.lock = threading.Lock()

    def carry(self, count):
        if not self.rate:
            return
        with self.lock:
            now = time.monotonic()
            self.free_at = max(self.free_at, now) + count / self.rate
            wait = self.free_at - now
        time.sleep(wait)


class Connection:
    def __init__(self, peer, link):
        self.peer, self.link = peer, link
        self.left = b""
        self.buffer = bytearray(READ if link.rate else 16 * READ)

    def more(self):
        count = self.peer.recv_into(self.buffer)
        self.link.carry(count)
        if not count:
            raise ConnectionError
        return memoryview(self.buffer)[:count]

    def line(self):
        while b"\r\n" not in self.left:
            self.left += self.more()
        line, self.left = self.left.split(b"\r\n", 1)
        return line

    def skip(self, count):
        have = min(count, len(self.left))
        self.left = self.left[have:]
        count -= have
        while count:
            got = self.more()
            self.left = bytes(got[count:])
            count -= min(count, len(got))

    def request(self):
        self.line()
        fields = {}
        while True:
            line = self.line()
            if not line:
                break
            name, value = line.split(b":", 1)
            fields[name.lower()] = value.strip()
        if b"100-continue" in fields.get(b"expect", b""):
            self.peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if b"chunked" in fields.get(b"transfer-encoding", b""):
            size = 1
            while size:
                size = int(self.line(), 16)
                self.skip(size + 2)
        else:
            self.skip(int(fields.get(b"content-length", b"0")))
        self.peer.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    def serve(self):
        try:
            while True:
                self.request()
        except (ConnectionError, OSError):
            self.peer.close()


def main():
    link = Link(float(sys.argv[1]) if len(sys.argv) > 1 else 0)
    listener = socket.socket()
    if link.rate:  # what waits in the kernel has not crossed the link yet
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    print(listener.getsockname()[1], flush=True)
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=Connection(peer, link).serve, daemon=True).start()


main()

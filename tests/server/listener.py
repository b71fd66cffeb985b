"""A small HTTPS server on 127.0.0.1 that answers as it is told, and as badly as it is told."""
import gzip
import socket
import ssl
import threading
import time

ENDLESS_CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


class HttpRequest:
    def __init__(self, head, body):
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ", 2)
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        self.body = body

    def header(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None


class HttpReply:
    def __init__(self, status, headers=(), body=b"", misbehave=None, then=None):
        self.status, self.headers, self.body = status, list(headers), body
        self.misbehave, self.then = misbehave, then


class Listener:
    """Accepts connections; `answer` makes an HttpReply of each HttpRequest. Plain HTTP when `context` is None."""

    def __init__(self, context, answer):
        self.context, self.answer = context, answer
        self.connections, self.sockets, self.lock = 0, [], threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                self.sockets.append(plain)
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def close(self):
        # A thread in accept() would keep the port open.
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        with self.lock:
            for one in self.sockets:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def serve(self, plain):
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.context.wrap_socket(plain, server_side=True) if self.context else plain as stream:
                with self.lock:
                    self.sockets.append(stream)
                reader = stream.makefile("rb")
                while self.exchange(stream, reader):
                    pass
        except (OSError, ssl.SSLError, ValueError):
            pass

    def exchange(self, stream, reader):
        """One request and its answer; False when the connection is to be closed."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = reader.readline(65536)
            if not line:
                return False
            head += line
        request = HttpRequest(head[:-4], b"")
        if request.header("Expect"):
            stream.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = reader.read(int(request.header("Content-Length") or 0))
        reply = self.answer(request)
        more = self.send(stream, request, reply)
        if reply.then:
            reply.then()
        return more

    @staticmethod
    def head(reply, further):
        lines = ["HTTP/1.1 %d %s" % (reply.status, "Whatever")] + ["%s: %s" % pair for pair in reply.headers + further]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def send(self, stream, request, reply):
        how, body = reply.misbehave, reply.body
        if how == "close":
            return False
        if how == "garbage":
            stream.sendall(b"\x00\x01\x02 this is no HTTP at all\r\n\r\n")
            return False
        if how in ("chunked", "endless"):
            stream.sendall(self.head(reply, [("Transfer-Encoding", "chunked")]))
            while how == "endless":
                stream.sendall(ENDLESS_CHUNK)
            for at in range(0, len(body), 7):
                part = body[at:at + 7]
                stream.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            stream.sendall(b"0\r\n\r\n")
            return True
        if how == "late":
            time.sleep(1.5)
        further = []
        if how == "gzip":
            body = gzip.compress(body)
            further.append(("Content-Encoding", "gzip"))
        if reply.status not in (204, 304) and not any(name.lower() == "content-length" for name, _ in reply.headers):
            further.append(("Content-Length", str(len(body))))
        head = self.head(reply, further)
        if request.method == "HEAD":
            body = b""
        if how == "short":
            stream.sendall(head + body[:len(body) // 2])
            return False
        if how == "slow":
            for at in range(0, len(head + body), 1 + len(head + body) // 20):
                stream.sendall((head + body)[at:at + 1 + len(head + body) // 20])
                time.sleep(0.02)
            return True
        stream.sendall(head + body)
        return True

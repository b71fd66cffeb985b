"""A proxy that hands everything on to another one, and may want TLS or a login for that."""
import base64
import socket
import threading


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class ForwardProxy:
    def __init__(self, port, context=None, login=None):
        self.next, self.context, self.login, self.hosts = port, context, login, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def serve(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) if self.context else plain as stream:
                self.forward(stream)
        except OSError:
            pass

    def forward(self, stream):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = stream.recv(1)
            if not byte:
                return
            head += byte
        wanted = b"Proxy-Authorization: Basic %s\r\n" % base64.b64encode((self.login or "").encode())
        if self.login and wanted not in head:
            stream.sendall(b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
            return
        self.hosts.append(head.split()[1].decode())
        with socket.create_connection(("127.0.0.1", self.next)) as upstream:
            upstream.sendall(head)
            threading.Thread(target=pump, args=(upstream, stream), daemon=True).start()
            pump(stream, upstream)

"""An HTTPS proxy that ends TLS itself: what is sent to any host of Azure is answered here."""
from listener import Listener

HOSTS = ("management.azure.com", "login.microsoftonline.com", "*.azurecr.io", "*.blob.core.windows.net",
         "*.actions.githubusercontent.com", "dev.azure.com")


def context_for_azure(certificates):
    """A TLS context with a certificate for those hosts, signed by the CA that the program is told to trust."""
    certificates.make("azure", "ca", "azure", ",".join("DNS:" + host for host in HOSTS))
    return certificates.contexts["azure"]


class Tunnel(Listener):
    """Takes CONNECT; the Host field of the requests says where they were meant to go."""

    def serve(self, plain):
        try:
            head = b""
            # Nothing behind the empty line may be read: there TLS begins.
            while not head.endswith(b"\r\n\r\n") and len(head) < 8192:
                byte = plain.recv(1)
                if not byte:
                    return
                head += byte
            if not head.startswith(b"CONNECT "):
                plain.sendall(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
                plain.close()
                return
            plain.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        except OSError:
            return
        super().serve(plain)

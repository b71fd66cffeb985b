"""Certificates for the loopback server, made by the openssl program."""
import os
import ssl
import subprocess

NAMES = "DNS:localhost,DNS:*.blob.localhost,DNS:*.azurecr.localhost,DNS:*.westus.geo.azurecr.localhost,IP:127.0.0.1"


def openssl(*words):
    done = subprocess.run(("openssl",) + words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise RuntimeError("openssl %s: %s" % (" ".join(words), done.stdout.decode(errors="replace")))


class Certificates:
    """A CA that the program is told to trust, one that nobody trusts, and what they signed."""

    def __init__(self, folder):
        self.folder, self.contexts = folder, {}
        self.make_ca("ca", "Test CA")
        self.make_ca("other-ca", "Unknown CA")
        self.make("trusted", "ca", "localhost", NAMES)
        self.make("wrong-host", "ca", "elsewhere.example", "DNS:elsewhere.example")
        self.make("unknown-ca", "other-ca", "localhost", NAMES)
        self.make("expired", "ca", "localhost", NAMES, -1)

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def bundle(self):
        return self.path("ca.pem")

    def make_ca(self, name, subject):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=" + subject, "-addext", "keyUsage=critical,keyCertSign", "-keyout",
                self.path(name + ".key"), "-out", self.path(name + ".pem"))

    def make(self, name, ca, subject, names, days=2):
        key, request, certificate = (self.path(name + end) for end in (".key", ".csr", ".pem"))
        extensions = self.path(name + ".ext")
        with open(extensions, "w", encoding="utf-8") as file:
            file.write("subjectAltName=%s\nbasicConstraints=critical,CA:false\n" % names)
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                "/CN=" + subject, "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-days", str(days), "-extfile", extensions, "-CA",
                self.path(ca + ".pem"), "-CAkey", self.path(ca + ".key"), "-CAcreateserial", "-out", certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.contexts[name] = context

"""Signed tokens (RFC 7519) for the identity server: made and checked with the openssl program."""
import base64
import json
import os
import secrets
import subprocess
import tempfile
import time

SCHEMES = {"RS256": [], "PS256": ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]}


class Refused(Exception):
    """What is wrong with a token."""


def encode(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def unsigned(claims):
    """A token whose signature nobody checks: what the server itself gives away."""
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    return ".".join(encode(json.dumps(part).encode()) for part in parts) + "." + encode(secrets.token_bytes(32))


def openssl(*words, data=b""):
    return subprocess.run(("openssl",) + words, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def digest(certificate, algorithm):
    """The fingerprint of a PEM certificate, as x5t has it."""
    der = openssl("x509", "-in", certificate, "-outform", "DER").stdout
    return encode(openssl("dgst", "-" + algorithm, "-binary", data=der).stdout)


def certificate_text(certificate):
    return base64.b64encode(openssl("x509", "-in", certificate, "-outform", "DER").stdout).decode()


def signed_by(certificate, algorithm, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        key, file = os.path.join(folder, "key"), os.path.join(folder, "signature")
        with open(key, "wb") as out:
            out.write(openssl("x509", "-in", certificate, "-pubkey", "-noout").stdout)
        with open(file, "wb") as out:
            out.write(signature)
        done = openssl("dgst", "-sha256", "-verify", key, *SCHEMES[algorithm], "-signature", file, data=text)
        return done.returncode == 0


def check_statement(token, certificate, client, audience, algorithm, seen, now=None):
    """An application's statement about itself, strictly; `seen` holds the ids that were used before. Its header."""
    now = time.time() if now is None else now
    try:
        header_text, claims_text, signature = token.split(".")
        header, claims = json.loads(decode(header_text)), json.loads(decode(claims_text))
    except ValueError as fault:
        raise Refused(f"no JWT: {fault}") from fault
    name, sha = ("x5t", "sha1") if algorithm == "RS256" else ("x5t#S256", "sha256")
    if header.get("alg") != algorithm or header.get("typ") != "JWT":
        raise Refused(f"header {header}")
    if header.get(name) != digest(certificate, sha):
        raise Refused(f"{name} is not the certificate's")
    if claims.get("iss") != client or claims.get("sub") != client or claims.get("aud") != audience:
        raise Refused(f"iss, sub or aud in {claims}")
    if not claims.get("jti") or claims["jti"] in seen:
        raise Refused("jti is missing or was used before")
    if "=" in token or not signed_by(certificate, algorithm, f"{header_text}.{claims_text}".encode(), decode(signature)):
        raise Refused("the signature is wrong")
    if not claims.get("exp", 0) - claims.get("nbf", 0) <= 3600:
        raise Refused("valid for too long")
    if not claims["nbf"] - 300 <= now <= claims["exp"] + 300:
        raise TimeoutError
    seen.add(claims["jti"])
    return header

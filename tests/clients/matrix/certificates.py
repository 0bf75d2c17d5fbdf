"""Certificates for the broker's encrypted doors, made anew for each run with openssl."""

import base64
import hashlib
import subprocess

from broker import DEADLINE_SECONDS

DAYS = "2"
NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth\n"
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*arguments, cwd, data=None):
    done = subprocess.run(
        ["openssl", *arguments],
        cwd=cwd,
        input=data,
        capture_output=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"openssl {arguments[0]}: {done.stderr.decode()}")
    return done.stdout


def make(folder):
    """ca.pem, server.pem and server.key in that folder, which has to exist."""
    authority = ["-subj", "/CN=Client matrix CA", "-keyout", "ca.key", "-out", "ca.pem"]
    authority += ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    openssl("req", "-x509", *NEW_KEY, "-days", DAYS, *authority, cwd=folder)
    request = ["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"]
    openssl("req", *NEW_KEY, *request, cwd=folder)
    (folder / "names.ext").write_text(NAMES, encoding="ascii")
    signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names.ext"]
    openssl("x509", "-req", "-in", "server.csr", *signing, "-days", DAYS, "-out", "server.pem",
            cwd=folder)


def key_hash(folder):
    """SHA-256 of the server's public key in base64, by which Chromium is told to trust it."""
    public = openssl("x509", "-in", "server.pem", "-pubkey", "-noout", cwd=folder)
    der = openssl("pkey", "-pubin", "-outform", "der", cwd=folder, data=public)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()

"""A certificate for the brokers of one call, and the CA that signed it, made by openssl."""

import contextlib
import pathlib
import shutil
import subprocess
import tempfile

# More than a call of run.py can take, and nothing that could be of use later.
VALID_DAYS = "2"
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Failed(Exception):
    """There is no openssl, or it could not do its work."""


def needed(specs: list) -> bool:
    return any("@CERT@" in text for spec in specs for text in spec.files.values())


@contextlib.contextmanager
def made(specs: list):
    """What stands for @CA@, @CERT@ and @KEY@ in the files of the brokers, where they ask for it."""
    if not needed(specs):
        yield {}
        return
    if shutil.which("openssl") is None:
        raise Failed("no openssl to make certificates for TLS with: install the package openssl")
    with tempfile.TemporaryDirectory(prefix="bench-certificates-") as name:
        folder = pathlib.Path(name)
        places = {"@CA@": folder / "ca.pem", "@CERT@": folder / "cert.pem",
                  "@KEY@": folder / "key.pem"}
        make(folder, places)
        yield {place: str(file) for place, file in places.items()}


def make(folder: pathlib.Path, places: dict):
    """ECDSA on P-256, which is what a broker of today is given; signed by a CA, as in the field."""
    ca_key, request, extensions = folder / "ca.key", folder / "cert.csr", folder / "extensions"
    extensions.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl("req", "-x509", *NEW_KEY, "-keyout", ca_key, "-out", places["@CA@"],
            "-days", VALID_DAYS, "-subj", "/CN=bench CA")
    openssl("req", "-new", *NEW_KEY, "-keyout", places["@KEY@"], "-out", request,
            "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", request, "-CA", places["@CA@"], "-CAkey", ca_key,
            "-CAcreateserial", "-days", VALID_DAYS, "-extfile", extensions,
            "-out", places["@CERT@"])


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=60)
    if done.returncode != 0:
        raise Failed(f"openssl {words[0]}: {done.stderr.strip()[-300:]}")

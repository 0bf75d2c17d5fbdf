"""Makes certificate authorities, certificates and revocation lists, with the openssl command line.

Everything is new in each run and lives in the test's folder. `openssl ca` is what lets a test choose
the dates of a certificate, and revoke it.
"""

import dataclasses
import datetime
import pathlib
import subprocess

from broker import DEADLINE_SECONDS

EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
RSA = ("rsa:2048",)
SERVER, CLIENT = "serverAuth", "clientAuth"
LOCAL = "DNS:localhost,IP:127.0.0.1"

CONFIG = """
[ca]
default_ca = ca
[ca]
database = {name}.index
serial = {name}.serial
crlnumber = {name}.crlnumber
new_certs_dir = .
certificate = {name}.pem
private_key = {name}.key
default_md = sha256
default_days = 2
default_crl_days = 2
policy = any
unique_subject = no
copy_extensions = none
utf8 = yes
string_mask = utf8only
[any]
commonName = optional
organizationName = optional
"""


def openssl(*arguments, cwd=None, input_text=None):
    """Its standard output."""
    done = subprocess.run(
        ["openssl", *arguments],
        cwd=cwd,
        input=input_text,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"openssl {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def days_from_now(days):
    """A date as `openssl ca` wants it."""
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return when.strftime("%Y%m%d%H%M%SZ")


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Files in PEM, by absolute path."""

    certificate: str
    key: str

    def serial(self):
        """As ssl.SSLSocket.getpeercert() tells it."""
        shown = openssl("x509", "-noout", "-serial", "-in", self.certificate)
        return shown.strip().partition("=")[2]

    def text(self):
        return pathlib.Path(self.certificate).read_text(encoding="ascii")


class Authority:
    """A certificate authority in a folder, which has to exist; `issuer`: the one above it."""

    def __init__(self, folder, name="ca", issuer=None):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.certificate = str(self.folder / f"{name}.pem")
        self._file("cnf").write_text(CONFIG.format(name=name), encoding="ascii")
        self._file("index").write_text("", encoding="ascii")
        self._file("crlnumber").write_text("01\n", encoding="ascii")
        usage = "keyUsage=critical,keyCertSign,cRLSign"
        request = ["req", "-newkey", *EC, "-nodes", "-subj", f"/CN=Test {name}",
                   "-keyout", f"{name}.key"]
        if issuer is None:
            self._openssl(*request, "-x509", "-days", "2", "-addext", usage, "-out", f"{name}.pem")
        else:
            self._openssl(*request, "-out", f"{name}.csr")
            issuer.sign(name, f"basicConstraints=critical,CA:true\n{usage}\n")

    def _file(self, ending):
        return self.folder / f"{self.name}.{ending}"

    def _openssl(self, *arguments):
        return openssl(*arguments, cwd=self.folder)

    def issue(self, name, subject="/CN=localhost", names=LOCAL, usage=SERVER, key=EC,
              days=(-1, 2), password=None):
        """`name`.pem and `name`.key. `names`: alternative ones; `days`: first and last, from now."""
        protection = ["-nodes"] if password is None else ["-passout", f"pass:{password}"]
        self._openssl(
            "req", "-newkey", *key, *protection, "-utf8", "-subj", subject,
            "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )
        extensions = f"basicConstraints=critical,CA:false\nextendedKeyUsage={usage}\n"
        if names:
            extensions += f"subjectAltName={names}\n"
        self.sign(name, extensions, days)
        return Certificate(str(self.folder / f"{name}.pem"), str(self.folder / f"{name}.key"))

    def sign(self, name, extensions, days=(-1, 2)):
        """Makes `name`.pem of the request in `name`.csr."""
        (self.folder / f"{name}.ext").write_text(extensions, encoding="utf-8")
        self._openssl(
            "ca", "-batch", "-notext", "-config", f"{self.name}.cnf", "-rand_serial",
            "-startdate", days_from_now(days[0]), "-enddate", days_from_now(days[1]),
            "-extfile", f"{name}.ext", "-in", f"{name}.csr", "-out", f"{name}.pem",
        )

    def issue_client(self, name, user=None, **settings):
        """A client's, whose common name is `user`, or `name`."""
        subject = f"/CN={name if user is None else user}"
        return self.issue(name, **({"subject": subject, "names": None, "usage": CLIENT} | settings))

    def revoke(self, certificate):
        """Is in the lists that are made from now on."""
        self._openssl("ca", "-config", f"{self.name}.cnf", "-revoke", certificate.certificate)

    def revocation_list(self, name="crl", days=(-1, 2)):
        """The path of a new list; `days`: first and last, from now."""
        path = self.folder / f"{name}.pem"
        self._openssl(
            "ca", "-config", f"{self.name}.cnf", "-gencrl", "-out", str(path),
            "-crl_lastupdate", days_from_now(days[0]), "-crl_nextupdate", days_from_now(days[1]),
        )
        return str(path)

"""RSA keys and the JWTs that are signed with them: what clients sign to log in, and what the pod signs.

Cryptography is imported where it is used: a start that finds its keys pays nothing for it.
"""

from __future__ import annotations

import base64
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.access.errors import LoginRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

KEY_BITS = 2048
REQUEST_ALGORITHM = "RS512"
LONGEST_LIFE = 300
LEEWAY = 30
_LAST_SECOND = 10**15
_MAX_TOKEN = 16_384
_DIGITS = re.compile(r"\d{1,15}")


def new_private_key() -> str:
    """A fresh RSA key as PKCS#8 PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def private_folder(path: Path) -> None:
    """See that there is a directory, and that those which are made for it are their owner's only."""
    if not path.is_dir():
        private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: str | bytes) -> None:
    """Write what only its owner may read, whole or not at all: a reader sees the old file or the new one."""
    private_folder(path.parent)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def whole_pem(text: str) -> str:
    """The same text, where it is one whole PEM; ValueError where something is missing. Quick: what it says is not
    looked at before the key is used."""
    found = re.fullmatch(r"\s*-----BEGIN ([A-Z ]+)-----\s([A-Za-z0-9+/=\s]+)-----END ([A-Z ]+)-----\s*", text)
    if found is None or found[1] != found[3]:
        raise ValueError("it is no PEM")
    der = base64.b64decode("".join(found[2].split()), validate=True)
    octets = der[1] & 0x7F if len(der) > 1 and der[1] & 0x80 else 0
    length = int.from_bytes(der[2 : 2 + octets], "big") if octets else (der[1] if len(der) > 1 else -1)
    if der[:1] != b"\x30" or len(der) != 2 + octets + length:
        raise ValueError("it is cut short or spoilt")
    return text


@lru_cache(maxsize=8)
def public_key_of(private_pem: str) -> str:
    """The public half of a private key, as PEM."""
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(private_pem.encode(), password=None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@lru_cache(maxsize=4096)
def _public_key(pem: str) -> RSAPublicKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey) or key.key_size < KEY_BITS:
        raise ValueError(f"an RSA key of at least {KEY_BITS} bits is needed")
    return key


def check_public_key(pem: str) -> None:
    """ValueError unless this is the PEM of an RSA public key of at least 2048 bits."""
    _public_key(pem)


def _with_url_safe_signature(token: str) -> str:
    """The public Postman collection signs in standard base64; the real service takes it (production/auth.md 2.1)."""
    head, dot, signature = token.rpartition(".")
    return head + dot + signature.rstrip("=").replace("+", "-").replace("/", "_")


def subject_of(token: str) -> str:
    """Whom a login JWT claims to be, before anything is verified; LoginRefused when it is not such a JWT."""
    import jwt

    if len(token) > _MAX_TOKEN:
        raise LoginRefused("the JWT is too long")
    try:
        token = _with_url_safe_signature(token)
        algorithm = jwt.get_unverified_header(token).get("alg")
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise LoginRefused(f"the token is not a JWT: {error}") from None
    if algorithm != REQUEST_ALGORITHM:
        raise LoginRefused(f"the JWT is signed with {algorithm}, only {REQUEST_ALGORITHM} is taken")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise LoginRefused("the JWT has no 'sub', which names the app or the service account")
    return subject


def verify_login(token: str, keys: list[str], now: int) -> None:
    """LoginRefused unless one of these public keys signed the JWT, and it expires within five minutes from `now` (ms).

    The lifetime is compared with real time, since real clients sign with their own clocks.
    """
    import jwt

    if not keys:
        raise LoginRefused("no public key is registered for it")
    token = _with_url_safe_signature(token)
    for pem in keys:
        try:
            claims = jwt.decode(
                token,
                _public_key(pem),
                algorithms=[REQUEST_ALGORITHM],
                options={
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    "verify_aud": False,
                    "verify_iss": False,
                },
            )
            break
        except (jwt.PyJWTError, ValueError):
            continue
    else:
        raise LoginRefused("the signature of the JWT does not fit the public key that is registered")
    _check_lifetime(claims.get("exp"), now // 1000)


def _check_lifetime(expires: object, now: int) -> None:
    if isinstance(expires, str) and _DIGITS.fullmatch(expires):
        expires = int(expires)
    if isinstance(expires, bool) or not isinstance(expires, (int, float)) or not abs(expires) < _LAST_SECOND:
        raise LoginRefused("the JWT has no 'exp', the second at which it expires")
    if expires + LEEWAY <= now:
        raise LoginRefused(f"the JWT expired {now - expires:.0f} s ago: check the clock of the client")
    if expires > now + LONGEST_LIFE + LEEWAY:
        raise LoginRefused(
            f"the JWT lives for {expires - now:.0f} s, at most {LONGEST_LIFE} are allowed ('exp' is in seconds)"
        )


class PodKey:
    """The pod's own key, which signs session tokens. Made, or read, when it is first needed."""

    def __init__(self, private_pem: str | None = None) -> None:
        self._pem = private_pem
        self._key: RSAPrivateKey | None = None
        self._certificate: str | None = None
        self._kid: str | None = None

    @property
    def pem(self) -> str:
        """The private key as PEM."""
        if self._pem is None:
            self._pem = new_private_key()
        return self._pem

    def private(self) -> RSAPrivateKey:
        if self._key is None:
            from cryptography.hazmat.primitives import serialization
            from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

            key = serialization.load_pem_private_key(self.pem.encode(), password=None)
            assert isinstance(key, RSAPrivateKey)
            self._key = key
        return self._key

    def sign(self, claims: dict[str, Any], algorithm: str, headers: dict[str, str] | None = None) -> str:
        """A JWT of these claims."""
        import jwt

        return jwt.encode(claims, self.private(), algorithm=algorithm, headers=headers)

    def sign_json(self, claims: dict[str, Any], algorithm: str) -> str:
        """A JWT of claims that PyJWT would not write: production's `sub` is a number in some."""
        import json

        import jwt

        return jwt.api_jws.encode(json.dumps(claims).encode(), self.private(), algorithm=algorithm)

    @property
    def certificate(self) -> str:
        """The pod's X.509 certificate as PEM, by which its JWTs are checked. The same for the same key."""
        if self._certificate is None:
            from emulator.access.certificates import self_signed

            self._certificate = self_signed(self.private())
        return self._certificate

    @property
    def kid(self) -> str:
        """The name of the key in JWTs and in the key set: the SHA-1 of the public key, in Base64."""
        if self._kid is None:
            import hashlib

            from cryptography.hazmat.primitives import serialization

            public = self.private().public_key()
            der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
            self._kid = base64.b64encode(hashlib.sha1(der, usedforsecurity=False).digest()).decode()
        return self._kid

    def jwk(self) -> dict[str, str]:
        """The public key as one of a key set; each member is a string (production/auth.md 2)."""
        from jwt.algorithms import RSAAlgorithm

        numbers = RSAAlgorithm.to_jwk(self.private().public_key(), as_dict=True)
        return {
            "kty": "RSA",
            "kid": self.kid,
            "use": "sig",
            "alg": "RS256",
            "n": str(numbers["n"]),
            "e": str(numbers["e"]),
        }

"""A provider of identities as a process of its own: OpenID Connect over loopback, with a real RSA key, and faults on demand.

    python -m tests.support.oidc_provider PORT REDIRECT

It signs in whoever comes, as the subject that was set with POST /set, and answers the code once, to the client that shows its
secret, with the verifier of the challenge. `fault` of POST /set names one thing that it then does wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "desk-of-xa", "secret of the desk of XA"


@dataclass
class Provider:
    """What the provider knows."""

    issuer: str
    redirect: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "first"}))
    subject: str = "subject-1"
    fault: str = ""
    auth_age: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)

    def rotate(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": f"key-{secrets.token_hex(4)}"})

    def says(self) -> dict[str, Any]:
        issuer = "http://127.0.0.1:1" if self.fault == "another_issuer" else self.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": "http://keys.example/" if self.fault == "keys_in_the_clear" else f"{self.issuer}/keys",
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": self.redirect,
            "code_challenge_method": "S256",
        }
        assert {name: asked.get(name) for name in wanted} == wanted, asked
        assert "openid" in asked["scope"].split()
        if self.fault == "denied":
            return f"{self.redirect}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe(32)
        self.codes[code] = asked
        return f"{self.redirect}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the tokens of a code, once; None for anything that does not hold."""
        wanted = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
        if authorization != f"Basic {wanted}" or given.get("redirect_uri") != self.redirect:
            return None
        asked = self.codes.pop(given.get("code", ""), None)
        if asked is None:
            return None
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if _base64url(digest) != asked["code_challenge"]:
            return None
        self.used.append(given["code"])
        return {
            "access_token": "access",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self._id_token(asked["nonce"]),
        }

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce,
            "auth_time": now - self.auth_age,
        }  # fmt: skip
        wrong: dict[str, dict[str, Any]] = {
            "wrong_nonce": {"nonce": "of another way"},
            "wrong_audience": {"aud": "another client"},
            "two_audiences": {"aud": [CLIENT, "another client"], "azp": "another client"},
            "wrong_issuer": {"iss": "https://another.example"},
            "expired": {"exp": now - 3_600, "iat": now - 7_200},
            "not_yet": {"nbf": now + 3_600},
            "no_subject": {"sub": ""},
            "subject_with_a_zero": {"sub": "subject\x00"},
            "long_subject": {"sub": "x" * 300},
            "number_as_subject": {"sub": 7},
        }
        claims |= wrong.get(self.fault, {})
        if self.fault in {"no_nonce", "no_expiry"}:
            claims.pop({"no_nonce": "nonce", "no_expiry": "exp"}[self.fault])
        header = {"alg": "RS256", "kid": self.key.kid}
        if self.fault == "alg_none":
            parts = (json.dumps({"alg": "none"}), json.dumps(claims))
            return ".".join(_base64url(part.encode()) for part in parts) + "."
        if self.fault == "alg_hmac_with_public_key":
            # By hand: the library itself refuses to sign so.
            head = {"alg": "HS256", "kid": self.key.kid}
            said = ".".join(_base64url(json.dumps(part).encode()) for part in (head, claims))
            return f"{said}.{_base64url(hmac.digest(self.key.as_pem(private=False), said.encode(), 'sha256'))}"
        if self.fault == "alg_hmac_with_client_secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])
        if self.fault == "another_key":
            return jwt.encode(header, claims, RSAKey.generate_key(2048, parameters={"kid": str(self.key.kid)}))
        written = jwt.encode(header, claims, self.key)
        return written[:-4] + "AAAA" if self.fault == "changed" else written


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Handler(BaseHTTPRequestHandler):
    """Answers for one provider."""

    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        match parts.path:
            case "/.well-known/openid-configuration":
                self._answer(200, self.provider.says())
            case "/keys":
                self._answer(200, {"keys": [self.provider.key.as_dict(private=False)]})
            case "/authorize":
                self.send_response(302)
                self.send_header("Location", self.provider.authorize(dict(parse_qsl(parts.query))))
                self.send_header("Content-Length", "0")
                self.end_headers()
            case _:
                self._answer(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/set":
            for name, value in json.loads(body).items():
                setattr(self.provider, name, value)
            if self.provider.fault == "rotated":
                self.provider.rotate()
            self._answer(200, {})
            return
        found = self.provider.token(dict(parse_qsl(body.decode())), self.headers.get("Authorization", ""))
        if self.provider.fault == "not_json":
            self._answer(200, None)
        elif found is None:
            self._answer(400, {"error": "invalid_grant"})
        else:
            self._answer(200, found)

    def _answer(self, status: int, document: dict[str, Any] | None) -> None:
        data = b"<html>" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def main() -> None:
    port, redirect = int(sys.argv[1]), sys.argv[2]
    Handler.provider = Provider(f"http://127.0.0.1:{port}", redirect)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()

"""A browser and its push service on this machine: it verifies VAPID, and the browser decrypts."""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import http_ece  # type: ignore[import-untyped]  # comes without type hints
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid  # type: ignore[import-untyped]  # comes without type hints
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.gateways.push_web import address

SECRET_PATH = "/wpush/v2/gAAAAABl-secret"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw_key(private: ec.EllipticCurvePrivateKey) -> str:
    """A private key as the libraries print it: 32 bytes, base64url."""
    return b64(private.private_numbers().private_value.to_bytes(32, "big"))


def point(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, as browsers and headers carry it."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass(kw_only=True)
class Browser:
    """One subscription, with the keys that only the browser has."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def address(self) -> str:
        return address(self.endpoint, b64(point(self.private)), b64(self.auth))

    def read(self, body: bytes) -> dict[str, Any]:
        """What the service worker gets; raises for a message that is for another browser."""
        plain = http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth)
        return dict(json.loads(plain))


@dataclass(kw_only=True)
class PushService:
    """Answers as told, and 201 when it is told nothing; keeps every request it let in."""

    server: HTTPServer
    public_key: str
    """The application server's, as the browser was given it."""
    answers: list[Response] = field(default_factory=list)
    taken: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    refused: int = 0

    def browser(self, path: str = SECRET_PATH) -> Browser:
        """A new subscription at this service."""
        return Browser(endpoint=self.server.url_for(path))

    def answer(self, request: Request) -> Response:
        if not self._is_signed(request):
            self.refused += 1
            return Response("bad signature", 403)
        self.taken.append(request)
        self.bodies.append(request.get_data())
        if self.answers:
            return self.answers.pop(0)
        return Response("", 201, {"Location": self.server.url_for("/m/secret-message")})

    def claims(self, request: Request) -> dict[str, Any]:
        """What the signature vouches for."""
        token = request.headers["Authorization"].split("t=")[1].split(",")[0]
        body = token.split(".")[1]
        return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))

    def _is_signed(self, request: Request) -> bool:
        authorization = request.headers.get("Authorization", "")
        if f"k={self.public_key}" not in authorization or not Vapid.verify(authorization):
            return False
        place = urlsplit(self.server.url_for(""))
        return bool(self.claims(request)["aud"] == f"{place.scheme}://{place.netloc}")


def service(server: HTTPServer, private: ec.EllipticCurvePrivateKey) -> Iterator[PushService]:
    """A push service that knows the public half of an application server's key."""
    made = PushService(server=server, public_key=b64(point(private)))
    server.expect_request("/", method="POST").respond_with_handler(made.answer)
    server.expect_request(SECRET_PATH, method="POST").respond_with_handler(made.answer)
    yield made
    server.clear()

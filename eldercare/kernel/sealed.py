"""Sealed fields: encrypted with SM4-GCM at rest, found again only by a keyed digest (HMAC-SM3).

A sealed value is `key name · nonce · ciphertext`, bound to its table and column, so that it opens nowhere else.
The first key of `SEALED_KEYS` seals; all of them open. `manage.py rotate_keys` seals everything anew.
"""

import base64
import json
import os
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12
TAG_BYTES = 16


class CannotOpen(Exception):
    """A sealed value whose key is gone, or which was moved or altered."""


@cache
def _keyring(kind: str, pairs: tuple[str, ...]) -> dict[str, bytes]:
    if not pairs:
        raise ImproperlyConfigured(f"{kind} is not set. See .env.example.")
    named = dict(pair.split(":", 1) for pair in pairs)
    return {name: base64.b64decode(key) for name, key in named.items()}


def _seal_keys() -> dict[str, bytes]:
    return _keyring("SEALED_KEYS", tuple(settings.SEALED_KEYS))


def _index_keys() -> dict[str, bytes]:
    return _keyring("SEALED_INDEX_KEYS", tuple(settings.SEALED_INDEX_KEYS))


def seal(text: str, place: str) -> bytes:
    """Encrypt a text for one place (`app.table.column`)."""
    return seal_bytes(text.encode(), place)


def open_sealed(sealed: bytes, place: str) -> str:
    """Decrypt a text that was sealed for this place. Raises CannotOpen."""
    return open_bytes(sealed, place).decode()


def seal_bytes(content: bytes, place: str) -> bytes:
    """Encrypt a content for one place (`app.table.column`)."""
    name, key = next(iter(_seal_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(place.encode())
    body = encryptor.update(content) + encryptor.finalize()
    return bytes([len(name)]) + name.encode() + nonce + encryptor.tag + body


def open_bytes(sealed: bytes, place: str) -> bytes:
    """Decrypt what was sealed for this place. Raises CannotOpen."""
    length = sealed[0]
    name = sealed[1 : 1 + length].decode()
    rest = sealed[1 + length :]
    nonce, tag, body = (
        rest[:NONCE_BYTES],
        rest[NONCE_BYTES : NONCE_BYTES + TAG_BYTES],
        rest[NONCE_BYTES + TAG_BYTES :],
    )
    key = _seal_keys().get(name)
    if key is None:
        raise CannotOpen(f"the key {name} is not in SEALED_KEYS")
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(place.encode())
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag as error:
        raise CannotOpen(f"{place}: altered, or sealed for another place") from error


def key_name(sealed: bytes) -> str:
    """Tell which key sealed a value."""
    return sealed[1 : 1 + sealed[0]].decode()


def blind_index(text: str) -> str:
    """Give the keyed digest by which a sealed value is found and kept unique."""
    return _digest(next(iter(_index_keys().values())), text)


def blind_indexes(text: str) -> list[str]:
    """Give the digests under every index key, current first: for look-ups while keys are being rotated."""
    return [_digest(key, text) for key in _index_keys().values()]


def _digest(key: bytes, text: str) -> str:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(text.encode())
    return mac.finalize().hex()


class SealedField(models.BinaryField):
    """A value kept sealed. Python sees the text (or, with `SealedJSONField`, the structure); the table sees bytes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else self.unpack(open_bytes(bytes(value), self.place))

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal_bytes(self.pack(value), self.place)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = value if prepared else self.get_prep_value(value)
        return None if sealed is None else connection.Database.Binary(sealed)

    def get_default(self) -> Any:
        return self._get_default()

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: Any) -> str:
        raise TypeError(f"{self.place} is sealed and is not written to fixtures")

    def pack(self, value: Any) -> bytes:
        return str(value).encode()

    def unpack(self, content: bytes) -> Any:
        return content.decode()


class SealedJSONField(SealedField):
    """A structure (answers, conditions, a verdict with health facts) kept sealed."""

    def pack(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, default=str).encode()

    def unpack(self, content: bytes) -> Any:
        return json.loads(content)


class SealedBytesField(SealedField):
    """A file's content kept sealed. Its model says `SEALED_AT_ONCE`: how many rows fit into memory together."""

    def pack(self, value: Any) -> bytes:
        return bytes(value)

    def unpack(self, content: bytes) -> Any:
        return content

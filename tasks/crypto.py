"""Keys, encrypted fields and blind indexes (SEC-P2). Keys are passed to whoever needs them, never global.

The key file is JSON with mode 0600. A Chinese commercial-cryptography suite would be a second `Cipher`
under its own suite name in that file.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ENVIRONMENT = "AID595_KEYS"


class KeyFault(Exception):
    """The key file is missing a key, or a value was not sealed with these keys."""


class Cipher(Protocol):
    """Authenticated encryption of one suite."""

    suite: str

    def seal(self, key: bytes, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt, bound to a context that must be given again to open."""

    def open(self, key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt; raise KeyFault when key, text or context do not match."""


class AesGcm:
    """AES-256-GCM with a random 96-bit nonce before the text."""

    suite = "intl"

    def seal(self, key: bytes, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt, bound to a context that must be given again to open."""
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)

    def open(self, key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt; raise KeyFault when key, text or context do not match."""
        try:
            return AESGCM(key).decrypt(sealed[:12], sealed[12:], bound_to)
        except (InvalidTag, ValueError) as fault:
            raise KeyFault("the value was not sealed with this key for this place") from fault


_CIPHERS: dict[str, Cipher] = {"intl": AesGcm()}


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of an installation: `fields` every key still needed to read, `field_id` the writing one."""

    trail: bytes = field(repr=False)
    state: bytes = field(repr=False)
    index: bytes = field(repr=False)
    fields: Mapping[str, bytes] = field(repr=False)
    field_id: str
    suite: str = "intl"

    def seal(self, plain: str, place: str) -> str:
        """Encrypt a text for a place such as `person.id_no:17`; the result names its key."""
        sealed = _CIPHERS[self.suite].seal(self.fields[self.field_id], plain.encode(), place.encode())
        return f"{self.field_id}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """Decrypt a text sealed for the same place; raise KeyFault when it does not fit."""
        key_id, _, text = sealed.partition(":")
        if key_id not in self.fields:
            raise KeyFault(f"key {key_id!r} is not in the key file")
        return _CIPHERS[self.suite].open(self.fields[key_id], base64.b64decode(text), place.encode()).decode()

    def seal_bytes(self, plain: bytes, place: str) -> bytes:
        """Encrypt a file for a place such as `attachment:17`; the result begins with the name of its key."""
        sealed = _CIPHERS[self.suite].seal(self.fields[self.field_id], plain, place.encode())
        return self.field_id.encode() + b":" + sealed

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """Decrypt a file sealed for the same place; raise KeyFault when it does not fit."""
        name, _, raw = sealed.partition(b":")
        key = self.fields.get(name.decode("ascii", "replace"))
        if key is None:
            raise KeyFault(f"key {name!r} is not in the key file")
        return _CIPHERS[self.suite].open(key, raw, place.encode())

    def blind(self, kind: str, value: str) -> str:
        """Return a keyed hash of a normalised value: equal values can be found, nobody can guess back."""
        return hmac.new(self.index, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def new_keys() -> Keys:
    """Make a fresh set of random keys."""
    fresh = secrets.token_bytes
    return Keys(trail=fresh(32), state=fresh(32), index=fresh(32), fields={"k1": fresh(32)}, field_id="k1")


def load_keys(path: Path, environ: Mapping[str, str] | None = None) -> Keys:
    """Read the keys from the environment or the file; make the file (mode 0600) on first use.

    Raise KeyFault when what is there cannot be used.
    """
    given = (environ if environ is not None else os.environ).get(ENVIRONMENT)
    if given:
        return keys_from_text(given)
    if not path.exists():
        _create(path, keys_text(new_keys()))
    return keys_from_text(path.read_text(encoding="utf-8"))


def _create(path: Path, text: str) -> None:
    """Write the whole file or nothing; whoever comes second keeps the first one's keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def keys_text(keys: Keys) -> str:
    """Return keys as their file holds them; for a child process, through a pipe."""

    def b64(raw: bytes) -> str:
        return base64.b64encode(raw).decode()

    return json.dumps(
        {
            "suite": keys.suite,
            "trail": b64(keys.trail),
            "state": b64(keys.state),
            "index": b64(keys.index),
            "field": {
                "current": keys.field_id,
                "keys": {name: b64(raw) for name, raw in keys.fields.items()},
            },
        },
        indent=1,
    )


def keys_from_text(text: str) -> Keys:
    """Return keys from the text of their file; raise KeyFault."""
    try:
        data = json.loads(text)
        raw = {name: base64.b64decode(data[name], validate=True) for name in ("trail", "state", "index")}
        fields = {name: base64.b64decode(key, validate=True) for name, key in data["field"]["keys"].items()}
        keys = Keys(**raw, fields=fields, field_id=data["field"]["current"], suite=data["suite"])
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise KeyFault("the key file is damaged; restore it from the backup") from fault
    lengths = {len(key) for key in (*raw.values(), *fields.values())}
    if keys.suite not in _CIPHERS or keys.field_id not in fields or lengths != {32}:
        raise KeyFault("the key file names an unknown suite or a key of the wrong length")
    return keys

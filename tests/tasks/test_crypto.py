"""Sealed fields, blind indexes and the key file."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.crypto import ENVIRONMENT, KeyFault, Keys, load_keys, new_keys


def test_a_sealed_text_opens_only_at_its_place() -> None:
    keys = new_keys()
    sealed = keys.seal("110113198401010023", "person.id_no:1")
    assert keys.open(sealed, "person.id_no:1") == "110113198401010023"
    assert "1984" not in base64.b64decode(sealed.partition(":")[2]).decode("latin-1")
    with pytest.raises(KeyFault):
        keys.open(sealed, "person.id_no:2")


def test_a_changed_sealed_text_does_not_open() -> None:
    keys = new_keys()
    key_id, _, text = keys.seal("secret", "x").partition(":")
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    with pytest.raises(KeyFault):
        keys.open(f"{key_id}:{base64.b64encode(raw).decode()}", "x")


def test_an_old_key_still_reads_while_the_new_one_writes() -> None:
    old = new_keys()
    sealed = old.seal("secret", "x")
    both = replace(old, fields={**old.fields, "k2": bytes(range(32))}, field_id="k2")
    assert both.open(sealed, "x") == "secret"
    assert both.seal("secret", "x").startswith("k2:")
    with pytest.raises(KeyFault):
        replace(both, fields={"k2": bytes(32)}).open(sealed, "x")


def test_the_blind_index_is_equal_for_equal_values_of_one_kind_under_one_key() -> None:
    keys, others = new_keys(), new_keys()
    assert keys.blind("id_no", "a") == keys.blind("id_no", "a")
    assert len({keys.blind("id_no", "a"), keys.blind("phone", "a"), others.blind("id_no", "a")}) == 3


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys"
    first = load_keys(path, {})
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_keys(path, {}) == first
    assert [item.name for item in path.parent.iterdir()] == ["keys"]


def test_many_first_starts_at_once_agree_on_one_set_of_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _n: load_keys(path, {}), range(16)))
    assert all(keys == made[0] for keys in made)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    given = load_keys(tmp_path / "one", {})
    text = (tmp_path / "one").read_text(encoding="utf-8")
    assert load_keys(tmp_path / "two", {ENVIRONMENT: text}) == given
    assert not (tmp_path / "two").exists()


def _damage(text: str, how: str) -> str:
    data = json.loads(text)
    if how == "short":
        data["trail"] = base64.b64encode(b"short").decode()
    elif how == "suite":
        data["suite"] = "unknown"
    elif how == "current":
        data["field"]["current"] = "gone"
    elif how == "missing":
        del data["state"]
    return "not json" if how == "text" else json.dumps(data)


@pytest.mark.parametrize("how", ["text", "short", "suite", "current", "missing"])
def test_a_damaged_key_file_is_refused(tmp_path: Path, how: str) -> None:
    path = tmp_path / "keys"
    load_keys(path, {})
    path.write_text(_damage(path.read_text(encoding="utf-8"), how), encoding="utf-8")
    with pytest.raises(KeyFault):
        load_keys(path, {})


def test_keys_do_not_show_in_text() -> None:
    keys: Keys = new_keys()
    assert "k1" in repr(keys)
    assert repr(keys.trail)[2:10] not in repr(keys)

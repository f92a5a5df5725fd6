#!/usr/bin/env python3
"""Verify an evidence bundle of aid595 by itself: one file, the standard library, no product.

    python3 verify_bundle.py BUNDLE.zip [--keys FILE] [--checkpoints FILE]

Without the key file it proves that the files are those the manifest lists; that events are numbered without
a gap; that diagrams, papers and drawn ways are as the events tell; that the head of the trail lies under the
root of the seal; and, given the file of checkpoints kept outside, that nothing told there was cut off or
written anew. It cannot prove without the key that an event still says what it said: whoever can write the
bundle can write other words and close it again. With the key file it recomputes the manifest, every link,
payload, form and seal. Whoever has the key can write a trail anew; only the checkpoints outside show that.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

WHAT = {
    "altered": "记录被改动", "removed": "记录被删除", "inserted": "插入了不是本系统写入的记录",
    "reordered": "记录的次序被调换", "cut": "封存之后，末尾的记录被截去",
    "resigned": "封存之后，记录被重新签写", "payload altered": "附带内容被改动",
    "payload removed": "附带内容被整行删除", "payload inserted": "附带内容没有对应的记录",
    "definition swapped": "办理所依据的流程图被调换", "path altered": "画出的路径与记录不一致",
    "content altered": "记录所指的内容被改动", "content removed": "记录所指的内容被删除",
    "seal altered": "封存记录被改动", "checkpoint altered": "库外的封存文件被改动",
    "file altered": "证据包里的文件被改动", "file removed": "证据包里缺少文件",
    "file inserted": "证据包里多出文件",
}  # fmt: skip
FIELDS = ("trail_id", "seq", "at", "kind", "instance_id", "rev", "element", "actor_id", "role", "origin",
          "data", "command_key")  # fmt: skip
START, REACH, MOST_TRIES, MOST_BYTES = bytes(32), 32, 200_000, 512 * 1024 * 1024
Row = dict[str, Any]


def sha(*parts: bytes) -> bytes:
    """Return SHA-256 over what is given."""
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA256."""
    return hmac.new(key, b"".join(parts), "sha256").digest()


def canonical(value: Any) -> str:
    """Return JSON as it was signed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def link(key: bytes, previous: bytes, row: Row) -> bytes:
    """Return the chain value of an event: over the one before and every field."""
    text = "\x1f".join("" if row[name] is None else str(row[name]) for name in FIELDS)
    return mac(key, previous, text.encode())


def mapping(text: Any) -> Row:
    """Read JSON as a mapping; an empty one where it is none."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def leaf(head: list[Any]) -> bytes:
    """Return the leaf of a head [trail, number, hash] in the tree of a seal."""
    return sha(b"\0", f"{head[0]}\x1f{head[1]}\x1f".encode(), bytes.fromhex(head[2]))


def tree(leaves: list[bytes]) -> bytes:
    """Return the root over leaves."""
    if len(leaves) < 2:
        return leaves[0] if leaves else START
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha(b"\1", tree(leaves[:half]), tree(leaves[half:]))


class Chain:
    """The links of a trail, and what happened where they do not fit."""

    def __init__(self, key: bytes, rows: list[Row]) -> None:
        self.key, self.rows, self.tries = key, rows, MOST_TRIES
        self.hashes = [START, *(bytes.fromhex(row["hash"]) for row in rows)]

    def findings(self) -> list[tuple[int, str]]:
        """Return (number, what) of what was removed, inserted, reordered or altered."""
        moved, unknown, gaps = self._sort()
        found = [(number, "removed") for number in gaps]
        shifts = {was - now for now, was in moved.items()}
        for number in unknown:
            after = moved.get(number + 1)
            what = "altered"
            if after == number and shifts == {-1}:
                what, moved = "inserted", {}
            elif after == number + 2 and shifts == {1}:
                what, moved = "removed", {}
            found.append((number, what))
        return sorted(found + [(number, "reordered") for number in moved])

    def _sort(self) -> tuple[dict[int, int], list[int], list[int]]:
        moved, unknown, gaps = dict[int, int](), list[int](), list[int]()
        previous, expected, doubtful = START, 1, False
        for row, kept in zip(self.rows, self.hashes[1:], strict=True):
            number = row["seq"]
            gaps += range(expected, min(number, expected + REACH))
            fits = link(self.key, previous, row) == kept
            was = number if fits else self._written_as(row, number, kept)
            if was is not None and was != number:
                moved[number] = was
            elif was is None and number == expected and not doubtful:
                unknown.append(number)
            doubtful, previous, expected = was is None, kept, number + 1
        return moved, unknown, gaps

    def _written_as(self, row: Row, number: int, kept: bytes) -> int | None:
        near = sorted(range(max(1, number - REACH), number + REACH + 1), key=lambda n: abs(n - number))
        for candidate in near:
            for previous in self.hashes:
                self.tries -= 1
                if self.tries < 0:
                    return None
                if link(self.key, previous, {**row, "seq": candidate}) == kept:
                    return candidate
        return None


class Bundle:
    """A bundle, and what is wrong with it: (what, event, detail)."""

    def __init__(self, path: str, keys: Row | None = None, checkpoints: list[str] | None = None) -> None:
        self.zip = zipfile.ZipFile(path)
        if sum(one.file_size for one in self.zip.infolist()) > MOST_BYTES:
            raise ValueError("too large")
        self.keys = {name: base64.b64decode(keys[name]) for name in ("trail", "index")} if keys else None
        self.checkpoints = checkpoints
        self.evidence: Row = json.loads(self.zip.read("evidence.json"))
        self.events: list[Row] = [{**row, "told": mapping(row["data"])} for row in self.evidence["events"]]
        self.faults: list[tuple[str, int | None, str]] = []

    def add(self, what: str, number: int | None = None, detail: str = "") -> None:
        """Keep a finding, once."""
        if (what, number, detail) not in self.faults:
            self.faults.append((what, number, detail))

    def check(self) -> list[tuple[str, int | None, str]]:
        """Verify everything that can be verified with what was given."""
        self.files()
        if any(what == "file removed" for what, *_ in self.faults):
            return self.faults
        self.numbers()
        if self.keys:
            rows = sorted(self.events, key=lambda row: row["seq"])
            for number, what in Chain(self.keys["trail"], rows).findings():
                self.add(what, number)
            self.payloads(self.keys["trail"])
            self.forms(self.keys["index"])
        self.papers()
        self.ways(self.diagrams())
        self.seal()
        if self.checkpoints is not None:
            self.outside(self.checkpoints)
        return self.faults

    def files(self) -> None:
        """The files are those the bundle was closed with."""
        listed, names = json.loads(closed := self.zip.read("manifest.json")), self.zip.namelist()
        if self.keys:
            listed["manifest.mac"] = sha(mac(self.keys["trail"], closed).hex().encode()).hex()
        for name in sorted({*listed, *names}):
            if name not in names:
                self.add("file removed", detail=name)
            elif names.count(name) > 1 or name not in {*listed, "manifest.json", "manifest.mac"}:
                self.add("file inserted", detail=name)
            elif name in listed and hashlib.sha256(self.zip.read(name)).hexdigest() != listed[name]:
                self.add("file altered", detail=name)

    def numbers(self) -> None:
        """Events are numbered from 1 without gap, in order, on one trail."""
        expected = 1
        for row in self.events:
            for number in range(expected, row["seq"]):
                self.add("removed", number)
            if row["seq"] < expected:
                self.add("inserted" if row["seq"] < 1 else "reordered", row["seq"])
            if row["trail_id"] != self.events[0]["trail_id"]:
                self.add("inserted", row["seq"])
            expected = max(expected, row["seq"] + 1)

    def payloads(self, key: bytes) -> None:
        """What stands beside an event is what its HMAC was made of; erased is no fault."""
        beside = dict(self.evidence["payloads"])
        for row in self.events:
            if not isinstance(digest := row["told"].get("payload"), str):
                continue
            text = beside.pop(str(row["seq"]), False)
            if text is False:
                self.add("payload removed", row["seq"])
            elif text is not None and mac(key, text.encode()).hex() != digest:
                self.add("payload altered", row["seq"])
        for number in beside:
            self.add("payload inserted", int(number))

    def forms(self, key: bytes) -> None:
        """Forms are what was kept of them when the step was done."""
        for row in self.events:
            told, values = row["told"], self.evidence["forms"].get(str(row["told"].get("task")))
            made = mac(key, f"form\0{canonical(values)}".encode()).hex()
            if row["kind"] == "TaskCompleted" and isinstance(told.get("form"), str) and made != told["form"]:
                what = "altered" if values is not None else "removed"
                self.add(f"content {what}", row["seq"], f"表单 {row['element']}")

    def papers(self) -> None:
        """Papers are those that were issued."""
        papers = {paper["id"]: paper for paper in self.evidence["papers"]}
        for row in self.events:
            told, paper = row["told"], papers.get(str(row["told"].get("id")))
            made = paper and sha(f"{paper['template']}\n{paper['content']}".encode()).hex()
            if row["kind"] == "PaperIssued" and made != told.get("hash"):
                what = "altered" if paper else "removed"
                self.add(f"content {what}", row["seq"], f"文书 {told.get('number')}")

    def diagrams(self) -> dict[Any, tuple[str, dict[bytes, bool]]]:
        """Return digest (over the drawing and what it brings) and flows (drawn or not), by version."""
        found = {}
        for one in self.evidence["definitions"]:
            xml = self.zip.read(one["file"])
            brought = [b"\0", self.zip.read(one["annex"])] if "annex" in one else []
            drawn = set(re.findall(rb"<(?:\w+:)?BPMNEdge\b[^>]*?\bbpmnElement=[\"']([^\"']+)", xml))
            flows = re.findall(rb"<(?:\w+:)?sequenceFlow\b[^>]*?\bid=[\"']([^\"']+)", xml)
            digest = sha(xml, *brought).hex()[:32]
            found[one["key"], one["version"]] = digest, {flow: flow in drawn for flow in flows}
        return found

    def ways(self, diagrams: dict[Any, tuple[str, dict[bytes, bool]]]) -> None:
        """Processes ran the diagrams in the bundle, one after a migration too; their ways are as drawn."""
        stored: dict[int, list[list[Any]]] = {}
        flows: dict[int, dict[bytes, bool]] = {}
        for row in self.events:
            instance, told = row["instance_id"], row["told"]
            if row["kind"] in ("ProcessStarted", "ProcessMigrated"):
                version = (told.get("process"), told.get("version"))
                digest, flows[instance] = diagrams.get(version, ("", {}))
                stored.setdefault(instance, []).append([])
                if not digest or digest != told.get("diagram"):
                    self.add("definition swapped", row["seq"], f"{version[0]} v{version[1]}")
            for flow in told["path"] if isinstance(told.get("path"), list) else ():
                drawn = flows.get(instance, {}).get(str(flow).encode())
                stored.setdefault(instance, [[]])[-1].append(flow if drawn else None)
                if drawn is None:
                    self.add("path altered", row["seq"], str(flow))
        for number, names in self.evidence["pictures"].items():
            told = [{n: flow for n, flow in enumerate(way, 1) if flow} for way in stored.get(int(number), [])]
            if [self.shown(name) for name in names] != told:
                self.add("path altered", detail="、".join(names))

    def shown(self, name: str) -> dict[int, str]:
        """Return the flows that a picture shows as taken, by their places in the way."""
        found = re.findall(r'data-flow="([^"]+)" data-order="([^"]+)"', self.zip.read(name).decode())
        return {int(place): flow for flow, places in found for place in places.split()}

    def seal(self) -> None:
        """Seals follow each other; the head of the trail lies under the root of the last one."""
        previous, roots = None, {}
        for row in self.evidence["seals"]:
            before, made = bytes.fromhex(row["previous"]), bytes.fromhex(row["mac"])
            text = f"{row['n']}\x1f{row['at']}\x1f{row['trails']}\x1f{row['events']}\x1f{row['root']}"
            genuine = not self.keys or mac(self.keys["trail"], before, text.encode()) == made
            if not genuine or (previous is not None and before != previous):
                self.add("seal altered", detail=f"第{row['n']}次封存")
            previous, roots[row["n"]] = made, row["root"]
        under = self.evidence["sealed"]
        if under is None:
            return
        node = leaf(under["head"])
        for side, text in under["up"]:
            other = bytes.fromhex(text)
            node = sha(b"\1", node, other) if side == "right" else sha(b"\1", other, node)
        if node.hex() != roots.get(under["n"]):
            self.add("seal altered", detail=f"第{under['n']}次封存")
        self.head(under["head"])

    def head(self, head: list[Any]) -> None:
        """Compare the trail with a head [trail, number, hash] that was told of it."""
        if (last := max(row["seq"] for row in self.events)) < head[1]:
            self.add("cut", last + 1)
        elif any(row["seq"] == head[1] and row["hash"] != head[2] for row in self.events):
            self.add("resigned", head[1])

    def outside(self, lines: list[str]) -> None:
        """The trail is what a file outside was told of it, whenever it was told."""
        heads, told = dict[int, list[Any]](), list[list[Any]]()
        for number, text in enumerate(lines, 1):
            line = mapping(text)
            unsigned = {name: value for name, value in line.items() if name != "line_mac"}
            made = mac(self.keys["trail"], canonical(unsigned).encode()).hex() if self.keys else None
            if genuine := "heads" in line and made in (None, line.get("line_mac")):
                heads.update({head[0]: head for head in line["heads"]})
                told += [head for head in line["heads"] if head[0] == self.events[0]["trail_id"]]
            if not genuine or tree([leaf(heads[one]) for one in sorted(heads)]).hex() != line["root"]:
                self.add("checkpoint altered", detail=f"第{number}行")
        for head in told:
            self.head(head)


def say(bundle: Bundle, faults: list[tuple[str, int | None, str]], keys: bool, outside: bool) -> None:
    """Print what was found, and what could not be looked at."""
    one = bundle.evidence.get("case") or bundle.evidence["trail"]
    print(f"{'案件' + one['case_no'] if 'case_no' in one else one['name']}，{len(bundle.events)}条记录。")
    if not keys:
        print("没有给出密钥：记录、附带内容和表单是否逐字未变没有核验；核验了编号、文件、流程图、文书、路径和封存。")
    if not outside:
        print("没有给出库外的封存文件：末尾是否被截去、是否用密钥重写，只能对照证据包里的封存。")
    if bundle.evidence["sealed"] is None:
        print("证据包里没有封存证明。")
    for what, number, detail in faults:
        print(f"  {f'第{number}条：' if number else ''}{WHAT[what]}" + (f"：{detail}" if detail else ""))
    print(f"发现{len(faults)}处问题。" if faults else "没有发现问题。")


def main(arguments: list[str] | None = None) -> int:
    """Verify the bundle named; return 0: nothing was found, 1: something was, 2: no bundle."""
    parser = argparse.ArgumentParser(description="核验595就业援助案件证据包")
    parser.add_argument("bundle")
    parser.add_argument("--keys", type=Path, help="密钥文件；只需要其中 trail、index 两项")
    parser.add_argument("--checkpoints", type=Path, help="库外的封存文件，例如 aid595.checkpoints")
    given = parser.parse_args(arguments)
    try:
        keys = json.loads(given.keys.read_text("utf-8")) if given.keys else None
        lines = given.checkpoints.read_text("utf-8").splitlines() if given.checkpoints else None
        bundle = Bundle(given.bundle, keys, lines)
        say(bundle, bundle.check(), keys is not None, lines is not None)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        print(f"不能核验：这不是完整的证据包，或者密钥、封存文件不对（{type(error).__name__}）。")
        return 2
    return 1 if bundle.faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""The unpatched client and a Hub that misbehaves: at first start, at a start with a cache, while it runs.

All faults of a phase run side by side, each on a repository of its own.
"""

import time
from pathlib import Path

import pytest

from tests.support.hub_process import HubProcess
from tests.support.loopback_hub import FAULTS, LoopbackHub

SLUGS = {fault: fault.replace(" ", "-") for fault in FAULTS}
OLD = {"code_of_conduct.md": b"## Ours\n\nOld words.\n", "situations.jsonl": b"", "big.bin": b"0" * 1000}
NEW = OLD | {"code_of_conduct.md": b"## Ours\n\nNew words.\n", "vectors.safetensors": b"new" * 100}
BAD = {"code_of_conduct.md": b"# Nothing but a title\n"}

# Short for responses that never come, longer for refusals and long for texts, which must come on a busy machine.
SHORT, LONGER, LONG = 2.5, 10.0, 60.0
NEVER_READY = ("hang", "slow", "hang in files", "truncated")
SECONDS = dict.fromkeys(FAULTS, LONGER) | dict.fromkeys(NEVER_READY, SHORT) | {"500 then ok": LONG, "flipped": LONG}
REASONS = {
    "drop": "(RemoteProtocolError)",
    "503": "(it answered 503)",
    "429": "(it limits how often it may be asked)",
    "401": "(the token is not valid)",
    "404": "(it does not exist, or no token was given that may read it)",
    "hang": "(it took too long)",
    "slow": "(it took too long)",
    "hang in files": "(it took too long)",
    "truncated": "(it took too long)",
    "flipped": "was damaged on the way)",
}


def tasks(phase: str, seconds: dict[str, float] | None = None) -> list[dict[str, object]]:
    """A task for each fault, on the repository of this phase and fault."""
    return [{"dataset": f"ada/{phase}-{SLUGS[fault]}", "seconds": (seconds or SECONDS)[fault]} for fault in FAULTS]


@pytest.fixture
def served():
    """A Hub with a repository for each phase and fault, still without faults."""
    with LoopbackHub() as served:
        for phase in ("cold", "warm", "run"):
            for fault in FAULTS:
                served.push("dataset", f"ada/{phase}-{SLUGS[fault]}", OLD)
        yield served


def break_all(served: LoopbackHub) -> None:
    """Give each repository a new text, and its fault."""
    for (_, name), repo in served.repos.items():
        repo.push(NEW)
        fault = next(fault for fault in FAULTS if name.split("-", 1)[1] == SLUGS[fault])
        served.faults[name] = fault


def test_every_fault_at_first_start_with_a_cache_and_while_running(served: LoopbackHub, tmp_path: Path):
    """Without a cache there is no text, with one the last good text, each with its reason; a Hub that fails once is
    asked again; once it is well, the new text comes, and nothing damaged stayed behind."""
    patient = dict.fromkeys(FAULTS, LONG)
    old, new = "Old words.", "New words."
    with HubProcess(tmp_path, served.url) as running:
        running.ask("refresh", *tasks("run"))
        running.ask("find_dataset", *tasks("warm", patient))
        break_all(served)
        with HubProcess(tmp_path, served.url) as starting:
            # Most of the time all of them wait for the Hub.
            starting.send("find_dataset", *tasks("cold"), *tasks("warm"))
            while_running = dict(zip(FAULTS, running.ask("refresh", *tasks("run")), strict=True))
            results = starting.receive()
        at_first_start = dict(zip(FAULTS, results[: len(FAULTS)], strict=True))
        with_a_cache = dict(zip(FAULTS, results[len(FAULTS) :], strict=True))

        for fault in FAULTS:
            if fault == "500 then ok":
                assert [at_first_start[fault][2], with_a_cache[fault][2], while_running[fault][2]] == [new] * 3
                continue
            name, _, _, why = at_first_start[fault]
            repo = f"ada/cold-{SLUGS[fault]}"
            assert (fault, name) == (fault, "none")
            assert why.startswith(
                f"CONDUCT_DATASET is {repo}, but there is no text to serve: the Hub did not give {repo} ("
            )
            assert f"{REASONS[fault]}. Fix that text" in why
            name, revision, text, fallback_reason = with_a_cache[fault]
            repo = f"ada/warm-{SLUGS[fault]}"
            assert (fault, name, text) == (fault, repo, old)
            assert revision == next(iter(served.repos["dataset", repo].commits))
            assert fallback_reason.startswith(f"The newest {repo} was not used: the Hub did not give {repo} (")
            assert fallback_reason.endswith(f"{REASONS[fault]}.")
            assert (fault, while_running[fault][2]) == (fault, old)

        served.faults.clear()
        served.closing.set()
        with HubProcess(tmp_path, served.url) as starting:
            for phase in ("cold", "warm"):
                for fault, found in zip(FAULTS, starting.ask("find_dataset", *tasks(phase, patient)), strict=True):
                    assert [fault, *found[2:]] == [fault, new, ""]
        # Requests of the running process that hung end now.
        until = time.monotonic() + LONG
        while (texts := [found[2] for found in running.ask("refresh", *tasks("run"))]) != [new] * len(FAULTS):
            assert time.monotonic() < until, dict(zip(FAULTS, texts, strict=True))

        served.close()
        with HubProcess(tmp_path, served.url) as starting:
            never, kept = starting.ask(
                "find_dataset", {"dataset": "ada/never", "seconds": LONG}, {"dataset": "ada/warm-503", "seconds": LONG}
            )
        assert never[0] == "none"
        assert "there is no text to serve: the Hub did not give ada/never (ConnectError)." in never[3]
        assert kept[2] == new
        assert kept[3] == "The newest ada/warm-503 was not used: the Hub did not give ada/warm-503 (ConnectError)."
        assert running.ask("refresh", {"dataset": "ada/run-503", "seconds": LONG})[0][2] == new


def test_a_bad_text_never_replaces_a_good_one(tmp_path: Path):
    """Neither at a start nor while running, and it is not downloaded again and again."""
    task = {"dataset": "ada/code", "seconds": LONG}
    with LoopbackHub() as served, HubProcess(tmp_path, served.url) as running:
        good = served.push("dataset", "ada/code", OLD)
        running.ask("refresh", task)
        bad = served.push("dataset", "ada/code", BAD)
        assert running.ask("refresh", task)[0][1:3] == [good, "Old words."]
        served.requests.clear()
        assert running.ask("refresh", task)[0][1] == good
        assert served.requests == ["GET /api/datasets/ada/code/revision/main"]
        with HubProcess(tmp_path, served.url) as starting:
            (found,) = starting.ask("find_dataset", task)
        assert found[:3] == ["ada/code", good, "Old words."]
        assert f"ada/code at {bad[:8]} cannot be used (The code of conduct has no paragraph to show" in found[3]
        better = served.push("dataset", "ada/code", NEW)
        assert running.ask("refresh", task)[0][1:3] == [better, "New words."]


UNUSABLE = [
    ({"README.md": b"no text"}, "ada/code-0 has no code_of_conduct.md"),
    ({"code_of_conduct.md": b"\xff\xfe\x00"}, "is neither UTF-8 nor UTF-16 nor Windows-1252"),
    (OLD | {"code_of_conduct.md": b"x" * 1_000_001}, "has 1,000,001 bytes, 1,000,000 at most can be read"),
    (OLD | {"situations.jsonl": b"\xff\n"}, "situations.jsonl is not UTF-8"),
    (OLD | {"situations.jsonl": b"{}\n"}, "situations.jsonl line 1 must be like"),
    (OLD | {"situations.jsonl": b"\n" * 50_001}, "situations.jsonl may have 50,000 lines"),
    (OLD | {"situations.jsonl": b"x" * 20_001}, "situations.jsonl line 1 has more than 20,000 characters"),
    ({"code_of_conduct.md": b"---\na: &a [b]\nc: *a\n---\ntext"}, "The front matter uses YAML anchors"),
    ({"code_of_conduct.md": b"# a\n" * 4_000 + b"text"}, "may have 3,000 headings and passages"),
]


def test_a_text_that_cannot_be_used_is_refused_with_its_reason(tmp_path: Path):
    """Too large ones are not even downloaded."""
    with LoopbackHub() as served, HubProcess(tmp_path, served.url) as starting:
        for number, (files, _) in enumerate(UNUSABLE):
            served.push("dataset", f"ada/code-{number}", files)
        asked = [{"dataset": f"ada/code-{number}", "seconds": LONG} for number in range(len(UNUSABLE))]
        for (name, _, _, instead), (_, why) in zip(starting.ask("find_dataset", *asked), UNUSABLE, strict=True):
            assert name == "none"
            assert why in instead
        assert not any("ada/code-2/resolve" in request for request in served.requests)

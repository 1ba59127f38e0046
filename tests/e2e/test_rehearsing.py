"""`fairdial simulate`, `replay`, `scenarios`: what comes out, and that it comes out again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dialer.storage.journal.compression import zstd
from dialer.storage.journal.file import JournalReader, JournalWriter

Run = Callable[..., Any]

PROMISED_KEYS = {
    "scenario",
    "policy",
    "seed",
    "agents",
    "hours",
    "attempts",
    "live_answers",
    "connected",
    "abandoned",
    "abandonment_rate",
    "talk_minutes_per_agent_hour",
    "right_party_contacts",
    "right_party_contacts_per_agent_hour",
    "attempts_per_right_party_contact",
    "occupancy",
    "mean_agent_wait_s",
    "p90_agent_wait_s",
    "promises",
    "gate_denials",
    "rulebook",
    "wall_s",
}


def without_clock(text: str) -> dict[str, object]:
    """A summary less what differs between two runs of the same shift; a head is of the process, too."""
    summary = json.loads(text)
    return {key: value for key, value in summary.items() if key not in ("wall_s", "journal", "journal_head")}


def test_the_json_has_every_promised_key(smoke: Path) -> None:
    summary = json.loads((smoke / "said.json").read_text(encoding="utf-8"))
    assert summary.keys() >= PROMISED_KEYS
    assert (summary["scenario"], summary["seed"], summary["agents"]) == ("smoke", 7, 3)
    assert summary["attempts"] > 20
    assert summary["connected"] + summary["abandoned"] <= summary["live_answers"]


def test_a_shift_leaves_report_journal_store_and_summary(smoke: Path) -> None:
    folder = smoke / "fairdial-out" / "smoke"
    names = {"fairdial.db", "journal.jsonl.zst", "report.html", "summary.json"}
    assert names <= {path.name for path in folder.iterdir()}
    assert "<h1>Rehearsal: smoke</h1>" in (folder / "report.html").read_text(encoding="utf-8")


def test_another_process_and_hash_seed_rehearse_the_same_shift(
    smoke: Path, smoke_command: tuple[str, ...], run_apart: Run, tmp_path: Path
) -> None:
    again = run_apart(*smoke_command, folder=tmp_path, environment={"PYTHONHASHSEED": "99"})
    first = (smoke / "said.json").read_text(encoding="utf-8")
    assert without_clock(again.stdout) == without_clock(first)


def test_options_change_the_shift(run: Run, tmp_path: Path) -> None:
    done = run(
        *("simulate", "smoke", "--agents", "2", "--hours", "0.1", "--policy", "fixed_ratio", "--seed", "3"),
        *("--out", "here", "--json"),
        folder=tmp_path,
    )
    summary = json.loads(done.stdout)
    chosen = ("agents", "hours", "policy", "seed")
    assert [summary[key] for key in chosen] == [2, 0.1, "fixed_ratio", 3]
    assert (tmp_path / "here" / "journal.jsonl.zst").exists()


def test_a_replay_is_identical(smoke: Path, run: Run) -> None:
    done = run("replay", "fairdial-out/smoke/journal.jsonl.zst", folder=smoke)
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "identical"), done.stderr


def test_a_replay_is_identical_under_other_hash_seeds_and_processor_features(
    smoke: Path, run_apart: Run
) -> None:
    features: dict[str, bool] = getattr(np, "_core")._multiarray_umath.__cpu_features__  # noqa: B009
    wide = ("AVX512F", "AVX512_SKX", "X86_V4", "AVX2", "X86_V3")
    switched_off = " ".join(name for name in wide if features.get(name))
    done = run_apart(
        "replay",
        "fairdial-out/smoke",
        folder=smoke,
        environment={"PYTHONHASHSEED": "4711", "NPY_DISABLE_CPU_FEATURES": switched_off},
    )
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "identical"), done.stdout + done.stderr
    if switched_off:  # pinned here, and yet every decision would have been the same
        assert " 0 would have been others here" in done.stderr


def test_a_journal_whose_last_steps_were_taken_out_is_found_out(
    smoke: Path, run: Run, tmp_path: Path
) -> None:
    """What is left would replay as it was; the last line still says that it is the end."""
    data = zstd.decompress((smoke / "fairdial-out/smoke/journal.jsonl.zst").read_bytes())
    lines = data.splitlines(keepends=True)
    journal = tmp_path / "tampered.jsonl.zst"
    journal.write_bytes(zstd.compress(b"".join([*lines[:-51], lines[-1]])))
    done = run("replay", str(journal), folder=tmp_path)
    assert done.returncode == 1
    assert "are not those that were written" in done.stderr


def test_a_journal_that_was_written_anew_gives_other_decisions(smoke: Path, run: Run, tmp_path: Path) -> None:
    """Its chain is whole: whoever wrote it computed it. The signed head is missed, and the engine differs."""
    reader = JournalReader(smoke / "fairdial-out/smoke/journal.jsonl.zst")
    journal = tmp_path / "anew.jsonl.zst"
    with JournalWriter(journal, reader.header) as writer:
        for sequence, line in enumerate(reader.encoded(), start=1):
            is_launch = b'["Originate"' in line
            changed = line.replace(b'"ring_s":22.0', b'"ring_s":45.0') if is_launch else line
            writer.append_encoded(sequence, changed)
    done = run("replay", str(journal), folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("DAMAGED: step 756 or what came before it was written anew")
    assert "DIFFERENT from step" in done.stdout
    assert "recorded [1].ring_s: 45.0" in done.stdout
    assert "replayed [1].ring_s: 22.0" in done.stdout


def test_a_journal_that_was_cut_off_is_found_out(smoke: Path, run: Run, tmp_path: Path) -> None:
    journal = tmp_path / "cut.jsonl"
    whole = zstd.decompress((smoke / "fairdial-out/smoke/journal.jsonl.zst").read_bytes())
    journal.write_bytes(whole[: len(whole) // 2])
    done = run("replay", str(journal), "--json", folder=tmp_path)
    told = json.loads(done.stdout)
    assert (done.returncode, told["identical"], told["first_difference"]) == (1, False, None)
    assert "cut off" in told["damaged"]


@pytest.mark.parametrize("bad", ["this is no journal\n", '{"format": "something-else"}\n', ""])
def test_what_is_no_journal_is_named_and_refused(run: Run, tmp_path: Path, bad: str) -> None:
    (tmp_path / "bad.jsonl").write_text(bad, encoding="utf-8")
    done = run("replay", "bad.jsonl", folder=tmp_path)
    assert done.returncode == 1
    assert "bad.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_no_rehearsal_made_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "fairdial.db").write_text("precious", encoding="utf-8")
    done = run("simulate", "smoke", "--out", "mine", folder=tmp_path)
    assert done.returncode == 1
    assert "would be overwritten" in done.stderr
    assert (tmp_path / "mine" / "fairdial.db").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("simulate", "nowhere"), "no scenario is called 'nowhere'"),
        (("simulate", "smoke", "--policy", "reckless"), "no pacing policy is called 'reckless'"),
        (("simulate", "mine.toml"), "there is no such file"),
        (("replay", "nothing.jsonl"), "there is no such file"),
        (("explain", "a1-00000001"), "there is no store here yet"),
        (("export", "attempts", "--out", "x.csv"), "there is no store here yet"),
        (("law", "show", "no-such-rule"), "no rule is called 'no-such-rule'"),
        (("law", "diff", "yesterday", "2026-01-01"), "'yesterday' is not a day"),
        (("gate", "check", "cases.jsonl"), "there is no such file"),
    ],
)
def test_a_mistake_is_told_with_what_and_mend_and_no_traceback(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 1, done.stdout
    assert f"error: {said}" in done.stderr
    assert "mend:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_does_not_exist_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "fairdial.toml").write_text('ouput = "typo"\n', encoding="utf-8")
    done = run("simulate", "smoke", folder=tmp_path)
    assert (done.returncode, "'ouput'" in done.stderr) == (1, True)


def test_a_scenario_file_of_ones_own_can_be_rehearsed(run: Run, tmp_path: Path, smoke: Path) -> None:
    text = '[agents]\ncount = 2\n[shift]\nhours = 0.05\n[campaign]\npolicy = "progressive"\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    done = run("simulate", "mine.toml", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["scenario"] == "mine"
    (tmp_path / "mine.toml").write_text("[agents]\ncount = -2\n", encoding="utf-8")
    done = run("simulate", "mine.toml", folder=tmp_path)
    assert (done.returncode, "agents.count" in done.stderr) == (1, True)


def test_scenarios_are_listed(run: Run, tmp_path: Path) -> None:
    listed = json.loads(run("scenarios", "--json", folder=tmp_path).stdout)
    assert {"collections", "real", "smoke"} <= {each["scenario"] for each in listed}


def test_a_copied_folder_still_replays(smoke: Path, run: Run, tmp_path: Path) -> None:
    shutil.copytree(smoke / "fairdial-out" / "smoke", tmp_path / "elsewhere")
    assert run("replay", "elsewhere", folder=tmp_path).returncode == 0

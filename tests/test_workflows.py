"""The workflows do no more than they must: pinned actions, least permissions, no contributor's code where it can write."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.paths import ROOT
from scripts.tables.pinned import GPT2
from tests.conftest import NOT_RUN

FOLDER = ROOT / ".github" / "workflows"
NAMES = sorted(path.name for path in FOLDER.glob("*.yml"))
each = pytest.mark.parametrize("name", NAMES)

Job = dict[str, Any]


def text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def workflow(name: str) -> dict[str, Any]:
    read: dict[str | bool, Any] = yaml.safe_load(text(name))
    return {
        "on" if key is True else str(key): value for key, value in read.items()
    }  # YAML 1.1 reads `on` as true


def jobs(name: str) -> list[Job]:
    return list(workflow(name)["jobs"].values())


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in jobs(name) for step in job["steps"]]


def writes(job: Job) -> set[str]:
    return {part for part, may in job["permissions"].items() if may == "write"}


def test_there_are_those_that_the_readme_of_the_architecture_names() -> None:
    shown = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for name in NAMES:
        assert workflow(name)["name"] in shown


@each
def test_actions_are_pinned_by_commit_and_say_their_version(name: str) -> None:
    used = re.findall(r"uses: (.+)", text(name))
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_an_action_is_used_at_one_version_only() -> None:
    used = {use for name in NAMES for use in re.findall(r"uses: (.+)", text(name))}
    commits = {(use.partition("@")[0].split("/")[1], use.partition("@")[2]) for use in used}
    assert len(commits) == len({action for action, _ in commits})


@each
def test_nothing_is_permitted_but_what_a_job_names(name: str) -> None:
    assert workflow(name)["permissions"] == {}
    for job in jobs(name):
        assert set(job["permissions"].values()) <= {"read", "write"}
        assert job["permissions"]["contents"]


@each
def test_it_ends_and_is_not_run_twice_at_once(name: str) -> None:
    assert workflow(name)["concurrency"]["group"]
    assert all(0 < job["timeout-minutes"] <= 60 for job in jobs(name))


@each
def test_no_checkout_leaves_its_token_behind(name: str) -> None:
    for step in steps(name):
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@each
def test_no_script_has_an_expression_in_it(name: str) -> None:
    """What a stranger can name, such as a branch, reaches a script through the environment or not at all."""
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


@each
def test_where_a_contributor_s_code_runs_nothing_is_secret_and_nothing_can_be_written(name: str) -> None:
    assert "pull_request_target" not in workflow(name)["on"]
    if "pull_request" in workflow(name)["on"]:
        assert not re.search(r"secrets\.|github\.token|GITHUB_TOKEN", text(name))
        assert all(writes(job) == set() for job in jobs(name))
        assert "actions/cache@" not in text(name)  # it may take from the cache, and leave nothing there


def test_what_deploys_a_preview_runs_the_default_branch_only() -> None:
    name = "preview-deploy.yml"
    checkouts = [step["with"] for step in steps(name) if "checkout" in step.get("uses", "")]
    assert [checkout["ref"] for checkout in checkouts] == ["${{ github.event.repository.default_branch }}"]
    runs = "\n".join(step.get("run", "") for step in steps(name))
    assert set(re.findall(r"python3 (-m [\w.]+|\S+)", runs)) == {"-m scripts.publish", "-m scripts.site_diff"}
    assert not re.search(r"\b(pip|npm|make|mkdocs)\b", runs)
    assert workflow(name)["on"] == {
        "workflow_run": {"workflows": [workflow("preview-build.yml")["name"]], "types": ["completed"]}
    }


@pytest.mark.parametrize("number", ["12", "7\n"])
def test_a_number_passes(number: str, tmp_path: Path) -> None:
    assert "number=" in checked(tmp_path, number, "open abc", "abc")


@pytest.mark.parametrize(
    ("number", "answer"),
    [("12", "open other"), ("12", "closed abc"), *[(n, "open abc") for n in ("", "0", "1x", "1\n2", "$(id)", "../1", "9" * 11)]],
)  # fmt: skip
def test_a_number_that_is_not_that_of_the_run_is_refused(number: str, answer: str, tmp_path: Path) -> None:
    assert "number=" not in checked(tmp_path, number, answer, "abc")


def checked(folder: Path, number: str, answer: str, sha: str) -> str:
    """What the step that checks the number leaves for the others, with a GitHub that gives ``answer``."""
    if sys.platform == "win32" or not (bash := shutil.which("bash")):
        pytest.skip(NOT_RUN + "there is no bash here, in which the workflow's step runs")
    (script,) = (step["run"] for step in steps("preview-deploy.yml") if step.get("id") == "of")
    (folder / "gh").write_text(f"#!/bin/sh\necho '{answer}'\n")
    (folder / "gh").chmod(0o755)
    (folder / "number").write_text(number)
    (folder / "out").touch()
    env = {
        "PATH": f"{folder}:/usr/bin:/bin",
        "NUMBER_FILE": str(folder / "number"),
        "GH_REPO": "a/b",
        "HEAD_SHA": sha,
    }
    subprocess.run(
        [bash, "-eo", "pipefail", "-c", script], env=env | {"GITHUB_OUTPUT": str(folder / "out")}, check=False
    )
    return (folder / "out").read_text()


def test_a_deploy_knows_no_fallback() -> None:
    build = workflow("deploy.yml")["jobs"]["build"]
    assert build["env"]["EMBEDDINGS_MODEL"] == "gpt2"
    assert "EMBEDDINGS_UNVERIFIED" not in text("deploy.yml")
    runs = [step.get("run", "") for step in build["steps"]]
    uploads = [i for i, step in enumerate(build["steps"]) if "upload-artifact" in step.get("uses", "")]
    assert any("scripts check --deploy" in run for run in runs[: uploads[0]])
    assert writes(build) == set()


def test_the_cache_is_keyed_by_the_hashes_of_the_tables() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "scripts/tables/pinned.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    for pin in (GPT2.wte, GPT2.wpe, GPT2.vocab, GPT2.merges):
        assert pin.sha256[:16] in done.stdout
    for name in ("deploy.yml", "preview-build.yml"):
        (cache,) = (step["with"] for step in steps(name) if "actions/cache" in step.get("uses", ""))
        assert cache["key"] == "${{ steps.tables.outputs.key }}"
        assert "restore-keys" not in cache


@each
def test_what_it_runs_is_there(name: str) -> None:
    from scripts.__main__ import VERBS

    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    for run in (step.get("run", "") for step in steps(name)):
        assert set(re.findall(r"\bmake (?:-C \w+ )?([a-z-]+)\b(?!/)", run)) <= targets
        assert set(re.findall(r"-m scripts ([a-z-]+)", run)) <= set(VERBS)
        for module in re.findall(r"-m scripts\.(\w+)", run):
            assert (ROOT / "scripts" / f"{module}.py").is_file()
        if run.startswith(".ci/"):
            assert (ROOT / run.strip()).is_file()


def test_zizmor_finds_nothing() -> None:
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert zizmor, "zizmor is in the lock"
    done = subprocess.run(
        [zizmor, "--offline", "--quiet", "--no-progress", ".github"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout

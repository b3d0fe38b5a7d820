"""The outputs that the site shows of audits: each is what the command prints. Needs torch.

``SYMKL_UPDATE_GOLDEN=1`` writes them anew.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from symkl import cli

SHOWN = Path(__file__).parents[2] / "docs" / "data" / "audits"
KL = ("logprob=policy", "ref_logprob=reference")
COMMANDS = {
    "unbound": ("my_losses.py:kl_penalty", "--bind", "logprob=policy"),
    "k3": ("my_losses.py:kl_penalty", "--bind", *KL, "--set", "kind=k3", "--expect", "loss=∇KL(π‖π_ref)"),
    "low-var-kl": ("my_losses.py:kl_penalty", "--bind", *KL, "--set", "kind=low_var_kl"),
    "ppo": (
        "my_losses.py:ppo", "--bind", "logprobs=policy", "old_logprobs=old", "advantages=advantage", "mask=mask",
        "--sampler", "old", "--expect", "is=PPO(0.2, 0.2)", "gathers=token-mean",
    ),
}  # fmt: skip


def typed(arguments: tuple[str, ...]) -> str:
    """A command as it is typed."""
    return " ".join(f"'{each}'" if set(each) & set("()∇ ") else each for each in ("symkl", "audit", *arguments))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_shows_what_the_command_prints(name: str, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    shutil.copy(SHOWN / "my-losses.txt", tmp_path / "my_losses.py")
    monkeypatch.chdir(tmp_path)
    cli.main(["audit", *COMMANDS[name], "--width", "92"])
    out, err = capsys.readouterr()
    text = f"$ {typed(COMMANDS[name])}\n{out}{err}"
    file = SHOWN / f"{name}.txt"
    if os.environ.get("SYMKL_UPDATE_GOLDEN"):
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text

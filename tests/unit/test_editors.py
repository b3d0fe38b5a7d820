"""What lies in ``editors/``: the extension builds without a network, and works with the server it is for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors/vscode"
NODE = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
TEXT = r"""# A

$$ V = \beta \log Z(x) $$

$$ V = V + \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} - \log \pi(y|x) - \log \pi_{ref}(y|x) $$
"""


def test_the_extension_is_packed_alike_each_time(tmp_path: Path) -> None:
    packed = []
    for name in ("a.vsix", "b.vsix"):
        subprocess.run([sys.executable, EXTENSION / "build.py", tmp_path / name], check=True, capture_output=True, cwd=tmp_path)
        packed.append((tmp_path / name).read_bytes())
    assert packed[0] == packed[1]
    with zipfile.ZipFile(tmp_path / "a.vsix") as archive:
        assert archive.testzip() is None
        inside = set(archive.namelist())
        manifest = ElementTree.fromstring(archive.read("extension.vsixmanifest"))
        ElementTree.fromstring(archive.read("[Content_Types].xml"))
        about = json.loads(archive.read("extension/package.json"))
    assert {"extension/extension.js", "extension/connection.js", "extension/package.json"} <= inside
    assert f"extension/{about['main'].removeprefix('./')}" in inside
    names = {"v": "http://schemas.microsoft.com/developer/vsx-schema/2011"}
    identity = manifest.find("v:Metadata/v:Identity", names)
    assert identity is not None
    assert (identity.get("Id"), identity.get("Version")) == (about["name"], about["version"])
    for asset in manifest.findall("v:Assets/v:Asset", names):
        assert asset.get("Path") in inside
    assert "dependencies" not in about  # so nothing has to be fetched


def talk(command: list[str]) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run(
        [NODE, str(ROOT / "tests/unit/vscode_session.js"), str(EXTENSION / "extension.js"), *command], input=TEXT, text=True,
        capture_output=True, timeout=120, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
@pytest.mark.skipif(find_spec("pygls") is None, reason="needs pygls")
def test_the_extension_shows_what_the_server_says() -> None:
    done = talk([sys.executable, "-m", "symkl", "lsp"])
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["first"]["code"], told["first"]["severity"], told["first"]["source"]) == ("refuted", 0, "symkl")
    assert told["first"]["range"]["start"] == {"line": 4, "character": 3}
    assert "REFUTED" in told["hover"]["parts"][0]["parts"][0]
    assert told["actions"][0]["isPreferred"]
    assert [each["parts"][1] for each in told["outline"]] == ["∴ assumed", "✗ REFUTED"]
    assert told["definition"]["parts"][1]["start"] == {"line": 2, "character": 3}
    assert [each["parts"][1].strip() for each in told["hints"]] == ["∴ assumed", "✗ REFUTED"]
    assert told["after"] == []
    assert told["restarted"] == []


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
def test_a_program_that_is_not_there_is_said() -> None:
    told = json.loads(talk(["no-such-program-of-symkl", "lsp"]).stdout)
    assert "pip install 'symkl[lsp]'" in told["messages"][0]


def test_every_editor_of_the_guide_starts_the_same_command() -> None:
    guide = (ROOT / "docs/howto/check-while-you-type.md").read_text("utf-8")
    for editor in ("Visual Studio Code", "Neovim", "Emacs", "Helix"):
        assert f"## {editor}" in guide
    assert guide.count("lsp") >= 4

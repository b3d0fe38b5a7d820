"""Pack the extension into ``symkl.vsix``: a ZIP file with two lists. Needs Python alone, and no network.

python editors/vscode/build.py [FILE.vsix]; then: code --install-extension FILE.vsix
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).parent
FILES = ("package.json", "extension.js", "connection.js", "README.md")
_WHEN = (2020, 1, 1, 0, 0, 0)  # so that the same files give the same bytes

_TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension=".json" ContentType="application/json"/>
<Default Extension=".js" ContentType="application/javascript"/>
<Default Extension=".md" ContentType="text/markdown"/>
<Default Extension=".vsixmanifest" ContentType="text/xml"/>
</Types>
"""


def manifest() -> str:
    """What the extension is, in the words that Visual Studio reads."""
    about = json.loads((HERE / "package.json").read_text("utf-8"))
    name, version, publisher, engine = about["name"], about["version"], about["publisher"], about["engines"]["vscode"]
    return f"""<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
<Metadata>
<Identity Language="en-US" Id={quoteattr(name)} Version={quoteattr(version)} Publisher={quoteattr(publisher)}/>
<DisplayName>{escape(about["displayName"])}</DisplayName>
<Description xml:space="preserve">{escape(about["description"])}</Description>
<Categories>{escape(",".join(about["categories"]))}</Categories>
<Properties><Property Id="Microsoft.VisualStudio.Code.Engine" Value={quoteattr(engine)}/></Properties>
</Metadata>
<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
<Dependencies/>
<Assets>
<Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
<Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
</Assets>
</PackageManifest>
"""


def build(target: Path) -> None:
    """Write the package."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("[Content_Types].xml", _TYPES), ("extension.vsixmanifest", manifest())):
            archive.writestr(zipfile.ZipInfo(name, _WHEN), text)
        for name in FILES:
            archive.writestr(zipfile.ZipInfo(f"extension/{name}", _WHEN), (HERE / name).read_bytes())


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "symkl.vsix"
    build(out)
    print(f"wrote {out}")

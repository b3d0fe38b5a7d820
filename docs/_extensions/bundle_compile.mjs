// Compiles the Python of archives with the very Python that the page runs, so that no reader's browser has to do it.
// node bundle_compile.mjs RUNTIME OUT STDLIB ARCHIVE...: OUT is a zip of the __pycache__ folders that belong beside the
// archives, STDLIB a zip of Python's own library with each module compiled in its place.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, out, stdlib, ...archives] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(resolve(runtime), "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: `${resolve(runtime)}/` });
for (const archive of archives) {
  python.unpackArchive(new Uint8Array(readFileSync(archive)).buffer, basename(archive).endsWith(".whl") ? "wheel" : "zip", { extractDir: "/there" });
}
python.FS.writeFile("/library.zip", readFileSync(join(resolve(runtime), "python_stdlib.zip")));
python.runPython(`
import compileall, pathlib, py_compile, sys, zipfile

# The page trusts what came with it: nothing asks whether a source is newer. The paths inside are those of the page.
compileall.compile_dir("/there", quiet=1, stripdir="/there", prependdir="/lib/python3.14/site-packages",
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
with zipfile.ZipFile("/compiled.zip", "w", zipfile.ZIP_DEFLATED) as kept:
    for path in sorted(pathlib.Path("/there").rglob("*.pyc")):
        entry = zipfile.ZipInfo(str(path.relative_to("/there")))  # with no date: the same bytes for the same files
        entry.compress_type = zipfile.ZIP_DEFLATED
        kept.writestr(entry, path.read_bytes())

home = next(path for path in sys.path if path.endswith(".zip"))
# Python imports a hundred modules of its own library before it runs a line of ours, and its zip holds sources alone.
# From a zip a module is imported as name.pyc, where name.py would stand.
with zipfile.ZipFile("/library.zip") as library, zipfile.ZipFile("/stdlib.zip", "w", zipfile.ZIP_DEFLATED) as kept:
    for held in library.infolist():
        name, content = held.filename, library.read(held)
        if name.endswith(".py"):
            pathlib.Path("/module.py").write_bytes(content)
            py_compile.compile("/module.py", "/module.pyc", f"{home}/{name}", doraise=True,
                               invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
            name, content = f"{name}c", pathlib.Path("/module.pyc").read_bytes()
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        kept.writestr(entry, content)
`);
writeFileSync(stdlib, python.FS.readFile("/stdlib.zip"));
writeFileSync(out, python.FS.readFile("/compiled.zip"));

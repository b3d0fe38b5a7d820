"""Rows in files: exact values of every dtype, memory bounded by a block, and a message for whatever is no rows."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symkl.tokens import files
from symkl.tokens.files import BadFile, open_rows

ROOT = Path(__file__).parents[2]


def safetensors_file(path: Path, tensors: dict[str, tuple[str, tuple[int, ...], bytes]]) -> str:
    """A safetensors file written byte by byte, as its format says: a length, a header in JSON, the data."""
    import json

    header, at = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))
    return str(path)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f4"])
def test_npy_rows_come_back_as_they_are(tmp_path: Path, dtype: str) -> None:
    values = np.random.default_rng(0).normal(size=(7, 11)).astype(dtype)
    values[3, 4] = -np.inf
    path = str(tmp_path / "a.npy")
    np.save(path, values)
    rows = open_rows(path, "--logits", "logits")
    assert (rows.rows, rows.vocabulary, rows.dtype) == (7, 11, np.dtype(dtype).name)
    for start, stop in [(0, 7), (2, 5), (6, 9), (7, 9)]:
        part = rows.read(start, stop)
        assert part.dtype == np.dtype(np.dtype(dtype).name)
        assert part.dtype.isnative
        assert part.tobytes() == values[start:stop].astype(part.dtype).tobytes()


def test_leading_axes_are_rows(tmp_path: Path) -> None:
    values = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    path = str(tmp_path / "a.npy")
    np.save(path, values)
    rows = open_rows(path, "--logits", "logits")
    assert (rows.rows, rows.vocabulary) == (6, 4)
    assert rows.read(4, 5).tolist() == [values[1, 1].tolist()]
    np.save(path, values[0, 0])
    assert open_rows(path, "--rewards", "rewards").rows == 1


def test_every_bfloat16_is_read_exactly_without_torch(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="needs safetensors")
    # All 65,536 of them, NaN and both infinities included. Worked out from sign, exponent and fraction.
    bits = np.arange(1 << 16, dtype=np.uint16).reshape(256, 256)
    sign = np.where(bits >> 15, -1.0, 1.0)
    exponent, fraction = (bits >> 7 & 255).astype(int), (bits & 127) / 128.0
    with np.errstate(over="ignore"):
        value = sign * np.where(exponent == 0, fraction * 2.0**-126, (1 + fraction) * 2.0 ** (exponent - 127))
    value = np.where(exponent == 255, np.where(fraction == 0, sign * np.inf, np.nan), value)
    one = np.arange(3, dtype="<f4")
    path = safetensors_file(
        tmp_path / "b.safetensors",
        {"first": ("F32", (3,), one.tobytes()), "logits": ("BF16", (256, 256), bits.astype("<u2").tobytes()),
         "last": ("I64", (1,), b"\0" * 8)},
    )  # fmt: skip
    rows = open_rows(path, "--logits", "logits")
    assert rows.dtype == "bfloat16"
    with np.errstate(invalid="ignore"):  # some of the NaNs are signalling ones
        assert np.array_equal(rows.read(0, 256).astype(np.float64), value, equal_nan=True)
    assert np.array_equal(rows.read(100, 101)[0].astype(np.float64), value[100])
    assert open_rows(path + ":first", "--logits", "logits").read(0, 1).tolist() == [[0.0, 1.0, 2.0]]


@pytest.mark.parametrize(("name", "dtype"), [("F16", "<f2"), ("F32", "<f4"), ("F64", "<f8")])
def test_safetensors_of_other_dtypes(tmp_path: Path, name: str, dtype: str) -> None:
    pytest.importorskip("safetensors", reason="needs safetensors")
    values = np.random.default_rng(1).normal(size=(5, 6)).astype(dtype)
    path = safetensors_file(tmp_path / "x.safetensors", {"anything": (name, (5, 6), values.tobytes())})
    assert np.array_equal(open_rows(path, "--rewards", "rewards").read(1, 4), values[1:4])


def test_a_file_that_the_package_wrote_itself(tmp_path: Path) -> None:
    module = pytest.importorskip("safetensors.numpy", reason="needs safetensors")
    arrays = {"logits": np.random.default_rng(2).normal(size=(4, 9)).astype(np.float32), "rewards": np.ones((9,))}
    path = str(tmp_path / "both.safetensors")
    module.save_file(arrays, path, metadata={"made": "here"})
    for name, values in arrays.items():
        assert np.array_equal(open_rows(path, f"--{name}", name).read(0, 4), values.reshape(-1, 9))


# --- what is no rows ----------------------------------------------------------------------------


def npy(path: Path, values: object, **options: object) -> str:
    np.save(path, values, **options)  # type: ignore[arg-type]
    return str(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda d: str(d / "no.npy"), "no such file"),
        (lambda d: str(d), "is a folder; name a file that ends with .npy or .safetensors"),
        (lambda d: str(Path(d / "a.txt").write_text("1") and d / "a.txt"), "must end with .npy or .safetensors"),
        (lambda d: npy(d / "i.npy", np.zeros((2, 3), int)), "holds int64; write float64, float32 or float16"),
        (lambda d: npy(d / "v.npy", np.zeros((2, 3), "V2")), "bf16 wants a .safetensors file"),
        (lambda d: npy(d / "c.npy", np.zeros((2, 3), complex)), "holds complex128"),
        (lambda d: npy(d / "o.npy", np.array([None, {}]), allow_pickle=True), "is no .npy file that can be read"),
        (lambda d: npy(d / "f.npy", np.asfortranarray(np.zeros((2, 3)))), "write numpy.ascontiguousarray(array)"),
        (lambda d: npy(d / "s.npy", np.float32(3)), "its shape is a single number"),
        (lambda d: npy(d / "e.npy", np.zeros((0, 3))), "e.npy"),
        (lambda d: str(Path(d / "g.npy").write_bytes(b"garbage") and d / "g.npy"), "is no .npy file that can be read"),
    ],
)  # fmt: skip
def test_what_is_no_rows_is_said_with_the_arguments_name(tmp_path: Path, make, message: str) -> None:
    with pytest.raises(BadFile) as caught:
        open_rows(make(tmp_path), "--rewards", "rewards")
    assert str(caught.value).startswith("--rewards: ")
    assert message in str(caught.value)


def test_a_file_cut_short_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "cut.npy"
    np.save(path, np.zeros((100, 100)))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadFile, match=r"--logits: .*cut.npy is no .npy file that can be read"):
        open_rows(str(path), "--logits", "logits")


def test_a_file_that_becomes_shorter_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((100, 100)))
    rows = open_rows(str(path), "--logits", "logits")
    path.write_bytes(path.read_bytes()[:-1000])
    assert rows.read(0, 50).shape == (50, 100)
    with pytest.raises(BadFile, match="it became shorter while it was read"):
        rows.read(90, 100)


def test_an_archive_by_another_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    (tmp_path / "a.npz").rename(tmp_path / "a.npy")
    with pytest.raises(BadFile, match="holds no single array"):
        open_rows(str(tmp_path / "a.npy"), "--logits", "logits")


@pytest.mark.parametrize(
    ("tensors", "name", "message"),
    [
        ({"a": ("F32", (1,), b"\0" * 4), "b": ("F32", (1,), b"\0" * 4)}, "", "no tensor 'logits'; write .*:NAME with one of a, b"),
        ({"a": ("F32", (1,), b"\0" * 4)}, ":b", "no tensor 'b'; write .*:NAME with one of a"),
        ({"a": ("I64", (2,), b"\0" * 16)}, "", "holds I64; write F64, F32, F16 or BF16"),
        ({"a": ("F32", (0,), b"")}, "", "holds no rows: its shape is 0"),
        ({"a": ("F32", (3,), b"\0" * 4)}, "", "is no .safetensors file that can be read"),
    ],
)  # fmt: skip
def test_what_is_no_rows_in_safetensors(tmp_path: Path, tensors, name: str, message: str) -> None:
    pytest.importorskip("safetensors", reason="needs safetensors")
    path = safetensors_file(tmp_path / "t.safetensors", tensors)
    with pytest.raises(BadFile, match=f"--logits: .*{message}"):
        open_rows(path + name, "--logits", "logits")


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    path = safetensors_file(tmp_path / "t.safetensors", {"a": ("F32", (1,), b"\0" * 4)})
    with pytest.raises(BadFile, match="needs the package safetensors: pip install safetensors"):
        open_rows(path, "--logits", "logits")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = Path(npy(tmp_path / "a.npy", np.zeros((2, 2))))
    path.chmod(0)
    with pytest.raises(BadFile, match="permission denied"):
        open_rows(str(path), "--logits", "logits")


# --- memory -------------------------------------------------------------------------------------


# The largest that this process has been, in bytes. getrusage would count what pytest took before it started us, too.
PEAK = (
    "def peak():\n"
    "    lines = open('/proc/self/status').read().splitlines()\n"
    "    return next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')) * 1024\n"
)
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says how large a process has been")


def peak_of_reading(path: str, block: int) -> int:
    """The bytes of memory that reading ``path`` block by block takes at most, above what Python and NumPy take."""
    code = (
        f"import sys\n{PEAK}from symkl.tokens.files import open_rows\n"
        "rows = open_rows(sys.argv[1], '--logits', 'logits')\n"
        "rows.read(0, 1)\n"
        "before = peak()\n"
        "total = sum(float(rows.read(i, i + int(sys.argv[2])).sum()) for i in range(0, rows.rows, int(sys.argv[2])))\n"
        "assert total == 7.0, total\n"
        "print(peak() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path, str(block)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@needs_proc
def test_memory_is_bounded_by_a_block(tmp_path: Path) -> None:
    path = str(tmp_path / "sparse.npy")
    rows, vocabulary = 1000, 100_000  # 400 MB, of which the disk holds next to nothing
    array = np.lib.format.open_memmap(path, "w+", np.float32, (rows, vocabulary))
    array[-1, -1] = 7.0
    array.flush()
    del array
    assert os.path.getsize(path) > 4e8
    small, whole = peak_of_reading(path, 10), peak_of_reading(path, rows)
    assert small < 20e6  # a block has 4 MB
    assert whole > 4e8  # so that the measurement would have noticed


def test_what_is_mapped_is_let_go(tmp_path: Path) -> None:
    values = np.zeros((4, 5), np.float32)
    rows = open_rows(npy(tmp_path / "a.npy", values), "--logits", "logits")
    block = rows.read(0, 4)
    assert block.flags.writeable
    block[:] = 1.0
    assert rows.read(0, 4).sum() == 0.0
    assert not isinstance(block.base, np.memmap)


def test_the_endings_are_told() -> None:
    assert files.ENDINGS == (".npy", ".safetensors")

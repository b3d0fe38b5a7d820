"""Compiles the Triton kernels for CUDA devices, without one; prints what each became. Run by test_token_fused.

pytest imports every module here for its doctests, so that this one takes Triton where it is used, and not before.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from typing import Any

POINTERS = ("logits_at", "rewards_at", "mask_at", "inverse_at", "numbers_at", "maxima_at", "highest_at", "log_sum_at", "into_at", "lost_at")
MULTIPLES = (*POINTERS, "width", "logits_row", "rewards_row", "mask_row", "into_row", "count")
"""What a vocabulary of 131,072 tokens has that are multiples of 16: Triton then loads 16 bytes at a time."""


def built(function: Any, capability: int, data: str, arithmetic: str, masked: bool) -> Any:
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource, compile

    from symkl.tokens import kernels

    constants = {"masked": masked, "size": kernels.TILE} | ({"least": -120.0, "part": 256} if "least" in function.arg_names else {})
    types = dict.fromkeys(POINTERS, f"*{arithmetic}") | {"logits_at": f"*{data}", "rewards_at": f"*{data}", "lost_at": "*i32"}
    types["mask_at"] = "*i1" if masked else f"*{data}"
    signature = {name: "constexpr" if name in constants else types.get(name, "i32") for name in function.arg_names}
    attributes = {(i,): [["tt.divisibility", 16]] for i, name in enumerate(function.arg_names) if name in MULTIPLES}
    source = ASTSource(fn=function, signature=signature, constexprs=constants, attrs=attributes)
    return compile(source, target=GPUTarget("cuda", capability, 32), options=kernels._OPTIONS)


def main() -> None:
    from symkl.tokens import kernels

    found = []
    for capability in (80, 90):
        for data, arithmetic in (("bf16", "fp32"), ("fp16", "fp32"), ("fp32", "fp32"), ("fp64", "fp64")):
            for masked in (False, True):
                for function in (kernels._numbers, kernels._log_policy):
                    made = built(function, capability, data, arithmetic, masked)
                    loads = Counter(re.findall(r"ld\.global\.(\S+)", made.asm["ptx"]))
                    found.append({
                        "kernel": function.__name__, "capability": capability, "data": data, "masked": masked,
                        "binary": len(made.asm["cubin"]), "loads": loads, "fused": len(re.findall(r"\bfma\.rn\.f32", made.asm["ptx"])),
                    })  # fmt: skip
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

"""What has to be so before any test is imported."""

from __future__ import annotations

import os

# Triton's kernels are run by its interpreter, for there need be no device. It looks once, when it is imported, and
# torch's compiler imports it, too.
os.environ.setdefault("TRITON_INTERPRET", "1")

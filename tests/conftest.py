"""What has to be so before any test is imported."""

from __future__ import annotations

import os

# NumPy's sums of products are short here. Threads that wait for each other between them take more of a processor than
# the sums do, the more so beside other workers. It looks once, too, and so do the processes that tests start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Triton's kernels are run by its interpreter, for there need be no device. It looks once, when it is imported, and
# torch's compiler imports it, too.
os.environ.setdefault("TRITON_INTERPRET", "1")

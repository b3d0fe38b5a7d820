"""The audit: from the function that one trains with to the formula that it computes, and what that estimates.

The function itself is run, on symbolic tensors. So this room executes the code of its user, and stands apart from
``symkl check``, which reads what strangers wrote. Its one file that knows torch is :mod:`symkl.auditing.tensors`.
"""

from symkl.auditing.asserting import assert_estimates

__all__ = ["assert_estimates"]

r"""What tests of one's own assert of a formula, a document or an audit, with the report where it is not so.

>>> from symkl.testing import assert_proved, assert_refuted
>>> assert_proved(r"D_{KL}(p \| q) \ge 0")
>>> assert_refuted(r"D_{KL}(p \| q) \le 0")

``pytest --symkl docs/*.md`` makes a test of each row of a document; see ``symkl.pytest_plugin``.
"""

from symkl.testing.asserting import assert_document, assert_proved, assert_refuted

__all__ = ["assert_document", "assert_proved", "assert_refuted"]

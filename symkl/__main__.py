"""``python -m symkl`` is the command ``symkl``."""

import sys

from symkl.cli import main

sys.exit(main())

"""Arrow's kernels, whose names no checker knows: they are made at the import."""

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute

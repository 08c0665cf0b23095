"""What these tests share with those of the package alone."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "python"))
from farms import farm, port, server  # noqa: E402, F401

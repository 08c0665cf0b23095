"""vpo-core: find video files and hash their ends, fast. See sanchay.vpo."""

from sanchay.vpo import *
from sanchay.vpo import __all__ as __all__

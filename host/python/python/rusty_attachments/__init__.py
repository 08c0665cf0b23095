"""Job attachments of AWS Deadline Cloud: files of render jobs in S3 by
content, with manifests. What this writes the package deadline reads, and the
other way round."""

from rusty_attachments import _calls, _errors, _types
from rusty_attachments._calls import *  # noqa: F403
from rusty_attachments._errors import *  # noqa: F403
from rusty_attachments._types import *  # noqa: F403

__all__: list[str] = []
__all__ += _calls.__all__
__all__ += _errors.__all__
__all__ += _types.__all__

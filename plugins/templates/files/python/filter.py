"""{{name}}: a filter. It keeps all directories, and the files whose names do
not begin with the setting `prefix`. Replace `is_wanted`, and what `describe`
says. What the fields mean stands in wit/matching.wit.
"""

from componentize_py_types import Err
from wit_world.exports import matching
from wit_world.exports.types import (
    Assignment, EntryKind, Setting, SettingType, SettingValue_Text,
)

# The value of the setting, in bytes.
prefix = b""


def is_wanted(name: bytes, kind: EntryKind) -> bool:
    """A name need not be UTF-8, and whoever named the file may be hostile."""
    return kind == EntryKind.DIRECTORY or not name.startswith(prefix)


class Matching:
    def describe(self) -> matching.Description:
        """What the plugin is. Always answer the same."""
        return matching.Description(
            name="{{name}}",
            version="0.1.0",
            settings=[
                Setting(
                    key="prefix",
                    setting_type=SettingType.TEXT,
                    default_value=SettingValue_Text("~"),
                    docs="Leave out files whose names begin with this",
                ),
            ],
            # True: files are matched with their sizes and times, which costs a
            # system call a file.
            metadata=False,
        )

    def configure(self, settings: list[Assignment]) -> None:
        """Gets the value of every setting, before the first `select`."""
        global prefix
        value = settings[0].value.value
        if not value:
            raise Err("the prefix is empty: no file would be left")
        prefix = value.encode()

    def select(self, batch: matching.Batch) -> list[int]:
        """The indices of the entries that are wanted."""
        wanted, begin = [], 0
        for index, end in enumerate(batch.ends):
            if is_wanted(batch.names[begin:end], batch.kinds[index]):
                wanted.append(index)
            begin = end
        return wanted

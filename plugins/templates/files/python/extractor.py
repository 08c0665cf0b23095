"""{{name}}: an extractor. It tells the header of a CSV file and how many
fields it has. Replace the columns and `extract`. What the fields mean stands in
wit/extracting.wit.
"""

import csv
import io

from componentize_py_types import Err
from wit_world.exports import extracting
from wit_world.exports.extracting import (
    Answer, Answer_More, Answer_Values, ByteRange_Head, Column, Facts, File,
    Pattern_Extension, Piece, Range, Selection, ValueType, Value_Text,
    Value_Unsigned,
)
from wit_world.exports.types import (
    Assignment, Setting, SettingType, SettingValue_Text,
)

# How many bytes are read of a file at first.
FIRST = 4096

# The value of the setting.
delimiter = ","


class Extracting:
    def describe(self) -> extracting.Description:
        """What the plugin is. Always answer the same."""
        return extracting.Description(
            name="{{name}}",
            version="0.1.0",
            settings=[
                Setting(
                    key="delimiter",
                    setting_type=SettingType.TEXT,
                    default_value=SettingValue_Text(","),
                    docs="What stands between two fields",
                ),
            ],
            columns=[
                Column("fields", ValueType.UNSIGNED),
                Column("header", ValueType.TEXT),
            ],
            # Of other files nothing is read.
            selections=[
                Selection([Pattern_Extension("csv")], ByteRange_Head(FIRST)),
            ],
            # What is wanted beside the size and the bytes: nothing.
            facts=Facts(name=False, path=False, modified=False, mode=False),
        )

    def configure(self, settings: list[Assignment]) -> None:
        """Gets the value of every setting, before the first `extract`."""
        global delimiter
        value = settings[0].value.value
        if len(value) != 1 or value in '\r\n"':
            raise Err("a delimiter is one character")
        delimiter = value

    def extract(self, file: File, pieces: list[Piece]) -> Answer:
        """The file's values, in the order of the columns. Its bytes are as
        hostile as whoever wrote them: raise Err where they are wrong."""
        data = b"".join(piece.bytes for piece in pieces)
        if b"\n" not in data and len(data) < file.size:
            if len(pieces) > 4:
                raise Err("its header has no end")
            # The header goes on: ask for more of the file.
            return Answer_More([Range(len(data), len(data))])
        if b"\0" in data:
            raise Err("it has a zero byte: no text")
        line = data.partition(b"\n")[0].decode("utf-8", "replace")
        header = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
        return Answer_Values([
            Value_Unsigned(len(header)),
            Value_Text(", ".join(header)) if header else None,
        ])

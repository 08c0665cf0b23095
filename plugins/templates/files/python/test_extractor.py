"""Tests of the plugin, on your machine: python3 -m unittest test_plugin."""

import unittest

from componentize_py_types import Err
from wit_world.exports.extracting import (
    Answer_More, Answer_Values, File, Piece, Value_Text, Value_Unsigned,
)
from wit_world.exports.types import Assignment, SettingValue_Text

from plugin import Extracting


def extract(data: bytes, size: int | None = None, delimiter: str = ","):
    plugin = Extracting()
    plugin.configure([Assignment("delimiter", SettingValue_Text(delimiter))])
    file = File(0, size or len(data), None, None, None, None)
    return plugin.extract(file, [Piece(0, data)])


class Extracts(unittest.TestCase):
    def test_the_header_is_told(self):
        values = Answer_Values([Value_Unsigned(2), Value_Text("a, b")])
        self.assertEqual(extract(b"a,b\n1,2\n"), values)
        self.assertEqual(extract(b"a;b\n", delimiter=";"), values)

    def test_a_header_that_goes_on_is_asked_for(self):
        self.assertIsInstance(extract(b"a,b", size=100), Answer_More)

    def test_a_delimiter_of_two_characters_is_refused(self):
        with self.assertRaises(Err):
            extract(b"a\n", delimiter=",,")

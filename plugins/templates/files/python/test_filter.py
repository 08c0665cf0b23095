"""Tests of the plugin, on your machine: python3 -m unittest test_plugin."""

import unittest

from wit_world.exports.matching import Batch
from wit_world.exports.types import Assignment, EntryKind

from plugin import Matching


class Selects(unittest.TestCase):
    def test_backups_are_not_wanted_and_directories_always_are(self):
        plugin = Matching()
        setting = plugin.describe().settings[0]
        plugin.configure([Assignment(setting.key, setting.default_value)])
        file, directory = EntryKind.FILE, EntryKind.DIRECTORY
        kinds = [file, file, directory]
        batch = Batch(b"", b"~a.txtb.txt~c", [6, 11, 13], kinds, None)
        self.assertEqual(plugin.select(batch), [1, 2])

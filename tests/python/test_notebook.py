"""What notebooks show of an answer."""

import sanchay


def test_an_answer_shows_its_first_records_and_keeps_them(tree):
    folder = tree({f"{n:02}.txt": b"x" for n in range(12)})
    records = sanchay.hash_files(folder)
    assert "Not finished." in records._repr_html_()
    assert records.summary is None, "it must begin no run"
    records.collect()
    shown = records._repr_html_()
    assert "00.txt" in shown and "09.txt" in shown and "10.txt" not in shown
    assert "and more" in shown and "files: 12" in shown
    assert len(list(records)) == 12


def test_names_are_shown_and_not_obeyed(tree):
    name = "<b>\u202e&\x1b[31m.txt"
    folder = tree({name: b"x", "other": b"x"})
    records = sanchay.scan(folder).collect()
    [group] = sanchay.duplicates(folder)
    for shown in (records._repr_html_(), group._repr_html_()):
        assert "<b>" not in shown and "&lt;b&gt;" in shown
        assert "\u202e" not in shown and "\x1b" not in shown

"""Offsets in a call become offsets in a text that also holds the program's words."""

from chimera_tui.ui.panes.stream.call_places import CallPlaces


def test_text_of_the_program_between_pieces_is_stepped_over() -> None:
    places = CallPlaces()
    places.note(1, 10, 5)
    places.note(1, 15, 5)
    places.note(2, 20, 4)
    places.note(1, 30, 5)
    assert places.place(1, 3, 7) == (13, 17)
    assert places.place(1, 10, 12) == (30, 32)
    assert places.place(2, 0, 4) == (20, 24)
    assert places.place(1, 8, 12) is None
    assert places.place(3, 0, 1) is None

def next_slot(slot: int, slots: int) -> int:
    """The slot after this one, round and round."""
    assert slots >= 0 and slot >= 0
    if slots < 0:
        return 0
    after = (slot + 1) % slots
    assert 0 <= after < slots
    return after

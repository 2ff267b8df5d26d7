"""When a disk is too full."""

from upkeep.disks import Disk


def test_a_disk_that_is_nearly_full_is_marked():
    assert Disk(free=100 * 10**9, total=500 * 10**9).is_low is False
    assert Disk(free=10**9, total=500 * 10**9).is_low is True

"""Identifiers: never the same twice, and sorted by when they were made."""

from __future__ import annotations

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from pressout_link.identifiers import uuid7

MOMENTS_NS = st.integers(0, (1 << 48) * 1_000_000 - 1)


@given(st.lists(MOMENTS_NS, min_size=2, max_size=20))
def test_identifiers_are_of_version_7_and_sort_as_they_were_made(moments_ns: list[int]) -> None:
    apart = sorted({moment_ns - moment_ns % 1_000 for moment_ns in moments_ns})

    named = [uuid7(moment_ns) for moment_ns in apart]

    assert named == sorted(named)
    assert {(UUID(one).version, UUID(one).variant) for one in named} == {(7, RFC_4122)}
    assert [UUID(one).int >> 80 for one in named] == [moment_ns // 1_000_000 for moment_ns in apart]


def test_two_of_the_same_moment_are_not_the_same() -> None:
    assert len({uuid7(1) for _ in range(1_000)}) == 1_000

from __future__ import annotations

import pytest

from botflow.errors import FlowError
from botflow.flow.pattern import check_pattern, full_match, search


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)", "(?<!a)b", "(", "[", "a{1001}", "(?P<n>a)(?P=n)", "a" * 1_001])
def test_patterns_beyond_linear_time_or_size_are_refused(pattern: str) -> None:
    with pytest.raises(FlowError) as refused:
        check_pattern(pattern)

    assert refused.value.code == "pattern.invalid"


def test_a_pattern_that_hangs_backtracking_engines_is_harmless() -> None:
    check_pattern("(a+)+$")

    assert not full_match("(a+)+b", "a" * 50_000)


def test_search_and_full_match_differ_in_what_they_cover() -> None:
    assert search("[0-9]{5}", "10115 Berlin")
    assert not full_match("[0-9]{5}", "10115 Berlin")
    assert full_match("[äö]+🍕", "äö🍕")

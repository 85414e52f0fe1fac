from __future__ import annotations

import omics_lib as ol


def test_lists_of_a_rate_are_longer_and_hold_more_false_pairs():
    rate, family = ol.lists_by_rule(0.05, 20, random_state=0).values()
    assert len(rate) > len(family)
    assert 0.02 < (~rate["true"]).groupby(rate["study"]).mean().mean() < 0.09
    assert (~family["true"]).sum() < (~rate["true"]).sum()


def test_places_of_a_list_count_from_one_in_both_rules():
    for lists in ol.lists_by_rule(0.05, 3, random_state=1).values():
        for _, places in lists.groupby("study")["place"]:
            assert places.tolist() == list(range(1, len(places) + 1))

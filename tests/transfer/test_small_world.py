from __future__ import annotations

import pytest

from omics_lib import lent_in_a_small_world


@pytest.fixture(scope="module")
def lent():
    return lent_in_a_small_world((21, 50), random_state=1)


def test_cohort_of_the_same_world_lends_axes_and_others_cost_next_to_nothing(lent):
    r2 = lent.r2.pivot_table(index=["samples", "n_latent"], columns="cohort", values="r2")
    assert (r2.loc[21, "same world"] > 1.3 * r2.loc[21, "no cohort"]).all()
    for useless in ("names shuffled", "another world"):
        assert (r2[useless] >= r2["no cohort"] - 0.005).all()


def test_weights_of_the_same_world_find_more_and_those_of_others_less(lent):
    power = lent.pairs.pivot(index="samples", columns="cohort", values="power").loc[50]
    assert power["same world"] > power["no cohort"] >= power["names shuffled"]
    assert lent.pairs["false"].between(0, 0.2).all()


def test_a_seed_gives_one_world(lent):
    again = lent_in_a_small_world((21, 50), random_state=1)
    assert all(getattr(again, name).equals(getattr(lent, name)) for name in ("r2", "pairs", "rankings"))

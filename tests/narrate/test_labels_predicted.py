"""What is said of labels told from latents, where other words are right."""

import pandas as pd
import pytest

from omics_lib import narrate


def scores(ours, theirs, whole, n_latent=2):
    rows = [("autoencoder", n_latent, ours), ("PCA", n_latent, theirs), ("whole table", 9, whole)]
    return pd.DataFrame(
        [(model, k, fold, r) for model, k, values in rows for fold, r in enumerate(values, 1)],
        columns=["model", "n_latent", "fold", "balanced_accuracy"],
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (scores([0.9, 0.9], [0.7, 0.71], [0.9, 0.9]), "the latents are ahead"),
        (scores([0.7, 0.71], [0.9, 0.9], [0.9, 0.9]), "the components are ahead"),
        (scores([0.9, 0.7], [0.7, 0.9], [0.9, 0.9]), "no difference that would hold"),
        (scores([0.5, 0.5], [0.4, 0.4], [0.5, 0.5]), "Not even the whole table"),
    ],
)
def test_labels_are_told_by_what_was_told(table, words):
    text = narrate.labels_predicted(table, "gr`oup", 2)
    assert words in text and "``" in text and "by chance 0.50" in text


def test_fewest_and_most_latents_are_both_told():
    both = pd.concat([scores([0.6, 0.6], [0.5, 0.5], [0.9, 0.9]), scores([0.9, 0.9], [0.9, 0.9], [], 4)])
    text = narrate.labels_predicted(both, "group", 2)
    assert (
        "0.90 from 4 latents (0.90 from as many components). From 2 latents it is 0.60, beside 0.50" in text
    )
    assert "no column of groups" in narrate.labels_predicted(None, None)

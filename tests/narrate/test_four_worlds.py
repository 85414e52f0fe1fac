"""What the page on four worlds reveals is what its numbers say."""

import pandas as pd
import pytest

from omics_lib import narrate

MODULES = {
    "significant pairs": 700,
    "batch regressed out": 630,
    "modules": 6.7,
    "links": 1.1,
    "metabolites": 46,
}
LINKS = {"significant pairs": 49, "batch regressed out": 49, "modules": 1.0, "links": 15.0, "metabolites": 35}
BATCH = {"significant pairs": 5000, "batch regressed out": 0, "modules": 0.3, "links": 0.1, "metabolites": 59}
NOTHING = {name: 0 for name in MODULES}


def revealed(design, numbers, concluded):
    return narrate.world_revealed("B", design, pd.Series(numbers, dtype=object), concluded)


@pytest.mark.parametrize(
    ("design", "numbers", "concluded", "words"),
    [
        ("modules", MODULES, "modules", ["Whole blocks", "90% as many", "see modules, and be right"]),
        (
            "modules",
            MODULES | {"modules": 0.5},
            "links",
            ["does not look like it", "see links, and be **wrong**"],
        ),
        ("links", LINKS, "links", ["49 pairs of 35 metabolites", "about 1.4 a metabolite", "100% as many"]),
        (
            "links",
            LINKS | {"significant pairs": 900, "links": 2.0},
            "none",
            ["No gene stands out", "many more"],
        ),
        ("null", NOTHING, "none", ["No pair is significant", "be right"]),
        ("null", LINKS, "links", ["49 pairs came out", "is chance", "**wrong**"]),
        ("confounded", BATCH, "links", ["5,000 pairs are", "regressed out none is:", "cannot know"]),
        ("confounded", BATCH | {"batch regressed out": 7}, "none", ["out 7 are left", "see nothing in it"]),
        ("confounded", BATCH | {"batch regressed out": 2500}, "none", ["50% stay", "luck"]),
        ("confounded", NOTHING, "none", ["too weak"]),
        ("modules", NOTHING, "none", ["None of it can be seen", "**wrong**"]),
    ],
)
def test_answer_says_what_its_numbers_say(design, numbers, concluded, words):
    text = revealed(design, numbers, concluded)
    assert all(word in text for word in words), text

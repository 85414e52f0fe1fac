"""A graph over the samples that predicts their metadata."""

from ._classifier import SampleGraphClassifier as SampleGraphClassifier
from ._cross_validation import count_sample_parameters as count_sample_parameters
from ._cross_validation import cross_validate_samples as cross_validate_samples
from ._cross_validation import held_out_labels as held_out_labels
from ._labels import SampleHeads as SampleHeads
from ._labels import sample_heads as sample_heads
from ._one_scale import side_by_side as side_by_side
from ._scores import label_scores as label_scores
from ._scores import label_summary as label_summary

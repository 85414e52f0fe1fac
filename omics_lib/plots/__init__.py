"""Figures: each function draws given data on an `Axes` and returns it.

No drawing function computes, saves or shows anything; `write_figure` saves, and `show` puts a figure into
the page with the caption that `narrate` gives. Colours are seaborn's
`colorblind` palette; groups differ by marker as well.
"""

from ._attacks import plot_attacks as plot_attacks
from ._attacks import plot_noise as plot_noise
from ._canvas import PALETTE as PALETTE
from ._canvas import missing_letters as missing_letters
from ._canvas import write_figure as write_figure
from ._explore import explore_network as explore_network
from ._explore import explore_samples as explore_samples
from ._growth import plot_growth as plot_growth
from ._ideas import plot_lists as plot_lists
from ._ideas import plot_roles as plot_roles
from ._ideas import plot_six_nodes as plot_six_nodes
from ._ideas import plot_size_heatmap as plot_size_heatmap
from ._ideas import plot_span as plot_span
from ._ideas import plot_strongest as plot_strongest
from ._networks import plot_both_worlds as plot_both_worlds
from ._networks import plot_contributions as plot_contributions
from ._networks import plot_replication as plot_replication
from ._networks import plot_world as plot_world
from ._pairs import plot_bipartite_network as plot_bipartite_network
from ._pairs import plot_correlation_heatmap as plot_correlation_heatmap
from ._pairs import plot_correlations as plot_correlations
from ._pairs import plot_evaluation as plot_evaluation
from ._pairs import plot_null as plot_null
from ._pairs import plot_pair as plot_pair
from ._panels import draw_lists as draw_lists
from ._panels import draw_six_nodes as draw_six_nodes
from ._panels import draw_worlds as draw_worlds
from ._samples import draw_sample_maps as draw_sample_maps
from ._samples import labels_for as labels_for
from ._samples import plot_embedding as plot_embedding
from ._samples import plot_latent_heatmap as plot_latent_heatmap
from ._show import show as show
from ._spread import plot_spread as plot_spread
from ._tables import plot_counts as plot_counts
from ._tables import plot_mean_spread as plot_mean_spread
from ._tables import plot_totals as plot_totals
from ._tables import plot_value_ranges as plot_value_ranges
from ._tables import plot_ways as plot_ways
from ._training import plot_agreed_latents as plot_agreed_latents
from ._training import plot_cross_validation as plot_cross_validation
from ._training import plot_latent_sizes as plot_latent_sizes
from ._training import plot_learning_curves as plot_learning_curves
from ._training import plot_solver_losses as plot_solver_losses

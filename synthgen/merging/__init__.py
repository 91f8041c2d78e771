"""Real rows and accepted synthetic rows in one table, in a pipeline, and the probabilities of a model of them.

The sampler and the wrappers of classifiers are in modules of their own, ``oversampler`` and ``calibration``, which load
imbalanced-learn and scikit-learn.
"""

from synthgen.merging.merge import FLAG, accepted_rows, merge, merge_frames, real_rows_only
from synthgen.merging.weights import natural_weights

__all__ = ["FLAG", "accepted_rows", "merge", "merge_frames", "natural_weights", "real_rows_only"]

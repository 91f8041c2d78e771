"""Real rows and accepted synthetic rows in one table."""

from synthgen.merging.merge import FLAG, accepted_rows, merge, merge_frames, real_rows_only

__all__ = ["FLAG", "accepted_rows", "merge", "merge_frames", "real_rows_only"]

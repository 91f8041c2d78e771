"""Attacks that try to learn about real people from the synthetic rows."""

from synthgen.validation.privacy.attacks.attribute_inference import ATTRIBUTE_INFERENCE
from synthgen.validation.privacy.attacks.linkability import LINKABILITY
from synthgen.validation.privacy.attacks.membership_inference import MEMBERSHIP_INFERENCE, MEMBERSHIP_TPR
from synthgen.validation.privacy.attacks.singling_out import SINGLING_OUT

ATTACKS = (MEMBERSHIP_INFERENCE, MEMBERSHIP_TPR, ATTRIBUTE_INFERENCE, SINGLING_OUT, LINKABILITY)

__all__ = ["ATTACKS"]

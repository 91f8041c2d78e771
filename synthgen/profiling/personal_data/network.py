"""What leads to a device or a page: IP and MAC addresses, URLs."""

from __future__ import annotations

import re
from ipaddress import ip_address

from synthgen.profiling.personal_data.detector import Detector, hits, names, whole

URL_INSIDE = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']{3,}", re.IGNORECASE)
IP_INSIDE = re.compile(r"(?<![\w./:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")


def is_ip(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address.

    Examples
    --------
    >>> is_ip("192.0.2.1"), is_ip("2001:db8::1"), is_ip("192.0.2.256"), is_ip("1.2.3")
    (True, True, False, False)
    """
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


# Version numbers may have four parts too, so nearly all values must be addresses.
IP = Detector(
    what="IP address",
    named=names(r"ip|ipv4|ipv6|ip address|ip adresse|adresse ip|direccion ip"),
    matches=lambda texts: hits(texts, lambda text: ("." in text or ":" in text) and is_ip(text)),
    least_share=0.9,
    example="###.###.###.###",
)

MAC = Detector(
    what="device address (MAC)",
    named=names(r"mac|mac address|mac adresse|adresse mac"),
    matches=whole(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}"),
    least_share=0.5,
    example="**:**:**:**:**:**",
)

URL = Detector(
    what="URL",
    named=names(r"urls?|website|homepage|webseite|site web|sitio web|link|profile link"),
    matches=whole(r"(?:https?://|www\.)[^\s]{3,}", re.IGNORECASE),
    example="https://***.***/***",
)

"""An empty qcow2 disk image, which QEMU keeps a recording's snapshots in (no qemu-img needed)."""

import struct

_CLUSTER_BITS = 16
_CLUSTER = 1 << _CLUSTER_BITS


def empty_qcow2(size: int = 1 << 30) -> bytes:
    """A version 3 image: header, refcount table, one refcount block and the L1 table."""
    header = struct.pack(
        ">4sIQIIQIIQQIIQQQQII",
        b"QFI\xfb", 3,
        0, 0,  # no backing file
        _CLUSTER_BITS, size,
        0,  # not encrypted
        -(-size // (_CLUSTER * _CLUSTER // 8)), 3 * _CLUSTER,  # L1 table: entries, offset
        _CLUSTER, 1,  # refcount table: offset, clusters
        0, 0,  # no snapshots yet
        0, 0, 0,  # features
        4, 104,  # refcounts of 16 bits; length of this header
    )
    image = bytearray(4 * _CLUSTER)
    image[:len(header)] = header
    struct.pack_into(">Q", image, _CLUSTER, 2 * _CLUSTER)
    struct.pack_into(">4H", image, 2 * _CLUSTER, 1, 1, 1, 1)
    return bytes(image)

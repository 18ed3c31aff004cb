"""The bench: how long until hello speaks, beside QEMU's own floor and a Linux guest."""

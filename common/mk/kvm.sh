#!/bin/bash
# Says whether QEMU can use KVM here; exit status 0 if so. That /dev/kvm opens is no proof, so this
# starts a machine with one processor, not running, and ends it. The environment may name a QEMU.
set -euo pipefail

if [[ ! -e /dev/kvm ]]; then
    echo "no KVM here: there is no /dev/kvm"
    exit 1
fi
if [[ ! -r /dev/kvm || ! -w /dev/kvm ]]; then
    echo "no KVM here: no right to use /dev/kvm (the group kvm has it)"
    exit 1
fi
qemu=${QEMU:-qemu-system-x86_64}
command -v "$qemu" > /dev/null || { echo "KVM unknown: QEMU is missing"; exit 1; }
if ! said=$(timeout 20 "$qemu" -accel kvm -machine q35 -nodefaults -no-user-config \
    -display none -S -monitor stdio 2>&1 <<< quit); then
    said=$(grep -m 1 -i -E 'kvm|fail|could not' <<< "$said" || true)
    echo "no KVM here: ${said:-QEMU cannot start a machine with it}"
    exit 1
fi
echo "usable"

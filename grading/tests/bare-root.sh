#!/bin/bash
# Tries the promise of the README: in a bare Debian 12 with only git and make, one command does all.
#
# usage: bare-root.sh [TARGET…]         what make is to do there (default: run grade)
#        KEEP=dir                       where the two roots are made, and left (default: nowhere)
#        MIRROR=url                     of Debian's archive (default: this machine's own)
#
# The clone of what is committed is tried twice, each in a fresh root: as root, and as an ordinary
# user with sudo. Needs root and debootstrap. Mounts and processes live in namespaces of their own
# and end with them.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [[ ${1:-} == --inside ]]; then # in the namespaces: bare-root.sh --inside ROOT USER TARGET…
    root=$2 user=$3
    shift 3
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/tmp"
    for target in "$@"; do
        echo "== $user: make $target"
        start=$EPOCHREALTIME
        chroot "$root" su - "$user" -c "cd pagurus && make $target" < /dev/null || {
            echo "bare-root: $user: make $target ended with status $?" >&2
            exit 1
        }
        awk -v from="$start" -v to="$EPOCHREALTIME" -v what="$user: make $target" \
            'BEGIN { printf "== %s: done in %.1f s\n", what, to - from }'
    done
    exit 0
fi

usage() {
    echo "bare-root: $*" >&2
    exit 2
}
[[ -e .git ]] || usage "needs a git clone"
[[ $EUID -eq 0 ]] || usage "needs root"
command -v debootstrap > /dev/null || usage "needs debootstrap: apt-get install debootstrap"
for target in "$@"; do
    [[ $target =~ ^[a-z-]+$ ]] || usage "'$target' is no target of make"
done
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(run grade)

# This machine's own mirror, if it is a Debian; else debootstrap has a default.
mirror=${MIRROR:-}
if [[ -z $mirror ]] && grep -q '^ID=debian' /etc/os-release; then
    # shellcheck disable=SC2016 # apt-get fills the field in
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 2> /dev/null | head -n 1)
fi

if [[ -n ${KEEP:-} ]]; then
    mkdir -p "$KEEP"
    place=$(cd "$KEEP" && pwd)
else
    place=$(mktemp -d /tmp/pagurus-bare.XXXXXX)
    trap 'rm -rf --one-file-system -- "$place"' EXIT
fi

if [[ ! -e $place/base/.complete ]]; then
    rm -rf --one-file-system -- "$place/base"
    echo "== debootstrap (its output: $place/debootstrap.log)"
    debootstrap --variant=minbase --include=git,make,sudo bookworm "$place/base" \
        ${mirror:+"$mirror"} > "$place/debootstrap.log" 2>&1 || usage "debootstrap failed"
    # The machine's way to the archive: proxies and the like.
    apt-config dump | grep '^Acquire::' > "$place/base/etc/apt/apt.conf.d/99host" || true
    touch "$place/base/.complete"
fi

for user in root student; do
    root=$place/$user
    rm -rf --one-file-system -- "$root"
    cp -a "$place/base" "$root"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    home=/root
    if [[ $user != root ]]; then
        home=/home/$user
        chroot "$root" useradd --create-home --shell /bin/bash "$user"
        echo "$user ALL=(ALL) NOPASSWD: ALL" > "$root/etc/sudoers.d/$user"
    fi
    git clone --quiet --no-hardlinks . "$root$home/pagurus"
    chroot "$root" chown -R "$user:" "$home/pagurus"
    unshare --mount --pid --fork --kill-child "$0" --inside "$root" "$user" "${targets[@]}"
    [[ -n ${KEEP:-} ]] || rm -rf --one-file-system -- "$root"
done
echo "bare-root: all is well"

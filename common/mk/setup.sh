#!/bin/bash
# Installs the packages of a group that are missing: setup.sh [--now] GROUP…
#
# make calls it before each command that needs tools, so that a look at a complete system costs
# next to nothing. SETUP=no forbids to install. --now also says so when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
. common/mk/packages.sh

now=
if [[ ${1:-} == --now ]]; then
    now=yes
    shift
fi
groups=("$@")
for group in "${groups[@]}"; do
    if [[ $group != student && $group != maintainer ]]; then
        echo "setup: no group '$group'; there are: student maintainer" >&2
        exit 2
    fi
done

packages=()
tools=()
note_if_missing() { # group package seen-by floor reason
    if ! package_is_there "$3"; then
        packages+=("$2")
        tools+=("  ${2%%|*}: $5")
    fi
}
look() {
    packages=()
    tools=()
    packages_each note_if_missing "${groups[@]}"
}

look
if [[ ${#packages[@]} -eq 0 ]]; then
    [[ -z $now ]] || echo "setup: everything of ${groups[*]} is here; make doctor shows versions"
    exit 0
fi

{
    echo "setup: missing:"
    printf '%s\n' "${tools[@]}"
} >&2
if ! command -v apt-get > /dev/null; then
    echo "setup: this system has no apt-get; install these tools its own way, then try again" >&2
    exit 2
fi

sudo=$(as_root) || {
    echo "setup: neither root nor sudo here; ask for: apt-get install ${packages[*]%%|*}" >&2
    exit 2
}
install=(apt-get install --yes --no-install-recommends)
if [[ ${SETUP:-yes} == no ]]; then
    echo "setup: SETUP=no forbids to install; the command is:" \
        "${sudo:+$sudo }apt-get update && ${sudo:+$sudo }${install[*]} ${packages[*]%%|*}" >&2
    exit 2
fi

mkdir -p build
log=build/setup.log
run() {
    if [[ -n ${V:-} ]]; then
        ${sudo:+"$sudo"} env DEBIAN_FRONTEND=noninteractive "$@" < /dev/null >&2
    else
        ${sudo:+"$sudo"} env DEBIAN_FRONTEND=noninteractive "$@" < /dev/null >> "$log" 2>&1
    fi
}

: > "$log"
echo "setup: installing with ${sudo:+$sudo }apt-get; details in $log; a few minutes at most…" >&2
if [[ -n $sudo ]] && ! sudo true; then # asks for the password, if it must, where one can see it
    echo "setup: sudo refuses; ask for: apt-get install ${packages[*]%%|*}" >&2
    exit 2
fi
wait_for_others=(-o DPkg::Lock::Timeout=300)
if ! run apt-get "${wait_for_others[@]}" update; then
    echo "setup: apt-get update failed; going on with the lists that are here" >&2
fi
chosen=()
for package in "${packages[@]}"; do
    chosen+=("$(package_choose "$package")")
done
if ! run "${install[@]}" "${wait_for_others[@]}" "${chosen[@]}"; then
    [[ ! -s $log ]] || tail -n 20 "$log" >&2
    echo "setup: apt-get could not install: ${chosen[*]}" >&2
    exit 2
fi

hash -r
look
if [[ ${#packages[@]} -gt 0 ]]; then
    echo "setup: installed, but still not to be seen: ${packages[*]%%|*}" >&2
    exit 2
fi
echo "setup: done: ${chosen[*]}" >&2

#!/bin/bash
# Shows each tool, its version against the floor of common/packages.txt, and how to mend what is
# wrong. Exit status 1 when something is missing or too old that a student needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
. common/mk/packages.sh

# version_of SEEN_BY: the first number with a dot that the tool says of itself, else the first.
version_of() {
    local said
    case $1 in
    python:*) said=$("$PYTHON" -c "import ${1#python:} as m; print(m.__version__)" 2> /dev/null) ;;
    /*[*]* | *.h) said= ;;
    *) said=$("$1" --version < /dev/null 2> /dev/null) ;;
    esac
    grep -o -m 1 -E '[0-9]+(\.[0-9]+)+' <<< "$said" | head -n 1
}

is_at_least() { # FLOOR VERSION
    [[ $1 == - || $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
}

missing=()
old=()
sick=0
show() { # group package seen-by floor reason
    local version='' state=ok
    if ! package_is_there "$3"; then
        state=missing
        missing+=("$(package_choose "$2")")
    else
        version=$(version_of "$3") || true
        if [[ $4 != - && -z $version ]]; then
            state="version unknown"
        elif ! is_at_least "$4" "$version"; then
            state="too old"
            old+=("$(package_choose "$2")")
        fi
    fi
    [[ $1 != student || $state == ok ]] || sick=1
    printf '  %-22s %-10s %-6s %-15s %s\n' "${2%%|*}" "${version:--}" "$4" "$state" "$5"
}

table() { # group, title
    missing=()
    old=()
    echo "$2"
    printf '  %-22s %-10s %-6s %-15s %s\n' package found floor state "what it does here"
    packages_each show "$1"
    local sudo
    sudo=$(as_root) || sudo=sudo
    [[ ${#missing[@]} -eq 0 ]] || echo "  mend it: make setup$3, or" \
        "${sudo:+$sudo }apt-get install --no-install-recommends ${missing[*]}"
    [[ ${#old[@]} -eq 0 ]] || echo "  too old: ${old[*]}; Debian 12 and Ubuntu 24.04 are new enough," \
        "or try ${sudo:+$sudo }apt-get install --only-upgrade ${old[*]}"
}

table student "What a student needs" ""
table maintainer "What only maintainers need (make check, fuzz, bench, diff HTML=…)" " GROUP=maintainer"

echo "This machine"
printf '  %-22s %s\n' \
    cores "$(nproc)" \
    python "$PYTHON" \
    system "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release 2> /dev/null) $(uname -m)" \
    KVM "$(common/mk/kvm.sh || true) (not needed: grades never use it)"

if [[ $sick -ne 0 ]]; then
    echo "doctor: something that a student needs is not right: see above" >&2
    exit 1
fi
echo "doctor: all that a student needs is here"

# Reads common/packages.txt and tells what is there: for setup.sh and doctor.sh, which source it.
# shellcheck shell=bash

PACKAGES_FILE=common/packages.txt
PYTHON=/usr/bin/python3

# packages_each FUNCTION GROUP…: calls FUNCTION with group, package, seen-by, floor, reason of each.
packages_each() {
    local function=$1 wanted=" ${*:2} " group package seen_by floor reason
    while read -r group package seen_by floor reason; do
        if [[ $wanted == *" $group "* ]]; then
            "$function" "$group" "$package" "$seen_by" "$floor" "$reason"
        fi
    done < "$PACKAGES_FILE"
}

# package_is_there SEEN_BY
package_is_there() {
    case $1 in
    python:*) "$PYTHON" -c "import importlib.util as u, sys
sys.exit(u.find_spec('${1#python:}') is None)" 2> /dev/null ;;
    /*) compgen -G "$1" > /dev/null ;;
    *) command -v -- "$1" > /dev/null ;;
    esac
}

# package_choose A|B: the first that apt knows; the first of all where apt knows none.
package_choose() {
    local names name
    IFS='|' read -ra names <<< "$1"
    for name in "${names[@]}"; do
        if apt-cache pkgnames "$name" 2> /dev/null | grep -q -Fx -- "$name"; then
            echo "$name"
            return
        fi
    done
    echo "${names[0]}"
}

# The prefix that makes a command run as root: nothing, or sudo; fails where there is neither.
as_root() {
    if [[ $EUID -ne 0 ]]; then
        command -v sudo > /dev/null || return 1
        echo sudo
    fi
}

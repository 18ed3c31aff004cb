#!/bin/sh
# Runs the built test programs and sums up their lines: run.sh OUT KIND...
out=$1
shift
passed=0
failed=0

for kind in "$@"; do
    log=$out/$kind/log
    "$out/$kind/tests" >"$log" 2>&1
    status=$?
    grep -v '^ok ' "$log" | sed "s/^/$kind: /"
    good=$(grep -c '^ok ' "$log")
    bad=$(grep -c '^not ok ' "$log")
    if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
        last=$(grep '^ok ' "$log" | tail -n 1)
        echo "$kind: the test program ended with status $status behind: $last"
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
done

# The library may call the machine and the heap, and nothing else: no compiler's helper, no libm.
if printf '%s\n' console_read_byte console_write machine_exit malloc panic |
    cmp -s - "$out/plain/needs"; then
    passed=$((passed + 1))
else
    echo "not ok the library needs other symbols than those of machine.h and malloc: $(tr '\n' ' ' < "$out/plain/needs")"
    failed=$((failed + 1))
fi

echo "libc: $passed passed, $failed failed"
[ $failed -eq 0 ]

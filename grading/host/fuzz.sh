#!/bin/sh
# Fuzzes each target for its share of the time, two at a time: fuzz.sh SECONDS FOLDER CORPUS TARGET...
# Prints the number of inputs and of crashes of each; fails when something was found.

if [ "$1" = --one ]; then
    seconds=$2 folder=$3 corpus=$4 target=$5
    mkdir -p "$folder/corpus-$target" "$folder/found"
    log=$folder/$target.log
    "$folder/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 \
        -seed="${SEED:-0}" -print_final_stats=1 -artifact_prefix="$folder/found/$target-" \
        "$folder/corpus-$target" "$corpus/$target" >"$log" 2>&1
    status=$?
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    found=$(sed -n 's/.*Test unit written to //p' "$log")
    if [ $status -eq 0 ] && [ "${inputs:-0}" -gt 0 ]; then
        echo "$target: $inputs inputs, 0 crashes"
        exit 0
    fi
    echo "$target: ${inputs:-0} inputs, 1 crash (log: $log)"
    grep -m 1 -E '^# |runtime error|ERROR: ' "$log"
    if [ -n "$found" ]; then
        echo "# the input: $found"
        echo "# to keep it as a test: cp $found $corpus/$target/"
    fi
    exit 1
fi

seconds=$1 folder=$2 corpus=$3
case $seconds in
'' | *[!0-9]* | 0*)
    echo "fuzz: TIME=$seconds is no number of seconds" >&2
    exit 2
    ;;
esac
shift 3
share=$((seconds * 2 / $#))
[ $share -gt 0 ] || share=1
printf '%s\n' "$@" | xargs -P 2 -I TARGET "$0" --one $share "$folder" "$corpus" TARGET

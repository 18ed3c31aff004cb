#!/bin/bash
# All that CI runs, one named step after the other: check.sh [STEP…]; QUICK=1 leaves out the long.
#
# A step that passes is one line; of one that fails, all it said is shown but the long lists of what
# is well. The last line sums up: `N passed, N failed`, where a step that runs no tests counts as one.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Each step is a fresh make, whatever this one was told.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES PAGURUS_JOBS V LAB STAGE APP ARGS PREEMPT MEMORY \
    MACHINE ACCEL T FROM TO OUT HTML SOLVED SUBMISSION ISOLATE N TIME SEED BASE FORCE JSON GROUP MIRROR
export PYTHONPATH=grading PYTHONDONTWRITEBYTECODE=1
python=/usr/bin/python3
mapfile -t labs < <(cd labs && printf '%s\n' [0-9][0-9]-*)
out=build/check

# ---- the steps: each a function; `each_lab` calls a command with every stage's name ------------

each_lab() {
    local lab
    for lab in "${labs[@]}"; do
        "${@//@LAB/$lab}"
    done
}

format() { # Debian 12's clang-format decides; another version may see it otherwise
    find labs common grading -name '*.[ch]' -not -path 'grading/mutants/*' \
        -not -path 'grading/tests/alternatives/*' -print0 | # these are bodies of functions only
        sort -z | xargs -0 clang-format -n -Werror
}
build() { each_lab make -s build LAB=@LAB; } # once, before tests do so at the same time
scripts() { find .ci common grading -type f \( -name '*.sh' -o -path .ci/run \) -exec shellcheck -x {} +; }
build_gcc() { each_lab make -s build LAB=@LAB CC=gcc WERROR=1 B="$out/gcc/@LAB"; }
build_clang() { each_lab make -s build LAB=@LAB CC=clang WERROR=1 B="$out/clang/@LAB"; }
drift() { make -s drift; }
text() { each_lab "$python" -m pagurus check-text @LAB; }
exercises() { each_lab make -s exercises LAB=@LAB; }
libc_gcc() { make -s -C common/libc/test CC=gcc; }
libc_clang() { make -s -C common/libc/test CC=clang; }
host_gcc() { each_lab make -s -C grading/host test STAGE=@LAB CC=gcc; }
host_clang() { each_lab make -s -C grading/host test STAGE=@LAB CC=clang; }
stress() { make -s stress LAB=03 TIME=45; } # races: each run draws a seed, and prints it
fuzz() { each_lab make -s fuzz LAB=@LAB TIME=20; }
tools_fast() { # without those that grade whole labs or drive a debugger through them
    "$python" -m pytest -q -n "$(nproc)" grading/tests --ignore-glob='*/test_grade.py' \
        --ignore-glob='*/test_debug.py' --ignore-glob='*/test_cheats.py' \
        --ignore-glob='*/test_real_stages.py'
}
tools() { "$python" -m pytest -q -n "$(nproc)" grading/tests; }
solution() { # a line a lab, and the sum; what failed in full
    local status=0
    make -s grade | tee "$out/solution.sum" || status=$?
    [[ $(tail -n 1 "$out/solution.sum") == "Score: ${#labs[@]}00/${#labs[@]}00" ]] || status=1
    [[ $status -eq 0 ]] || "$python" - "${labs[@]/#/build/grade/}" << 'END'
import json, sys
for name in sys.argv[1:]:
    for test in json.load(open(f"{name}.json"))["tests"]:
        if test["verdict"] != "PASS":
            print(test["verdict"], test["name"], test["output"], sep="\n", end="\n\n")
END
    return $status
}
starter() { # builds without a warning, scores 0, and every verdict is NOT-DONE
    local tree=$out/starter/$1 status=0
    rm -rf "$tree"
    make -s handout LAB="$1" OUT="$tree"
    make -s -C "$tree" build WERROR=1 CC=clang B="build/clang"
    make -s -C "$tree" build WERROR=1
    make -s -C "$tree" grade || status=$?
    [[ $status -ne 0 ]] || { echo "the grade of a starter has exit status 0"; return 1; }
    "$python" - "$tree/build/grade/$1.json" << 'END'
import json, sys
grade = json.load(open(sys.argv[1]))
odd = [f"{test['name']}: {test['verdict']}" for test in grade["tests"]
       if test["verdict"] != "NOT-DONE"]
if grade.get("score") != 0 or odd or not grade["tests"]:
    sys.exit(f"score {grade.get('score')}, {len(grade['tests'])} tests, not NOT-DONE: {odd}")
END
}
earlier() { "$python" -m pagurus earlier "$1"; } # earlier labs' tests, on this stage
emptied() { "$python" -m pagurus emptied "$1"; }
# With the same random numbers each time; `make mutants` draws others, and what it misses is a test's
# matter: it looks at a place where the mistake does not always show.
mutants() { SEED=1 make -s mutants LAB="$1"; }
soak() { make -s soak LAB="$1" N=3; }

quick=(build build_gcc drift text exercises libc_gcc host_gcc tools_fast solution)
all=(format scripts build build_gcc build_clang drift text exercises libc_gcc libc_clang host_gcc
    host_clang fuzz stress tools solution starter earlier emptied mutants soak)
by_lab=(starter earlier emptied mutants soak) # one step a lab: STEP/NN-name, and STEP for all

# ---- running them ------------------------------------------------------------------------------

if [[ ${1:-} == --step ]]; then
    "${2%%/*}" "${2#*/}"
    exit
fi

steps=("${all[@]}")
[[ -z ${QUICK:-} || ${QUICK} == 0 || ${QUICK} == no ]] || steps=("${quick[@]}")
[[ $# -eq 0 ]] || steps=("$@")
wanted=("${steps[@]}")
steps=()
for step in "${wanted[@]}"; do
    if [[ " ${by_lab[*]} " == *" $step "* ]]; then
        for lab in "${labs[@]}"; do
            steps+=("$step/$lab")
        done
    elif [[ " ${all[*]} ${quick[*]} " == *" $step "* ||
        (" ${by_lab[*]} " == *" ${step%%/*} "* && -d labs/${step#*/}) ]]; then
        steps+=("$step")
    else
        echo "check: no step '$step'; there are: ${all[*]}" >&2
        exit 2
    fi
done

# counts LOG: "passed failed" as the log says, summed over labs; nothing where it has no tests.
counts() {
    sed -n -E '
        s/^(.*[^0-9])?([0-9]+) passed, ([0-9]+) failed$/\2 \3/p
        s/^([0-9]+ failed, )?([0-9]+) passed.* in [0-9.]+s.*$/\2 \1/p
        s|^[a-z]+: ([0-9]+)/([0-9]+) (caught\|noticed\|hold)$|\1 \2 of|p
        s/^soak: ([0-9]+) of ([0-9]+) results identical$/\1 \2 of/p
        s/^stress: ([0-9]+) of ([0-9]+) runs end well$/\1 \2 of/p' "$1" |
        awk '{ passed += $1; failed += $NF == "of" ? $2 - $1 : $2 } END { if (NR) print passed, failed }'
}

mkdir -p "$out"
passed=0
failed=0
broken=()
began=$SECONDS
for step in "${steps[@]}"; do
    log=$out/${step//\//-}.log
    status=0
    start=$EPOCHREALTIME
    timeout --kill-after=10 2400 "$0" --step "$step" > "$log" 2>&1 < /dev/null || status=$?
    seconds=$(awk -v from="$start" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }')
    read -r good bad <<< "$(counts "$log")"
    if [[ $status -eq 0 && ${bad:-0} -eq 0 ]]; then
        skipped=$(grep -o -E '[0-9]+ skipped' "$log" | tr '\n' ' ' || true)
        tests="${good:+$good tests}${skipped:+, ${skipped% }}"
        printf 'ok      %-17s %6s s  %s\n' "$step" "$seconds" "$tests"
        passed=$((passed + ${good:-1}))
    else
        printf 'FAILED  %-17s %6s s  exit status %s; it said:\n' "$step" "$seconds" "$status"
        sed -E '/^(caught|noticed) /d; s/^/    /' "$log"
        passed=$((passed + ${good:-0}))
        [[ ${bad:-0} -gt 0 ]] || bad=1
        failed=$((failed + bad))
        broken+=("$step")
    fi
done

[[ ${#broken[@]} -eq 0 ]] || echo "check: failed: ${broken[*]}; one alone: grading/tests/check.sh STEP"
echo "check: ${#steps[@]} steps in $((SECONDS - began)) s"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]

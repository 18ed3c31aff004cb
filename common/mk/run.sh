#!/bin/bash
# Boots build/$STAGE with one application in QEMU, the console on the terminal, and says how it
# ended. Exit status 0 only if the application's is 0.
#
# In, from the environment: STAGE, APP, ARGS, HEAP and LOCKS (empty or debug), PREEMPT (empty or
# random) with SEED (1), MEMORY (64M), CPUS (1), MACHINE (q35), ACCEL (tcg or kvm), V.
# Ctrl-A X ends the machine when the console is a terminal.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
    echo "run: $*" >&2
    exit 2
}

flag() { # a value of qemu.mk
    sed -n "s/^$1 *= *//p" common/mk/qemu.mk
}

# As in build.mk: applications of common/apps/from-NN run from stage NN on.
apps=(common/apps/*.c)
for home in common/apps/from-*; do
    [[ ! -d $home || ${home#*/from-} > ${STAGE%%-*} ]] || apps+=("$home"/*.c)
done
apps=("${apps[@]##*/}")
apps=("${apps[@]%.c}")
[[ -n ${APP:-} && " ${apps[*]} " == *" $APP "* ]] ||
    usage "no application '${APP:-}'; there are: ${apps[*]}"

image=$APP.elf
case ${HEAP:-} in
'') ;;
debug)
    grep -q '^DEBUG_HEAP ' "labs/$STAGE/stage.mk" || usage "HEAP=debug: lab ${STAGE%%-*} has no heap"
    image=$APP.debug.elf
    ;;
*) usage "HEAP=$HEAP: there is debug, and the ordinary heap without HEAP" ;;
esac

case ${LOCKS:-} in
'') ;;
debug)
    grep -q '^DEBUG_LOCKS ' "labs/$STAGE/stage.mk" ||
        usage "LOCKS=debug: lab ${STAGE%%-*} has no locks"
    [[ -z ${HEAP:-} ]] || usage "LOCKS=debug and HEAP=debug are two images: choose one"
    image=$APP.locks.elf
    ;;
*) usage "LOCKS=$LOCKS: there is debug, and the ordinary locks without LOCKS" ;;
esac

arguments=${ARGS:-}
case ${PREEMPT:-} in
'') ;;
random)
    grep -q '^DEBUG_PREEMPT ' "labs/$STAGE/stage.mk" ||
        usage "PREEMPT=random: lab ${STAGE%%-*} preempts nobody"
    [[ -z ${HEAP:-}${LOCKS:-} ]] ||
        usage "PREEMPT=random, LOCKS=debug and HEAP=debug are three images: choose one"
    [[ ${SEED:-1} =~ ^[0-9]{1,18}$ ]] || usage "SEED=$SEED: a number of at most 18 digits"
    image=$APP.preempt.elf
    arguments="preempt=${SEED:-1} $arguments"
    ;;
*) usage "PREEMPT=$PREEMPT: there is random, and slices of one length without PREEMPT" ;;
esac

accel=${ACCEL:-tcg}
case $accel in
tcg) ;;
kvm) found=$(common/mk/kvm.sh) || usage "$found" ;;
*) usage "ACCEL=$accel: there are tcg and kvm" ;;
esac

memory=${MEMORY:-$(flag QEMU_MEMORY)}
[[ $memory =~ ^[1-9][0-9]{0,8}[KMG]?$ ]] || usage "MEMORY=$memory: a size is written 64M or 8G"
[[ $memory == *[KMG] ]] || memory+=M # as QEMU reads it
bytes=$(numfmt --from=iec "$memory")
[[ $bytes -ge $((2 << 20)) ]] ||
    usage "MEMORY=$memory: the loader lies at 1 MiB, so 2M is the least"
cpus=${CPUS:-1}
[[ $cpus =~ ^[1-9][0-9]{0,2}$ && $cpus -le 255 ]] || usage "CPUS=$cpus: a number from 1 to 255"
machine=${MACHINE:-$(flag QEMU_MACHINE)}
[[ $machine =~ ^[A-Za-z0-9][A-Za-z0-9.,=_-]*$ ]] || usage "MACHINE=$machine: as in q35 or microvm"

lazy=()
if [[ $bytes -gt $(numfmt --from=iec "$(flag QEMU_PROMISE)") ]]; then
    lazy=(-object "memory-backend-ram,id=ram,size=$bytes,$(flag QEMU_LAZY)")
    machine+=,memory-backend=ram
fi

qemu=("$(flag QEMU)" "${lazy[@]}" -machine "$machine" -accel "$accel" -cpu "$(flag QEMU_CPU)"
    -m "$memory" -smp "$cpus")
read -ra flags <<< "$(flag QEMU_FLAGS)"
lab_text="labs/$STAGE/README.md"

# Names of files are relative: the guest sees them on its command line.
cd "build/$STAGE"
report=$(mktemp report.XXXXXX)
log=$(mktemp log.XXXXXX)
trap 'rm -f -- "$report" "$log"' EXIT

qemu+=("${flags[@]}" -no-reboot -d cpu_reset -D "$log" -debugcon "file:$report"
    -kernel loader.elf -initrd "$image")
[[ -z $arguments ]] || qemu+=(-append "$arguments")
if [[ -t 0 ]]; then
    qemu+=(-serial mon:stdio) # Ctrl-A X ends it, Ctrl-C goes to the guest
else
    qemu+=(-serial stdio) # every byte goes to the guest
fi
if [[ -n ${V:-} ]]; then
    echo "cd $PWD &&$(printf ' %q' "${qemu[@]}")" >&2
fi

# QEMU makes its output non-blocking; where that is not a terminal, cat keeps it from ours.
status=0
if [[ -t 1 ]]; then
    "${qemu[@]}" || status=$?
else
    "${qemu[@]}" | cat || status=$?
fi

end=$(sed -n 's/^pagurus: //p' "$report" | tail -n 1 | tr -d '\000-\037')
failed=1
case $end in
"exit "*)
    said="$APP: exit status ${end#exit }"
    [[ $end != "exit 0" ]] || failed=0
    ;;
"panic"*) said="$APP: panic: ${end#panic }" ;;
"todo "*)
    read -r _ exercise place <<< "$end"
    said="exercise $exercise is not done yet${place:+ ($place)}: see $lab_text"
    ;;
"refused "*) said="the loader refused $image: ${end#refused }" ;;
*)
    if grep -q -i 'triple fault' "$log"; then
        said="$APP: triple fault: the CPU gave up and the machine was reset; look with: make gdb"
    elif [[ $status -eq 0 ]]; then
        said="$APP: ended before the application did (Ctrl-A X, or a reset)"
    elif [[ $status -gt 128 ]]; then
        said="$APP: QEMU was ended by signal $((status - 128))"
    else
        said="$APP: QEMU ended with status $status and no word from the machine"
    fi
    ;;
esac
echo "$said" >&2
exit "$failed"

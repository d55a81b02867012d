#!/usr/bin/env bash
# Sets up, builds, and runs jcm on this host or on the hosts of cluster/hosts.
#
#   ./launch.sh                     the demo: a synthetic twin, learned in minutes, to a results table
#   ./launch.sh test [--fast]       the tests; --fast leaves out the slow ones
#   ./launch.sh build               installs what is missing and builds
#   ./launch.sh COMMAND ARGUMENTS   jcm COMMAND; train, evaluate, prepare, stage and study under mpirun
#
# JCM_RANKS, JCM_THREADS   ranks over all hosts, and threads of each (default: chosen for the host)
# JCM_SEED                 of the demo's pictures and training (default 1)
# JCM_CPU                  instruction level to build for: x86-64-v3, x86-64-v4, baseline (default: this host's)
# JCM_STATIC=1             builds Swift's libraries in: for nodes without the toolchain
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD
jcm=$root/.build/release/jcm

say() { printf '%s\n' "$*"; }
fail() { printf 'launch.sh: %s\n' "$1" >&2; exit "${2:-1}"; }

# ---- what must be installed -------------------------------------------------------------------------------------------
packages=(libopenmpi-dev openmpi-bin libopenblas-dev libhdf5-dev libturbojpeg0-dev libspng-dev libmatio-dev
    libdeflate-dev pkg-config)
modules=(ompi-c openblas hdf5 libturbojpeg spng matio libdeflate)

is_installed() {
    # One name a call: of several, bash is content with any.
    command -v pkg-config >/dev/null && command -v mpirun >/dev/null && pkg-config --exists "${modules[@]}" 2>/dev/null
}

install_missing() {
    command -v swift >/dev/null 2>&1 ||
        fail "swift is not installed; install Swift 6.2 or newer (swift.org, 'Install') and put it on the PATH"
    is_installed && return
    local line="apt-get install -y --no-install-recommends ${packages[*]}"
    command -v apt-get >/dev/null 2>&1 ||
        fail "these libraries are missing, and there is no apt-get to install them: ${modules[*]}"
    [ "$(id -u)" = 0 ] || fail "libraries are missing; run:  sudo $line"
    say "installing: ${packages[*]}"
    local log; log=$(mktemp)
    (apt-get update -q && DEBIAN_FRONTEND=noninteractive $line -q) >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; fail "apt-get failed; the whole output is in $log"; }
    rm -f "$log"
    is_installed || fail "the libraries are installed, but pkg-config does not find all of: ${modules[*]}"
}

# ---- building ---------------------------------------------------------------------------------------------------------
build_flags=(--explicit-target-dependency-import-check error)

build() {
    install_missing
    local extra=()
    [ "${JCM_STATIC:-0}" = 1 ] && extra=(--static-swift-stdlib)
    say "building for ${JCM_CPU:-this host} (a few minutes the first time)"
    mkdir -p .build
    if ! swift build -c release --product jcm "${build_flags[@]}" "${extra[@]}" >.build/launch.log 2>&1; then
        grep -E 'error' .build/launch.log | head -n 20 >&2 || true
        fail "the build failed; the whole output is in .build/launch.log"
    fi
    tail -n 1 .build/launch.log
}

# Builds where the program is missing or older than a source.
build_if_needed() {
    [ -x "$jcm" ] && [ -z "$(find Package.swift Sources -newer "$jcm" -type f -print -quit)" ] && return
    build
}

# ---- running under mpirun ---------------------------------------------------------------------------------------------
cores() { nproc; }

# Two ranks on a small host, one a NUMA node on a large one; each takes its share of the cores.
default_ranks() {
    local nodes; nodes=$(lscpu 2>/dev/null | awk -F: '/^NUMA node\(s\)/ { gsub(/ /, "", $2); print $2 }')
    [ "${nodes:-1}" -gt 2 ] && { echo "$nodes"; return; }
    [ "$(cores)" -ge 2 ] && echo 2 || echo 1
}

# The slots that cluster/hosts names: 0 where it names no host.
host_slots() {
    [ -f cluster/hosts ] || { echo 0; return; }
    awk '!/^ *(#|$)/ { n = 1; for (i = 2; i <= NF; i++) if ($i ~ /^slots=/) n = substr($i, 7); s += n } END { print s + 0 }' \
        cluster/hosts
}

mpi_line=()
compose_mpi_line() {
    local ranks=${JCM_RANKS:-} threads=${JCM_THREADS:-}
    mpi_line=(mpirun --bind-to none)
    local slots; slots=$(host_slots)
    if [ "$slots" -gt 0 ]; then
        ranks=${ranks:-$slots}
        mpi_line+=(--hostfile cluster/hosts --mca oob_tcp_keepalive_time 2 --mca oob_tcp_keepalive_intvl 1
            --mca oob_tcp_keepalive_probes 3 --mca btl_tcp_links 2)
    else
        ranks=${ranks:-$(default_ranks)}
        [ "$ranks" -gt "$(cores)" ] && mpi_line+=(--oversubscribe --mca mpi_yield_when_idle 1)
    fi
    [ "$(id -u)" = 0 ] && mpi_line+=(--allow-run-as-root)
    mpi_line+=(-x SWIFT_BACKTRACE=enable=no)
    [ -t 1 ] && mpi_line+=(-x JCM_PROGRESS=1)
    mpi_line+=(-n "$ranks" "$jcm" "$@")
    [ -n "$threads" ] && mpi_line+=(--threads "$threads")
    return 0
}

# Runs mpirun, and turns a request to end (TERM, INT, HUP) into the one that mpirun passes to all ranks at once.
# In a session of its own: a terminal's Ctrl-C must not reach mpirun, which would end the ranks before they have saved.
run_mpi() {
    build_if_needed
    compose_mpi_line "$@"
    say "\$ ${mpi_line[*]}"
    setsid "${mpi_line[@]}" </dev/null &
    local job=$! code=0 requested=0
    trap 'requested=1; kill -USR1 $job 2>/dev/null || true' TERM INT HUP
    # A request interrupts `wait`, which then gives the signal's number: the job's own code is asked for again, also
    # where the job has ended meanwhile.
    while
        requested=0 code=0
        wait "$job" || code=$?
        [ "$requested" = 1 ]
    do :; done
    trap - TERM INT HUP
    if [ "$code" = 75 ]; then
        say "jcm: stopped on request, the state is saved; the same command goes on from there"
    elif [ "$code" -gt 128 ]; then
        say "jcm: a rank was ended by signal $((code - 128)); the same command goes on from the newest checkpoint" >&2
    fi
    return "$code"
}

# ---- the demo ---------------------------------------------------------------------------------------------------------
demo() {
    build_if_needed
    local started=$SECONDS seed=${JCM_SEED:-1} name=demo
    [ "$seed" = 1 ] || name=demo-seed$seed
    local twin=data/$name/twin prepared=data/$name/prepared.h5 run=checkpoints/$name
    mkdir -p "data/$name"
    if [ ! -d "$twin" ]; then
        say; say "1  Drawing a synthetic twin of Market-1501"
        "$jcm" synthesize "$twin" --seed "$seed" --train-identities 1000 --test-identities 100 \
            --pictures-per-identity 8 --sheet "data/$name/sheet.png"
    fi
    if [ ! -f "$prepared" ]; then
        say; say "2  Preparing its pictures"
        run_mpi prepare "$twin" --output "$prepared" --recipe recipes/demo.yaml
    fi
    say; say "3  Training on ${JCM_RANKS:-$(default_ranks)} ranks"
    run_mpi train recipes/demo.yaml --run-folder "$run" --set data.prepared="$prepared" --set training.seed="$seed"
    say; say "4  Evaluating on people never seen in training"
    run_mpi evaluate "$run"
    local pictures=("$twin"/query/*.jpg)
    say
    say "done in $((SECONDS - started)) s"
    say "  people      data/$name/sheet.png"
    say "  results     $run/results.json"
    say "  log         $run/log.jsonl"
    say "  a picture   ./launch.sh predict $run ${pictures[0]}"
}

# ---- the tests --------------------------------------------------------------------------------------------------------
run_tests() {
    install_missing
    local fast=0
    case "${1:-}" in
        --fast) fast=1 ;;
        '') ;;
        *) fail "test: unknown option '$1'; the one option is --fast" 2 ;;
    esac
    JCM_FAST=$fast SWIFT_BACKTRACE=enable=no exec swift test -c release "${build_flags[@]}" --disable-xctest
}

case "${1:-demo}" in
    demo) demo ;;
    test) shift; run_tests "$@" ;;
    build) build ;;
    prepare)
        mkdir -p data
        run_mpi "$@"
        ;;
    train | evaluate) run_mpi "$@" ;;
    study)
        case "${2:-}" in
            status | plan | table | -h | --help | '') build_if_needed; exec "$jcm" "$@" ;;
            *) run_mpi "$@" ;;
        esac
        ;;
    stage) JCM_THREADS='' run_mpi "$@" ;;
    -h | --help | help) sed -n '2,13s/^# \{0,1\}//p' "$0" ;;
    *) build_if_needed; exec "$jcm" "$@" ;;
esac

#!/usr/bin/env bash
# Submits a study as a Slurm array, a training a task, and a last job that makes the table of what has finished.
#
#   cluster/slurm/study-array.sh STUDY FOLDER [LIMIT] [jcm study's options]
#
# LIMIT: tasks at a time (default 4). A task that is killed and requeued goes on from its checkpoint; a training's folder is
# locked while one trains it, so that it never runs twice at once.
set -euo pipefail
if [ $# -lt 2 ]; then
    sed -n '4p' "$0" | sed 's/^# *//' >&2
    exit 2
fi
study=$1 folder=$2 limit=4
shift 2
case "${1:-}" in '' | -*) ;; *) limit=$1; shift ;; esac
count=$(.build/release/jcm study plan "$study" --dry --folder "$folder" --count "$@")
array=$(sbatch --parsable --array="0-$((count - 1))%$limit" cluster/slurm/study-array.sbatch "$study" "$folder" "$@")
table=$(sbatch --parsable --dependency="afterany:$array" --job-name=jcm-table --ntasks=1 --output=%x-%j.log \
    --wrap="cd '$PWD' && .build/release/jcm study table '$folder'")
echo "$count trainings: array job $array, at most $limit at a time; the table: job $table"
echo "how it goes: .build/release/jcm study status $folder"

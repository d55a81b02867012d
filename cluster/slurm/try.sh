#!/usr/bin/env bash
# Tries the study scripts on a real Slurm of this machine alone: two virtual nodes in a folder that is removed afterwards.
#
#   cluster/slurm/try.sh            needs slurmctld, slurmd (apt-get install slurmctld slurmd slurm-client) and root
#
# A study of six trainings runs as an array, one task is killed and requeued by Slurm, the table is made by the last job; the
# same study runs as one job; both tables must be the same to the bit.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
for program in slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || { echo "try.sh: $program is missing; apt-get install slurmctld slurmd slurm-client" >&2; exit 2; }
done
[ -x .build/release/jcm ] || { echo "try.sh: build first: ./launch.sh build" >&2; exit 2; }

place=$(mktemp -d /tmp/jcm-slurm-XXXXXX)
export SLURM_CONF=$place/slurm.conf
# The virtual nodes are one host, and have memory of their own as far as Open MPI is told.
export OMPI_MCA_btl=self,tcp
end() {
    timeout 5 scancel --user="$(id -un)" 2>/dev/null || true
    for file in "$place"/*.pid; do [ -f "$file" ] && kill "$(cat "$file")" 2>/dev/null; done
    sleep 1
    rm -rf "$place"
}
trap end EXIT

host=$(hostname)
mkdir -p "$place"/state "$place"/spool/v1 "$place"/spool/v2 "$place"/tmp/v1 "$place"/tmp/v2
cat >"$SLURM_CONF" <<CONF
ClusterName=try
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/none
CredType=cred/none
SlurmctldPort=17817
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool/%n
TmpFS=$place/tmp/%n
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.%n.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=3,bf_interval=3,requeue_delay=1
SlurmdParameters=config_overrides
MpiDefault=none
JobRequeue=1
KillWait=3
ReturnToService=2
PropagateResourceLimits=NONE
NodeName=v1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17831 CPUs=2 RealMemory=1000
NodeName=v2 NodeHostname=$host NodeAddr=127.0.0.1 Port=17832 CPUs=2 RealMemory=1000
PartitionName=all Nodes=v[1-2] Default=YES MaxTime=INFINITE State=UP
CONF
slurmctld -c
slurmd -N v1
slurmd -N v2
for _ in $(seq 100); do [ "$(sinfo -h -N -o %t | grep -c idle)" = 2 ] && break; sleep 0.2; done
sinfo -h

# The scripts run from the folder that they are submitted in.
mkdir "$place/work"
ln -s "$root/.build" "$root/cluster" "$place/work/"
cd "$place/work"
.build/release/jcm synthesize twin --train-identities 12 --test-identities 8 --pictures-per-identity 6
.build/release/jcm prepare twin --output people.h5 --recipe tiny 2>/dev/null | tail -n 1
cat >study.yaml <<STUDY
about: Two attributes
base: tiny
settings: {training.epochs: 40, checkpoint.every_steps: 5, data.prepared: $PWD/people.h5}
seeds: [1, 2]
arms:
  - name: full
  - leave_out: [hat, age]
STUDY
wait_for_jobs() {
    for _ in $(seq 300); do [ -z "$(squeue -h)" ] && return; sleep 1; done
    squeue; echo "try.sh: the jobs have not ended" >&2; exit 1
}
cluster/slurm/study-array.sh study.yaml array 2 --threads 1
for _ in $(seq 200); do ls array/trainings/*/step-*.h5 >/dev/null 2>&1 && break; sleep 0.2; done
task=$(squeue -h -r -t R -o %i | head -n 1)
echo "requeued while it trains: task ${task:?no task runs}"
scontrol requeue "$task"
wait_for_jobs
.build/release/jcm study status array
grep -h "goes on" jcm-arm-*.log || { echo "try.sh: no task went on from its checkpoint" >&2; exit 1; }
sbatch --nodes=1 --ntasks-per-node=2 cluster/slurm/study.sbatch study.yaml whole
wait_for_jobs
cmp array/table.csv whole/table.csv
cat array/table.txt
echo "the array, one task of it requeued, and the one job made the same table"

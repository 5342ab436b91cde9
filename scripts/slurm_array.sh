#!/usr/bin/env bash
# Diagnoses many studies on a Slurm cluster, each task of the array a part of them:
#
#   export JCS_DIAGNOSE=$PWD/build/release/bin/jcs_diagnose
#   sbatch --array=1-8 scripts/slurm_array.sh STUDIES OUTPUT [options of jcs_diagnose ...]
#   sbatch --array=1-8 scripts/slurm_array.sh /data/ct /results/ct --weights-cls cls.safetensors --weights-seg seg.safetensors
#
# JCS_DIAGNOSE names the program; without, `jcs_diagnose` must be found in PATH on all nodes. --cohort, --output, --shard and
# --threads (the task's cores) are set here and cannot be given again.
# STUDIES is a tree of folders or a list of studies. The array begins with 1 and has no gaps; no task waits for another.
# OUTPUT must be reachable from all nodes. Submitted again, whatever stopped it, the job goes on with what is not done yet,
# also with another number of tasks; it must not run twice at once. Options of Slurm on the command line win over these; a
# partition without GPUs wants sbatch --gres=none:
#SBATCH --job-name=jcs
#SBATCH --output=jcs_%A_%a.log
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --time=12:00:00
#SBATCH --requeue
# Two minutes before the time is over: the study under way is left out, all tables are written.
#SBATCH --signal=B:TERM@120
set -euo pipefail

if (($# < 2)); then
  echo "usage: sbatch --array=1-N slurm_array.sh STUDIES OUTPUT [options of jcs_diagnose ...]" >&2
  exit 2
fi
if [[ -z ${SLURM_ARRAY_TASK_ID:-} || -z ${SLURM_ARRAY_TASK_COUNT:-} ]]; then
  echo "slurm_array.sh: not in a job array: submit it with sbatch --array=1-N" >&2
  exit 2
fi
studies=$1 output=$2
shift 2
program=${JCS_DIAGNOSE:-jcs_diagnose}
if ! command -v "$program" >/dev/null; then
  echo "slurm_array.sh: $program is not there: export JCS_DIAGNOSE=DIR/build/release/bin/jcs_diagnose" >&2
  exit 2
fi
# In place of the shell, so that Slurm's signals reach the program.
exec "$program" "$studies" --cohort --output "$output" \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --threads "${SLURM_CPUS_PER_TASK:-0}" "$@"

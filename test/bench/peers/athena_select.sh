#!/bin/sh
# One question by the AWS CLI: start, poll, read. Usage: athena_select.sh PYTHON SQL WORKGROUP OUTPUT
set -eu
python=$1
aws() { "$python" -m awscli "$@"; }
id=$(aws athena start-query-execution --query-string "$2" --work-group "$3" \
  --result-configuration "OutputLocation=$4" --query QueryExecutionId --output text)
while :; do
  state=$(aws athena get-query-execution --query-execution-id "$id" --query QueryExecution.Status.State --output text)
  case $state in
    SUCCEEDED) break ;;
    QUEUED | RUNNING) sleep 0.2 ;;
    *) exit 1 ;;
  esac
done
aws athena get-query-results --query-execution-id "$id" --output text

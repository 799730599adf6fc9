#!/usr/bin/env bash
# preview.sh <stack> [options of `pulumi-immuta report`]: the preview as preview.json, and what it means as report.md.
# Exit code: the preview's own where it failed, else the report's, which is 2 where --fail-on found something.
set -uo pipefail
stack=$1
shift

pulumi preview --stack "$stack" --json --non-interactive >preview.json
preview=$?
# A preview that failed has a report too: it says why.
npx pulumi-immuta report "$@" preview.json >report.md
report=$?

if [ "$preview" -ne 0 ]; then exit "$preview"; fi
exit "$report"

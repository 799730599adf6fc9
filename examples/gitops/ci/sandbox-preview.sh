#!/usr/bin/env bash
# A preview in front of the sandbox, with a state of its own: needs no secret and reaches nothing outside this machine.
set -euo pipefail

npx pulumi-immuta sandbox -- bash -c '
  set -euo pipefail
  pulumi stack init sandbox --non-interactive
  pulumi preview --stack sandbox --diff --non-interactive
'

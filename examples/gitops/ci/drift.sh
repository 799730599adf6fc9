#!/usr/bin/env bash
# drift.sh <stack>: whether somebody changed in Immuta what the state knows. GETs alone; neither state nor Immuta changes.
# Exit code 0: asked, and the answer is in GITHUB_OUTPUT (or on standard output) as drift=true or drift=false.
# Any other: could not be asked, for example because Immuta does not answer.
set -uo pipefail

pulumi refresh --stack "$1" --preview-only --expect-no-changes --diff --non-interactive
case $? in
  0) drift=false ;;
  7) drift=true ;; # what --expect-no-changes exits with, unlike any failure
  *) exit 1 ;;
esac
echo "drift=$drift" >>"${GITHUB_OUTPUT:-/dev/stdout}"

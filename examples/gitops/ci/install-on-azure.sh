#!/usr/bin/env bash
# The Pulumi CLI for the steps that follow, and the packages of the program.
set -euo pipefail
curl -fsSL https://get.pulumi.com | sh
echo "##vso[task.prependpath]$HOME/.pulumi/bin"
npm ci

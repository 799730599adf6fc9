#!/usr/bin/env bash
# What is done by hand today for one pool, as a script: Immuta's bootstrap scripts by curl, run with a client like sqlcmd
# (FreeTDS's tsql), then the integration by curl, then waiting. Usage: by-hand.sh <host> <database>
set -euo pipefail
host=$1 database=$2 account=immuta_$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

jq -n --arg host "$host" --arg database "$database" --arg username "$account" --arg password "$SYSTEM_PASSWORD" '{
  type: "Azure Synapse Analytics", autoBootstrap: false,
  config: {
    host: $host, port: 1433, database: $database, schema: "governed",
    authenticationType: "userPassword", username: $username, password: $password,
    impersonation: { enabled: false },
    metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," }
  } }' >"$work/payload.json"

immuta() {
  curl --silent --show-error --fail-with-body -H "Authorization: $IMMUTA_API_KEY" -H "Content-Type: application/json" "$@"
}

# tsql takes every line GO for a separator, in comments and literals too, and only where nothing follows it.
for_tsql() {
  sed '/\/\*/,/\*\//d' | awk -v quote="'" '
    { inside = open }
    !/^ *--/ { open = (open + gsub(quote, quote)) % 2 }
    tolower($1) == "go" { print inside ? " " $0 : "GO"; next }
    { print }'
}

run_script() { # phase, database
  immuta -d @"$work/payload.json" "$IMMUTA_URL/integrations/scripts/$1" | for_tsql >"$work/$1.sql"
  printf '\nGO\nexit\n' >>"$work/$1.sql"
  tsql -S synapse -U "$SQL_USERNAME@${host%%.*}" -P "$SQL_PASSWORD" -D "$2" <"$work/$1.sql" >"$work/$1.log" 2>&1
  if grep -q "^Msg " "$work/$1.log"; then
    grep "^Msg " "$work/$1.log" >&2
    exit 1
  fi
}

run_script initial-create master
run_script create "$database"
id=$(immuta -d @"$work/payload.json" "$IMMUTA_URL/integrations" | jq -r .id)
until [ "$(immuta "$IMMUTA_URL/integrations/$id/status" | jq -r .status)" = enabled ]; do sleep 0.5; done

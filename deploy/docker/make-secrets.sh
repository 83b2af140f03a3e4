#!/bin/sh
# Makes what docker-compose.yml mounts as secrets, each once: what is there is kept, so run it as often as you like.
# Usage: deploy/docker/make-secrets.sh [FOLDER, default deploy/docker/secrets]
#
# The folder is what keeps others out: only its owner may enter. The files in it are readable to all, as the
# processes in the containers, which get each file mounted on its own, run under IDs that this machine need not know.
set -eu
folder=${1:-$(dirname "$0")/secrets}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

# keep NAME VALUE: whole or not at all, so that a run that is cut short leaves no half secret behind.
keep() {
  [ -s "$1" ] && return
  printf '%s\n' "$2" > "$1.unfinished"
  chmod 444 "$1.unfinished"
  mv "$1.unfinished" "$1"
  echo "made $folder/$1"
}

# 256 bits: in hexadecimal for what stands in a URL, in base64 for keys.
hexadecimal() { od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n'; }
key() { head -c 32 /dev/urandom | base64; }

# Without TLS: the network between the services and PostgreSQL is theirs alone and has no way out.
url() { echo "postgres://$1:$2@postgres:5432/$3?sslmode=disable"; }

keep postgres-password "$(hexadecimal)"
keep postgres-admin-url "$(url postgres "$(cat postgres-password)" postgres)"
for service in auth users resources; do
  database=gatehouse_$service
  keep "$service-database-url" "$(url "$database" "$(hexadecimal)" "$database")"
  keep "$service-owner-url" "$(url "${database}_owner" "$(hexadecimal)" "$database")"
done
keep auth-key-sealing-key "$(key)"
keep users-page-token-key "$(key)"
keep resources-page-token-key "$(key)"
for service in users resources gateway; do
  keep "$service-client-secret" "$(hexadecimal)"
done
keep auth-audit-chain-key "$(key)"
# Of the fakes that play Google and GitHub: marked, so that no production takes them.
for provider in google github; do
  keep "$provider-client-secret" "development-$(hexadecimal)"
done

#!/bin/sh
# Makes what docker-compose.yml mounts for TLS between the services: an authority, and by it a certificate for each.
# What is there and good for another 30 days is kept, so run it as often as you like; what is renewed, the running
# services take up by themselves. Needs openssl.
# Usage: deploy/docker/make-certificates.sh [FOLDER, default deploy/docker/certificates]
#
# The folder is what keeps others out: only its owner may enter. The folders of the services in it, which their
# containers get mounted, are readable to all, as their processes run under IDs that this machine need not know. The
# authority's key stays here: no container gets it.
set -eu
folder=${1:-$(dirname "$0")/certificates}
command -v openssl > /dev/null || { echo "$0: openssl is needed" >&2; exit 1; }
umask 077
mkdir -p "$folder/authority"
chmod 700 "$folder" "$folder/authority"
cd "$folder"

# place MODE FILE: whole or not at all, so that nobody reads half of it.
place() {
  chmod "$1" "$2.unfinished"
  mv "$2.unfinished" "$2"
}

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2> /dev/null; }
serial() { echo "0x$(od -An -v -N16 -tx1 /dev/urandom | tr -d ' \n')"; }

if ! [ -s authority/key.pem ] || ! [ -s authority/certificate.pem ]; then
  cat > authority/openssl.cnf << END
[req]
distinguished_name = subject
x509_extensions = authority
prompt = no
[subject]
CN = Gatehouse, the local cluster
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
  new_key authority/key.pem.unfinished
  openssl req -x509 -new -sha256 -config authority/openssl.cnf -key authority/key.pem.unfinished \
    -set_serial "$(serial)" -days 3650 -out authority/certificate.pem.unfinished
  place 400 authority/key.pem
  place 444 authority/certificate.pem
  rm authority/openssl.cnf
  echo "made $folder/authority"
fi

# is_good SERVICE: whether its certificate is the authority's own and has 30 days left.
is_good() {
  [ -s "$1/key.pem" ] && cmp -s authority/certificate.pem "$1/ca.pem" &&
    openssl verify -CAfile authority/certificate.pem "$1/certificate.pem" > /dev/null 2>&1 &&
    openssl x509 -checkend 2592000 -noout -in "$1/certificate.pem" > /dev/null 2>&1
}

# certify SERVICE USAGE: for the ends of a connection that it is at.
certify() {
  is_good "$1" && return
  mkdir -p "$1"
  chmod 755 "$1"
  cat > authority/openssl.cnf << END
[req]
distinguished_name = subject
prompt = no
[subject]
CN = $1
[service]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $2
subjectAltName = DNS:$1.gatehouse.internal
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
  new_key "$1/key.pem.unfinished"
  openssl req -new -sha256 -config authority/openssl.cnf -key "$1/key.pem.unfinished" -out authority/request.pem
  openssl x509 -req -sha256 -in authority/request.pem -CA authority/certificate.pem -CAkey authority/key.pem \
    -set_serial "$(serial)" -days 365 -extfile authority/openssl.cnf -extensions service \
    -out "$1/certificate.pem.unfinished" 2> /dev/null
  cp authority/certificate.pem "$1/ca.pem.unfinished"
  # A service that reads in between finds that they do not fit, and reads again.
  for file in ca key certificate; do place 444 "$1/$file.pem"; done
  rm authority/openssl.cnf authority/request.pem
  echo "made $folder/$1"
}

for service in auth users resources; do certify "$service" 'serverAuth, clientAuth'; done
# It takes no gRPC.
certify gateway clientAuth

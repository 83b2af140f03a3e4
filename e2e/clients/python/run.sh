#!/bin/sh
# Generates Python stubs from proto/ and lets client.py use a running system, as a person and with the person's API key.
#
#   run.sh AUTH_ADDRESS RESOURCES_ADDRESS EMAIL PASSWORD API_KEY [CERTIFICATES]
#
# Needs Debian's python3-grpcio, protobuf-compiler and protobuf-compiler-grpc; PYTHON names another interpreter.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=${PYTHON:-/usr/bin/python3}
stubs=$(mktemp -d)
trap 'rm -rf "$stubs"' EXIT

# buf/validate is imported by the contract and comes from a package without .proto files.
(cd "$root" && node tools/generate/main.mjs --imports-only)

google=$root/node_modules/google-proto-files
protoc \
  --proto_path="$root/proto" --proto_path="$google" --proto_path="$root/.generated/validate" \
  --plugin=protoc-gen-grpc_python="$(command -v grpc_python_plugin)" \
  --python_out="$stubs" --grpc_python_out="$stubs" \
  $(cd "$root/proto" && find gatehouse -name '*.proto') \
  buf/validate/validate.proto \
  google/api/annotations.proto google/api/http.proto google/api/field_behavior.proto \
  google/rpc/status.proto google/rpc/error_details.proto

PYTHONPATH=$stubs "$python" "$here/client.py" "$@"

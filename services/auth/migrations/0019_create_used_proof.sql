-- migrate:up
-- The proofs of possession that were used (DPoP, RFC 9449, section 11.1), by all verifiers together: each is good once.
create table used_proof (
  -- SHA-256 of the thumbprint of its key and of its `jti`.
  id bytea primary key constraint used_proof_id_length check (octet_length(id) = 32),
  -- When no verifier would take it any more, whatever its clock says.
  expires_at timestamptz not null
);
create index used_proof_by_expiry on used_proof (expires_at);

import { credentials } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { KeySetServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc';
import { RemoteKeySet } from '@gatehouse/tokens';

/** How long one fetch of the key set may take, in milliseconds. */
const FETCH_TIMEOUT_MS = 2_000;

/**
 * The issuer's key set, fetched from auth and kept: when auth is down the
 * keys known so far go on serving.
 *
 * @param address of the auth service, `host:port`
 * @param onFailure is told about every failed fetch, for the log
 */
export function issuerKeys(
  address: string,
  onFailure: (cause: unknown) => void,
  channel = credentials.createInsecure(),
): { keys: RemoteKeySet; close(): void } {
  const client = openClient(KeySetServiceClient, address, contract, channel);
  const fetch = () => callUnary(client.getKeySet.bind(client), {}, { timeoutMs: FETCH_TIMEOUT_MS });
  return { keys: new RemoteKeySet({ fetch, onFailure }), close: () => client.close() };
}

import { credentials } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { KeySetServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient, type ReadinessCheck } from '@gatehouse/grpc';
import { RemoteKeySet } from '@gatehouse/tokens';

/** How long one fetch of the key set may take, in milliseconds. */
const FETCH_TIMEOUT_MS = 2_000;

/** The issuer's keys as a service holds them. */
export interface IssuerKeys {
  readonly keys: RemoteKeySet;
  /**
   * Holds once a key set was fetched, and fetches until then: a service that
   * starts while auth is down becomes ready by itself. What becomes of auth
   * later is no reason to stop serving.
   */
  readonly known: ReadinessCheck;
  close(): void;
}

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
): IssuerKeys {
  const client = openClient(KeySetServiceClient, address, contract, channel);
  const fetch = () => callUnary(client.getKeySet.bind(client), {}, { timeoutMs: FETCH_TIMEOUT_MS });
  const keys = new RemoteKeySet({ fetch, onFailure });
  let fetched = false;
  const holds = async () => {
    if (!fetched) await keys.refresh();
    return (fetched = true);
  };
  return { keys, known: { name: 'key set', holds }, close: () => client.close() };
}

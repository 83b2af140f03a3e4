import { nobody, type Attack } from './attack.js';
import {
  abortedRequests,
  bigBodies,
  deepJson,
  gzipBodies,
  headerFlood,
  patientRequests,
  slowloris,
  slowRead,
  unfinishedBodies,
} from './http-attacks.js';
import {
  continuationFlood,
  gzipMessages,
  pingFlood,
  rapidReset,
  settingsFlood,
  windowStall,
} from './http2-attacks.js';

/** No attack: what is found beside it is what the measurement makes of nothing. */
export const NOBODY = 'nobody';

/** The attacks by name: none, those on a gateway, then those on a gRPC port. */
export const ATTACKS: ReadonlyMap<string, Attack> = new Map<string, Attack>([
  [NOBODY, nobody],
  ['slowloris', slowloris],
  ['slow reading', slowRead],
  ['big bodies', bigBodies],
  ['unfinished bodies', unfinishedBodies],
  ['header flood', headerFlood],
  ['gzip bodies', gzipBodies],
  ['deep JSON', deepJson],
  ['cancel storm', abortedRequests],
  ['rapid reset', rapidReset],
  ['PING flood', pingFlood],
  ['SETTINGS flood', settingsFlood],
  ['CONTINUATION flood', continuationFlood],
  ['window stall', windowStall],
  ['gzip messages', gzipMessages],
]);

/**
 * The same calls by those who mean no harm, made while others are measured before the attack: what answers cost whom
 * they are due to is not the harm.
 */
export const HARMLESS: ReadonlyMap<string, Attack> = new Map([['cancel storm', patientRequests]]);

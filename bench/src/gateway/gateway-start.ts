import type { PublicKey } from '../guard/issuer.js';
import type { BackendPorts } from './backend-process.js';

/** What a gateway that is a process of Node is started with; it answers its port. */
export interface GatewayStart {
  readonly publicKey: PublicKey;
  readonly ports: BackendPorts;
  /** Settings of Gatehouse's own besides those that it needs. */
  readonly environment?: Readonly<Record<string, string>>;
}

// One replica of the stateful peer. It ends when whoever started it is gone.
import { SessionGateway } from './session-gateway.js';

/** What a replica is started with, as JSON in its only argument. */
export interface SessionGatewayOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Base URLs of the gateways behind it. */
  readonly upstream: readonly string[];
}

process.on('disconnect', () => process.exit());
const { port, upstream } = JSON.parse(process.argv[2] ?? '{}') as SessionGatewayOptions;
process.send?.(await new SessionGateway(upstream).listen(port));

import 'reflect-metadata';
import { readGatewaySettings } from '@gatehouse/gateway/config';
import { Admission, type Caller } from '@gatehouse/gateway/rpc/admission';
import { startGateway } from '@gatehouse/gateway/start-gateway';
import { createLogger } from '@gatehouse/telemetry';
import { Scope } from '@gatehouse/tokens';
import { answer } from '../answer.js';
import { countOutgoingBytes } from './outgoing-bytes.js';

/** How a gateway is started. */
export interface GatewayStart {
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it leaves every decision to the service, and hands on the credential as it came. */
  readonly passesOn: boolean;
}

const outgoingBytes = countOutgoingBytes();

answer({
  start: async ({ environment, passesOn }: GatewayStart): Promise<number> => {
    if (passesOn) passCredentialsOn();
    const log = createLogger({ service: 'gateway', level: 'info' });
    return (await startGateway(readGatewaySettings(environment), log)).port;
  },
  cpu: () => process.cpuUsage(),
  outgoingBytes: () => outgoingBytes(),
});

/** The same gateway, less what it does to know the caller. */
function passCredentialsOn(): void {
  const claims: Caller['claims'] = {
    issuer: '',
    audience: '',
    subject: 'unknown',
    clientId: '',
    sessionId: undefined,
    tokenId: '',
    isService: false,
    issuedAt: 0,
    notBefore: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
    scope: Scope.parse(''),
    keyId: '',
    credential: undefined,
    authTime: undefined,
    actor: undefined,
    boundTo: undefined,
  };
  Admission.prototype.identify = async (rule, credential) =>
    rule.access === 'public' || !credential
      ? undefined
      : { claims, authorization: `Bearer ${credential.secret}` };
  Admission.prototype.authorize = () => undefined;
}

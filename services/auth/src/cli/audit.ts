import { once } from 'node:events';
import { exportPages } from '../audit/export-pages.js';
import { headText } from '../audit/audit-chainer.js';
import type { AuditLink } from '../audit/audit-row.js';
import { toJsonLine } from '../audit/json-line.js';
import { verifyChain } from '../audit/verify-chain.js';
import type { AuthContext } from '../auth-context.js';
import { runCommand, UsageFault } from './run-command.js';

const USAGE = `usage: npm run audit -- verify [--head SEQUENCE:HASH]   compute the chain again; prints the head it ends at
       npm run audit -- export [--after SEQUENCE]       the events in the order of the chain, as JSON lines`;

const HEAD = /^([1-9]\d{0,18}):([0-9a-f]{64})$/;
const SEQUENCE = /^\d{1,19}$/;

await runCommand(async (context, settings) => {
  const [command, option, value, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || (option !== undefined && value === undefined)) throw new UsageFault(USAGE);
  if (command === 'verify' && (option === undefined || option === '--head')) {
    await verify(context, settings.AUDIT_CHAIN_KEY, value);
  } else if (command === 'export' && (option === undefined || option === '--after')) {
    await print(context, value);
  } else {
    throw new UsageFault(USAGE);
  }
});

async function verify(
  { database, auditLinks }: AuthContext,
  key: Uint8Array,
  noted: string | undefined,
): Promise<void> {
  const { head, fault } = await verifyChain({
    sql: database.sql,
    links: auditLinks,
    key,
    noted: noted === undefined ? undefined : readHead(noted),
  });
  if (fault !== undefined) {
    process.stderr.write(`the audit trail is broken: ${fault}\n`);
    process.stderr.write(`it holds up to ${headText(head)}\n`);
    process.exitCode = 1;
    return;
  }
  process.stdout.write(`the audit trail holds up to ${headText(head)}\n`);
}

function readHead(text: string): AuditLink {
  const [, sequence, hash] = HEAD.exec(text) ?? [];
  if (sequence === undefined || hash === undefined) throw new UsageFault(USAGE);
  return { sequence: BigInt(sequence), hash: Buffer.from(hash, 'hex') };
}

async function print({ database, auditLinks }: AuthContext, after = '0'): Promise<void> {
  if (!SEQUENCE.test(after)) throw new UsageFault(USAGE);
  // Whoever reads may stop early.
  process.stdout.on('error', () => process.exit());
  for await (const page of exportPages(database.sql, auditLinks, BigInt(after))) {
    if (!process.stdout.write(page.map(toJsonLine).join(''))) await once(process.stdout, 'drain');
  }
}

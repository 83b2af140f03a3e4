import { randomUUID } from 'node:crypto';
import { contract } from '@gatehouse/contracts';
import { IdentityServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient, type UnaryMethod } from '@gatehouse/grpc';
import type { TestDatabase } from '@gatehouse/testing';
import { emailKey } from '../account/email-key.js';
import { PATIENCE_MS } from './patience.js';

/** What concerns identities, at one replica. */
export function identityCalls(port: number) {
  const identities = openClient(IdentityServiceClient, `127.0.0.1:${port}`, contract);
  const call = <Request, Reply>(
    method: UnaryMethod<Request, Reply>,
    request: Request,
    accessToken: string,
  ): Promise<Reply> => callUnary(method, request, { timeoutMs: PATIENCE_MS, accessToken });
  return {
    list: (accessToken: string, pageSize = 0, pageToken = '') =>
      call(identities.listIdentities.bind(identities), { pageSize, pageToken }, accessToken),
    listOf: (subject: string, accessToken: string, pageSize = 0, pageToken = '') =>
      call(identities.listSubjectIdentities.bind(identities), { subject, pageSize, pageToken }, accessToken),
    unlink: (id: string, accessToken: string) =>
      call(identities.unlinkIdentity.bind(identities), { id }, accessToken),
    beginLinking: (provider: string, accessToken: string) =>
      call(identities.beginLinking.bind(identities), { provider }, accessToken),
    close: () => identities.close(),
  };
}

export type IdentityCalls = ReturnType<typeof identityCalls>;

/** Links an identity of no provider to an account. @returns its ID */
export async function linkedIdentity(
  { sql }: TestDatabase,
  accountId: string,
  email: string | null = null,
): Promise<string> {
  const id = randomUUID();
  await sql`
    insert into identity (id, account_id, issuer, subject, display_name, email, email_key)
    values (${id}, ${accountId}, 'https://id.test', ${id}, 'Somebody', ${email}, ${email && emailKey(email)})`;
  return id;
}

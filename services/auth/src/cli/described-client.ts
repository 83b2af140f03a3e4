import { fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { contract } from '@gatehouse/contracts';
import { Client } from '@gatehouse/contracts/auth';

/** A client as the REST face takes it. @returns undefined for what is none */
export function describedClient(json: string): Client | undefined {
  const schema = contract.getMessage('gatehouse.auth.v1.Client');
  if (!schema) throw new Error('the contract has no Client');
  try {
    return Client.decode(toBinary(schema, fromJson(schema, JSON.parse(json) as JsonValue)));
  } catch {
    return undefined;
  }
}

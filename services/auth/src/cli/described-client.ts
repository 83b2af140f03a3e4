import { fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { contract } from '@gatehouse/contracts';
import { Client } from '@gatehouse/contracts/auth';
import { UsageFault } from './run-command.js';

/** A client as the REST face takes it. @throws UsageFault for what is none, with why */
export function describedClient(json: string): Client {
  const schema = contract.getMessage('gatehouse.auth.v1.Client');
  if (!schema) throw new Error('the contract has no Client');
  try {
    return Client.decode(toBinary(schema, fromJson(schema, JSON.parse(json) as JsonValue)));
  } catch (error) {
    throw new UsageFault(`this is no client in JSON: ${(error as Error).message}`, { cause: error });
  }
}

import { announceBroker, ownDatabaseUrl } from './config.js';
import { DatabaseBroker } from './database-broker.js';
import { brokerOfThisRun } from './this-run.js';

/** Jest's globalSetup of the packages that use @gatehouse/testing. */
export default async function globalSetup(): Promise<void> {
  if (ownDatabaseUrl() !== undefined) return;
  const broker = new DatabaseBroker();
  announceBroker(await broker.listen());
  brokerOfThisRun.current = broker;
}

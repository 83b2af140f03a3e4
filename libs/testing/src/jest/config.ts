/** Set by the person who runs the tests: superuser URL of a PostgreSQL server to use instead of an embedded one. */
const DATABASE_URL = 'GATEHOUSE_TEST_DATABASE_URL';

/** Set by the global setup for the suites: where to ask for the embedded server. */
const BROKER_URL = 'GATEHOUSE_TEST_DATABASE_BROKER';

export function ownDatabaseUrl(): string | undefined {
  return process.env[DATABASE_URL] || undefined;
}

export function brokerUrl(): string | undefined {
  return process.env[BROKER_URL] || undefined;
}

export function announceBroker(url: string): void {
  process.env[BROKER_URL] = url;
}

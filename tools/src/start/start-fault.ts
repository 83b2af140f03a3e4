import { EmbeddedPostgresError } from '@gatehouse/embedded-postgres';
import { MigrationError, ProvisionError } from '@gatehouse/migrations';

/** Why the system does not run, in one sentence to the person at the keyboard. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}

/** The sentence for anything that can go wrong on the way, or undefined for what is a fault of this program. */
export function explain(error: unknown): string | undefined {
  if (
    error instanceof StartFault ||
    error instanceof EmbeddedPostgresError ||
    error instanceof ProvisionError
  ) {
    return error.message;
  }
  if (error instanceof MigrationError) return `A migration failed: ${error.message}`;
  const { code, path, address, port, message } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `This user may not write ${path ?? 'there'}: make it writable, or run as the user it belongs to.`;
    case 'EEXIST':
    case 'ENOTDIR':
      return `${path ?? 'The path of the data'} is no folder and cannot become one: choose another with GATEHOUSE_DATA.`;
    case 'ENOSPC':
      return `The disk that holds ${path ?? 'the data'} is full.`;
    case 'ECONNREFUSED':
    case 'CONNECT_TIMEOUT':
    case 'ENOTFOUND':
      return `No PostgreSQL answers at ${address ?? 'the host of DATABASE_URL'}${port === undefined ? '' : `:${port}`}.`;
    case '28P01':
    case '28000':
    case '3D000':
    case '42501':
      return `PostgreSQL refuses the role of DATABASE_URL: ${message}.`;
    default:
      return undefined;
  }
}

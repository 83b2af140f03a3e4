import { createServer } from 'node:net';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/**
 * Binds the port on the loopback interface and lets go of it again; 0 picks a free one. Between here and the
 * server's own bind another process may take it, which the caller has to expect.
 * @throws EmbeddedPostgresError PORT_TAKEN
 */
export function reservePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (cause) => {
      const why =
        (cause as NodeJS.ErrnoException).code === 'EACCES' ? 'is not allowed to this user' : 'is taken';
      reject(
        new EmbeddedPostgresError('PORT_TAKEN', `Port ${port}, meant for PostgreSQL, ${why}.`, { cause }),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

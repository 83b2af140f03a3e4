import { RawServer, type RawConnection } from '../../spec/raw-server.js';

/** A server that does something else to the first call of its first connection, and answers all others well. */
export async function hostileToTheFirst(...frames: readonly Buffer[]): Promise<RawServer> {
  const server = await RawServer.start();
  server.onRequest = (connection, streamId) => {
    if (connection === server.connections[0] && streamId === 1) connection.send(...frames);
    else connection.answer(streamId, 'well');
  };
  return server;
}

/** The first connection of a server that has one. */
export function firstOf(server: RawServer): RawConnection {
  return server.connections[0] as RawConnection;
}

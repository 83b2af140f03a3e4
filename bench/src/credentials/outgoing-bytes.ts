import { Socket } from 'node:net';

/**
 * Counts what this process sends on connections that it opens: to other services, to the database. To be called
 * before any is opened.
 *
 * @returns the bytes sent so far
 */
export function countOutgoingBytes(): () => number {
  const opened: Socket[] = [];
  // Every client connects with this method, whatever it wraps around it.
  const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    opened.push(this);
    return connect.apply(this, args);
  };
  return () => opened.reduce((sum, socket) => sum + socket.bytesWritten, 0);
}

import { HttpConnection } from './http-connection.js';
import { makeRequests, type Answered, type RequestLoad, type Requests } from './requests.js';

/** What became of requests by HTTP/1.1. */
export interface HttpAnswered extends Answered {
  /** Bytes of all requests. */
  readonly bytesSent: number;
}

/** Connections of HTTP/1.1 to one server. */
export interface HttpLoad extends RequestLoad {
  run(requests: Requests): Promise<HttpAnswered>;
}

/**
 * Connects to a server by HTTP/1.1.
 *
 * @param connections kept-alive ones: the most requests under way
 */
export async function openHttpLoad(port: number, connections: number): Promise<HttpLoad> {
  const opened = Array.from({ length: connections }, () => HttpConnection.open(port));
  const ways = (await Promise.all(opened)).map((connection) => new HttpWay(connection));
  return {
    run: async (requests) => {
      const texts = textsOf(requests);
      let bytesSent = 0;
      const answered = await makeRequests(ways, requests, (way, index) => {
        const text = texts[index % texts.length] ?? '';
        bytesSent += text.length;
        return way.request(text);
      });
      return { ...answered, bytesSent };
    },
    close: () => {
      for (const way of ways) way.close();
    },
  };
}

/** A connection, and another one when that was closed. */
class HttpWay {
  constructor(private connection: HttpConnection) {}

  async request(text: string): Promise<number | undefined> {
    if (!this.connection.isOpen) this.connection = await this.connection.replaced();
    const status = await this.connection.request(text).catch(() => 0);
    if (status === 0) this.connection = await this.connection.replaced();
    return status === 200 ? undefined : status;
  }

  close(): void {
    this.connection.close();
  }
}

/** The request of each caller, a character for each byte. */
function textsOf({ path, body, credentials }: Requests): readonly string[] {
  const bytes = Buffer.from(body?.base64 ?? '', 'base64').toString('latin1');
  const line = `${body ? 'POST' : 'GET'} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n`;
  const head = body
    ? `${line}content-type: ${body.contentType}\r\ncontent-length: ${bytes.length}\r\n`
    : `${line}accept: application/json\r\n`;
  return credentials.map((credential) => `${head}${credential}\r\n\r\n${bytes}`);
}

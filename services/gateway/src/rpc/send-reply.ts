import { matchesIfNoneMatch, type EncodedResponse } from '@gatehouse/transcoding';
import { codedEtag, codingOf, encodeBody, isCodable, resourceTags } from '../http/content-coding.js';
import type { Exchange } from '../http/exchange.js';
import { closeUnread } from '../http/send-problem.js';

/**
 * Answers an exchange with a whole reply: 200, or 304 to who has it already (RFC 9110, section 13.1.2).
 *
 * @returns when it is coded first, and undefined when it has left
 */
export function sendReply(exchange: Exchange, { etag, contentType, body }: EncodedResponse) {
  const { request, response } = exchange;
  const { method, headers } = request;
  exchange.grpcCode = 'OK';
  const isCodableBody = isCodable(contentType, body.length);
  const coding = isCodableBody ? codingOf(headers['accept-encoding']) : undefined;
  const head = isCodableBody ? ['vary', 'Accept-Encoding'] : [];
  if (etag !== undefined) head.push('etag', coding === undefined ? etag : codedEtag(etag, coding));
  closeUnread(exchange);
  const isRead = method === 'GET' || method === 'HEAD';
  const ifNoneMatch = headers['if-none-match'];
  if (isRead && ifNoneMatch !== undefined && matchesIfNoneMatch(resourceTags(ifNoneMatch), etag)) {
    exchange.writeHead(304, head);
    response.end();
    return undefined;
  }
  const send = (bytes: Buffer) => {
    head.push('content-type', contentType, 'content-length', String(bytes.length));
    exchange.writeHead(200, head);
    if (method === 'HEAD') response.end();
    else exchange.endWith(bytes);
  };
  if (coding === undefined) return send(body);
  head.push('content-encoding', coding);
  return encodeBody(body, coding).then(send);
}

import { matchesIfNoneMatch, type EncodedResponse } from '@gatehouse/transcoding';
import { codedEtag, codingOf, encodeBody, isCodable, resourceTags } from '../http/content-coding.js';
import type { Exchange } from '../http/exchange.js';
import { closeUnread } from '../http/send-problem.js';

/** Answers an exchange with a whole reply: 200, or 304 to who has it already (RFC 9110, section 13.1.2). */
export async function sendReply(
  exchange: Exchange,
  { etag, contentType, body }: EncodedResponse,
): Promise<void> {
  const { request, response } = exchange;
  const { method, headers } = request;
  exchange.grpcCode = 'OK';
  let bytes: Uint8Array = body;
  const codable = isCodable(contentType, bytes.length);
  const coding = codable ? codingOf(headers['accept-encoding']) : undefined;
  if (codable) response.appendHeader('vary', 'Accept-Encoding');
  if (etag !== undefined) response.setHeader('etag', coding === undefined ? etag : codedEtag(etag, coding));
  closeUnread(exchange);
  const isRead = method === 'GET' || method === 'HEAD';
  const ifNoneMatch = headers['if-none-match'];
  if (isRead && ifNoneMatch !== undefined && matchesIfNoneMatch(resourceTags(ifNoneMatch), etag)) {
    response.writeHead(304).end();
    return;
  }
  if (coding !== undefined) {
    bytes = await encodeBody(bytes, coding);
    response.setHeader('content-encoding', coding);
  }
  response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length });
  response.end(method === 'HEAD' ? undefined : bytes);
}

import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { entriesByName, type CallError } from '@gatehouse/http2-grpc';

/** The same failure as grpc-js has it. */
export function toServiceError(error: CallError): ServiceError {
  const metadata = new Metadata();
  for (const [name, values] of entriesByName(error.metadata)) {
    for (const value of values) addTo(metadata, name, value);
  }
  return Object.assign(error, { metadata });
}

/** Several values of bytes may come as one, separated by commas (gRPC over HTTP/2, Custom-Metadata). */
function addTo(metadata: Metadata, name: string, value: string): void {
  if (!name.endsWith('-bin')) metadata.add(name, value);
  else for (const part of value.split(',')) metadata.add(name, Buffer.from(part, 'base64'));
}

import {
  ServerInterceptingCall,
  type Responder,
  type ServerInterceptor,
  type ServerListener,
} from '@grpc/grpc-js';
import { COMPRESSED, isCompressed, refusedCall } from './load/refused-call.js';
import type { ServedMethod } from './served-method.js';
import { CallLife, isShed, type Serving } from './serving/call-life.js';

/**
 * Gives each call of a server of grpc-js its {@link CallLife}. Calls to methods outside the contract (health, reflection)
 * pass through.
 */
export function callInterceptor(
  methods: ReadonlyMap<string, ServedMethod>,
  serving: Serving,
): ServerInterceptor {
  return (descriptor, nextCall) => {
    const method = methods.get(descriptor.path);
    if (isCompressed(nextCall)) return refusedCall(nextCall, COMPRESSED);
    if (!method) return new ServerInterceptingCall(nextCall);
    if (isShed(serving, method)) return refusedCall(nextCall);
    // grpc-js has it by the time of day.
    const deadline = performance.now() + Number(nextCall.getDeadline()) - Date.now();
    const life = new CallLife(method, serving, nextCall.getPeer(), deadline, {
      answer: (sent) => intercepting.sendStatus(sent),
    });
    // What a handler awaits belongs to the call: grpc-js starts it with the metadata or with the last message.
    const listener: ServerListener = {
      onReceiveMetadata: (metadata, next) => life.begin(metadata).trace.run(() => next(metadata)),
      onReceiveMessage: (message, next) => life.call?.trace.run(() => next(message)),
      // Until then a request is on its way, and takes no place among those in work.
      onReceiveHalfClose: (next) => {
        if (life.arrive()) life.call?.trace.run(next);
      },
      onCancel: () => life.cancel(),
    };
    const responder: Responder = {
      start: (next) => next(listener),
      sendMetadata: (metadata, next) => void (life.isAnswered || next(metadata)),
      sendMessage: (message, next) => {
        if (life.isAnswered) return;
        life.call?.pace?.messageSent();
        next(message);
      },
      sendStatus: (sent, next) => {
        if (life.isAnswered) return;
        life.finish(sent);
        next(sent);
      },
    };
    const intercepting = new ServerInterceptingCall(nextCall, responder);
    return intercepting;
  };
}

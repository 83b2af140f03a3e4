import { contract } from '@gatehouse/contracts';
import { ErasureServiceClient } from '@gatehouse/contracts/resources';
import { ProvisioningServiceClient } from '@gatehouse/contracts/users';
import { callUnary, openClient, plainTransport, type Transport } from '@gatehouse/grpc';
import type { OutboxEvent } from '@gatehouse/postgres';
import { SERVICE } from '../config.js';
import type { ServiceTokens } from '../token/service-tokens.js';
import { TOPIC } from './events.js';

/** How long one call may take, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** How long somebody waits for a name, in milliseconds. */
const NAME_TIMEOUT_MS = 1_000;

/** The services that follow the accounts. */
export class Peers {
  readonly #provisioning: ProvisioningServiceClient;
  readonly #erasure: ErasureServiceClient;
  readonly #tokens: ServiceTokens;

  constructor(
    addresses: { users: string; resources: string },
    tokens: ServiceTokens,
    { channelTo }: Pick<Transport, 'channelTo'> = plainTransport,
  ) {
    const [users, resources] = [channelTo('users'), channelTo('resources')];
    this.#provisioning = openClient(ProvisioningServiceClient, addresses.users, contract, users);
    this.#erasure = openClient(ErasureServiceClient, addresses.resources, contract, resources);
    this.#tokens = tokens;
  }

  /**
   * Tells the service that an event is meant for, with a service token of our own.
   *
   * @throws AppError with the peer's reason, or when it does not answer
   */
  async deliver({ topic, payload }: OutboxEvent): Promise<void> {
    const fields = payload as Record<string, string>;
    const field = (name: string) => fields[name] ?? '';
    const users = () => ({ timeoutMs: TIMEOUT_MS, accessToken: this.#tokens.own(SERVICE, 'users') });
    const resources = () => ({ timeoutMs: TIMEOUT_MS, accessToken: this.#tokens.own(SERVICE, 'resources') });
    switch (topic) {
      case TOPIC.provisionUser: {
        const createTime = new Date(field('createTime'));
        const person = {
          id: field('id'),
          email: field('email'),
          displayName: field('displayName'),
          createTime,
        };
        await callUnary(this.#provisioning.provisionUser.bind(this.#provisioning), person, users());
        return;
      }
      case TOPIC.eraseUser:
        await callUnary(this.#provisioning.eraseUser.bind(this.#provisioning), { id: field('id') }, users());
        return;
      case TOPIC.eraseSubject: {
        const erased = { subject: field('subject') };
        await callUnary(this.#erasure.eraseSubject.bind(this.#erasure), erased, resources());
        return;
      }
      default:
        throw new Error(`nobody is told about ${topic}`);
    }
  }

  /**
   * The name that a person chose to be shown.
   *
   * @throws AppError USER_UNKNOWN, or when the directory does not answer
   */
  async nameOf(id: string): Promise<string> {
    const accessToken = this.#tokens.own(SERVICE, 'users');
    const { displayName } = await callUnary(
      this.#provisioning.describeUser.bind(this.#provisioning),
      { id },
      { timeoutMs: NAME_TIMEOUT_MS, accessToken },
    );
    return displayName;
  }

  close(): void {
    this.#provisioning.close();
    this.#erasure.close();
  }
}

import type { GrpcClients } from '../../client/grpc-clients.js';
import type { ShownCredential } from '../../client/rest-client.js';
import type { OwnSystem } from '../../system/own-system.js';
import type { History } from '../history.js';
import { lenientPlaces, type Place } from '../places.js';
import type { SeededRandom } from '../random.js';

/** What any credential may read over REST, by the name of the RPC: one of each service. */
const PATHS = [
  ['GetAccount', '/v1/accounts/me'],
  ['GetProfile', '/v1/users/me'],
  ['ListResources', '/v1/resources?pageSize=1'],
] as const;

/** Every face of the system that shows whether a credential is good. */
export class Faces {
  readonly #gateways: readonly string[];
  readonly #replicas: readonly Place[];

  constructor(own: OwnSystem, grpc: GrpcClients) {
    this.#gateways = own.addresses.gateways;
    this.#replicas = lenientPlaces(grpc, own);
  }

  /** Shows a credential at one of them: an access token at a replica itself half of the time. */
  async show(
    history: History,
    random: SeededRandom,
    { actor, credential }: { readonly actor: string; readonly credential: ShownCredential },
  ): Promise<void> {
    const shown = credential.secret;
    if (credential.kind === 'access token' && random.next() < 0.5) {
      const { name, show } = random.choose(this.#replicas);
      const action = name.startsWith('users') ? 'GetProfile' : 'ListResources';
      return history.call({ actor, action, shown }, () => show(shown));
    }
    const [action, path] = random.choose(PATHS);
    const gateway = random.choose(this.#gateways);
    await history.ask({ actor, action, gateway, method: 'GET', path, credential, shown });
  }
}

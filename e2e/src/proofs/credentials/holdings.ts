import { decodePayload } from '../../client/access-token.js';
import type { ShownCredential } from '../../client/rest-client.js';
import type { Operation } from '../history.js';
import type { SeededRandom } from '../random.js';

/** Something that an actor holds and believes to be good. */
export interface Holding {
  /** The `sid`: of the family, the session or the key. */
  readonly id: string;
  readonly credential: ShownCredential;
  /** The refresh token of a family. */
  readonly refreshToken?: string;
}

/** What the REST face answers to a login or a refresh, as far as it is held. */
export interface TokensBody {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** What it answers to who makes or rotates an API key, as far as it is held. */
export interface KeyBody {
  readonly apiKey: { readonly id: string };
  readonly secret: string;
}

/** Everything that an actor holds, and what they held before it was ended. */
export class Holdings {
  families: Holding[] = [];
  sessions: Holding[] = [];
  keys: Holding[] = [];
  /** What was ended, and acknowledged to be. */
  readonly ended: ShownCredential[] = [];

  constructor(private readonly random: SeededRandom) {}

  get all(): readonly Holding[] {
    return [...this.families, ...this.sessions, ...this.keys];
  }

  /** A credential that the actor signed in with. */
  signedIn(): ShownCredential {
    return this.random.choose([...this.families, ...this.sessions]).credential;
  }

  /** Lets go of one. */
  take(from: Holding[]): Holding {
    const taken = this.random.choose(from);
    from.splice(from.indexOf(taken), 1);
    return taken;
  }

  /** Lets go of every sign-in but this one. @returns their credentials */
  endSignIns(kept?: Holding): readonly ShownCredential[] {
    const others = [...this.families, ...this.sessions].filter((holding) => holding !== kept);
    [this.families, this.sessions] = [kept ? [kept] : [], []];
    return others.map(({ credential }) => credential);
  }

  /** Remembers what an acknowledged call has ended. */
  note({ status }: Operation, ended: readonly ShownCredential[]): true {
    if (status === 200) this.ended.push(...ended);
    return true;
  }
}

export function familyOf({ accessToken, refreshToken }: TokensBody): Holding {
  const id = String(decodePayload(accessToken)['sid']);
  return { id, credential: { kind: 'access token', secret: accessToken }, refreshToken };
}

export function keyOf({ apiKey, secret }: KeyBody): Holding {
  return { id: apiKey.id, credential: { kind: 'api key', secret } };
}

import { randomUUID } from 'node:crypto';
import type { CredentialKind } from '@gatehouse/tokens';
import { decodePayload } from '../client/access-token.js';
import type { Json } from '../client/json.js';
import { newPerson, profileOf, withRole, type Person } from '../client/person.js';
import { RestClient, succeeded, type ShownCredential } from '../client/rest-client.js';
import { sessionSecretOf } from '../client/session-cookie.js';
import { mintAccessToken } from '../system/listed-key.js';
import { signInDemo, type SystemFacts } from '../system/system-facts.js';
import { PEOPLE, type PersonName } from './principals.js';
import type { RoleName } from './roles.js';

/** The people of the matrix and what they need. */
export class World {
  readonly rest: RestClient;
  readonly #admins: Person[] = [];
  readonly #credentials = new Map<string, Promise<ShownCredential>>();
  #demoAdmin: { readonly accessToken: string } | undefined;
  #people: Readonly<Record<PersonName, Person>> | undefined;

  constructor(readonly system: SystemFacts) {
    this.rest = new RestClient(system.addresses.gateway);
  }

  get people(): Readonly<Record<PersonName, Person>> {
    if (!this.#people) throw new Error('the people were not made yet');
    return this.#people;
  }

  /** Makes the people, with their profiles. */
  async populate(): Promise<void> {
    this.#demoAdmin = await signInDemo(this.system, 'admin');
    const names = Object.keys(PEOPLE) as PersonName[];
    const made = await Promise.all(
      names.map(async (name) => {
        const person = await this.makePerson(PEOPLE[name]);
        await profileOf(this.rest, person);
        return [name, person] as const;
      }),
    );
    this.#people = Object.fromEntries(made) as Record<PersonName, Person>;
  }

  /** Leaves the demo admin as the only admin there is. */
  async dismissAdmins(): Promise<void> {
    for (const { subject } of this.#admins) {
      const path = `/v1/accounts/${subject}/roles:withdraw`;
      succeeded(await this.rest.as(this.#demoAdmin?.accessToken).post(path, { role: 'admin' }));
    }
  }

  /** Someone new with a role. */
  async makePerson(role: RoleName): Promise<Person> {
    if (!this.#demoAdmin) throw new Error('nobody was made yet');
    const person = await newPerson(this.rest, `matrix ${role}`);
    if (role === 'user') return person;
    if (role === 'admin') this.#admins.push(person);
    return withRole(this.rest, this.#demoAdmin, person, role);
  }

  /**
   * What a person shows besides the access token of their login: a session of a browser, a key with all that their
   * role may do, or what an app has of them that was let do all of it. Each is made once, but for the last, which ends
   * by itself.
   */
  credentialOf(person: Person, kind: Exclude<CredentialKind, 'token_family'>): Promise<ShownCredential> {
    const key = `${kind} ${person.subject}`;
    if (kind === 'grant') return this.#grant(person);
    const made =
      this.#credentials.get(key) ?? (kind === 'session' ? this.#signIn(person) : this.#makeKey(person));
    this.#credentials.set(key, made);
    return made;
  }

  /** A new key of the caller's; of nobody for those who will be refused before it is looked for. */
  async makeApiKey(person: Person | undefined): Promise<string> {
    if (!person) return randomUUID();
    const key = { displayName: 'matrix', permissions: ['resources:read'] };
    const made = await this.rest.as(person.accessToken).post<{ apiKey: { id: string } }>('/v1/apiKeys', key);
    return succeeded(made).apiKey.id;
  }

  /** A new client, where the caller may register one; of nobody for those who will be refused before it is looked for. */
  async makeClient(person: Person | undefined, client: Json): Promise<string> {
    const { scope = '' } = person ? decodePayload(person.accessToken) : {};
    if (!person || !String(scope).split(' ').includes('clients:admin')) return randomUUID();
    const made = await this.rest
      .as(person.accessToken)
      .post<{ client: { id: string } }>('/v1/clients', client);
    return succeeded(made).client.id;
  }

  /** A new session of the person's. */
  async makeSession({ email, password }: Person): Promise<{ readonly id: string; readonly secret: string }> {
    const answer = await this.rest.as(undefined).post<{ id: string }>('/v1/sessions', { email, password });
    const { id } = succeeded(answer);
    return { id, secret: sessionSecretOf(answer.headers) };
  }

  async #signIn(person: Person): Promise<ShownCredential> {
    return { kind: 'session', secret: (await this.makeSession(person)).secret };
  }

  async #makeKey({ accessToken }: Person): Promise<ShownCredential> {
    const permissions = String(decodePayload(accessToken)['scope']).split(' ');
    const key = { displayName: 'matrix', permissions };
    const made = await this.rest.as(accessToken).post<{ secret: string }>('/v1/apiKeys', key);
    return { kind: 'api key', secret: succeeded(made).secret };
  }

  /** As auth issues it for a grant, but signed with the specs' own key: how apps come by theirs is another spec's. */
  async #grant({ subject, accessToken }: Person): Promise<ShownCredential> {
    const { scope } = decodePayload(accessToken);
    const ids = { sub: subject, client_id: randomUUID(), sid: randomUUID(), aud: this.system.apiAudience };
    const secret = mintAccessToken(this.system, { ...ids, credential: 'grant', scope });
    return { kind: 'access token', secret };
  }

  /** A private resource of the owner, shared with `user` as a viewer and with `editor` as an editor. */
  async makeResource(): Promise<string> {
    const { owner, user, editor } = this.people;
    const rest = this.rest.as(owner.accessToken);
    const title = `matrix ${randomUUID()}`;
    const { id } = succeeded(await rest.post<{ id: string }>('/v1/resources', { title }));
    const share = (subject: string, role: string) =>
      rest.post(`/v1/resources/${id}:share`, { subject, role });
    succeeded(await share(user.subject, 'SHARE_ROLE_VIEWER'));
    succeeded(await share(editor.subject, 'SHARE_ROLE_EDITOR'));
    return id;
  }
}

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@gatehouse/testing';
import { DEMO_ACCOUNTS } from '@gatehouse/tools/start';
import { decodePayload } from '../client/access-token.js';
import { listKey } from '../system/list-key.js';
import { makeListedKey } from '../system/listed-key.js';
import { signInDemo, type Addresses, type SystemFacts } from '../system/system-facts.js';
import { Container } from './container.js';
import { ContainerLogs } from './container-logs.js';
import type { Engine } from './engine.js';
import { E2E_VERSION } from './images.js';
import { namePrefix, removeLeftovers } from './leftovers.js';
import { MailCatcher } from './mail-catcher.js';
import { NETWORKS, overrides, smtpUrl, type ClusterFolders } from './overrides.js';
import { Project } from './project.js';
import { findReplicas, REPLICATED, type Replica } from './replicas.js';
import { repositoryRoot } from './repository-root.js';
import { run } from './run.js';
import { freeSubnets, hostAddressIn } from './subnets.js';

const MAKERS = `${repositoryRoot}/deploy/docker`;

/** Of every container of ours. */
const HEALTH_PORT = 9_000;

/**
 * The cluster of docker-compose.yml, of images that were built before: a project of its own with its own networks,
 * port, secrets and certificates, beside whatever else runs on this machine. Disposing of it deletes all of that.
 */
export class ComposeCluster implements AsyncDisposable {
  private constructor(
    readonly project: Project,
    readonly facts: SystemFacts,
    /** As they were found when all of them had come up. */
    readonly replicas: readonly Replica[],
    readonly logs: ContainerLogs,
    readonly startedInMs: number,
    private readonly belongings: AsyncDisposableStack,
  ) {}

  /** @throws Error with what compose or a container said when it does not come up; nothing is left then */
  static async start(engine: Engine): Promise<ComposeCluster> {
    const belongings = new AsyncDisposableStack();
    try {
      return await ComposeCluster.#begin(engine, belongings);
    } catch (error) {
      await belongings.disposeAsync();
      throw error;
    }
  }

  /** The container of PostgreSQL. */
  async postgres(): Promise<Container> {
    return new Container(await this.project.containerOf('postgres'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.belongings.disposeAsync();
  }

  static async #begin(engine: Engine, belongings: AsyncDisposableStack): Promise<ComposeCluster> {
    await removeLeftovers();
    const root = await mkdtemp(join(tmpdir(), namePrefix));
    belongings.defer(() => rm(root, { recursive: true, force: true }));
    const folders = await makeFolders(root);
    const name = root.split('/').at(-1)!.toLowerCase();
    const subnets = await freeSubnets(name, NETWORKS);
    const mailPort = await freePort();
    const differences = join(root, 'overrides.json');
    await writeFile(differences, JSON.stringify(overrides(folders, subnets)));
    const published = `127.0.0.1:${await freePort()}`;
    const project = new Project({
      name,
      compose: engine.compose,
      files: [join(repositoryRoot, 'docker-compose.yml'), differences],
      variables: {
        GATEHOUSE_VERSION: E2E_VERSION,
        GATEHOUSE_PUBLISH: published,
        GATEHOUSE_ISSUER: `http://${published}`,
        GATEHOUSE_MAIL: 'on',
        GATEHOUSE_SMTP_URL: smtpUrl(subnets, mailPort),
      },
    });
    belongings.defer(() => project.remove());

    const from = performance.now();
    const key = makeListedKey();
    await project.compose('up', '-d', 'migrate-auth');
    await run(['docker', 'wait', await project.containerOf('migrate-auth')]);
    const secret = async (file: string) => (await readFile(join(folders.secrets, file), 'utf8')).trim();
    const postgres = new Container(await project.containerOf('postgres'));
    const databaseUrl = new URL(await secret('auth-database-url'));
    databaseUrl.hostname = await postgres.addressIn(project.network('data'));
    await listKey(databaseUrl.href, key);
    belongings.use(await MailCatcher.listen(folders.mails, hostAddressIn(subnets.data), mailPort));
    await project.compose('up', '-d').catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await project.complaints()}`, { cause: error });
    });
    await new Container(await project.containerOf('entrance')).healthy();
    const startedInMs = performance.now() - from;

    const logs = belongings.use(new ContainerLogs(folders.logs));
    logs.follow('postgres', postgres);
    const replicas = (await Promise.all(REPLICATED.map((service) => findReplicas(project, service)))).flat();
    for (const replica of replicas) logs.follow(replica.name, replica.container);
    const addresses = addressesOf(`http://${published}`, replicas, folders);
    const { iss, aud } = decodePayload(
      (await signInDemo({ accounts: DEMO_ACCOUNTS, addresses }, 'admin')).accessToken,
    );
    const facts: SystemFacts = {
      addresses,
      accounts: DEMO_ACCOUNTS,
      issuer: String(iss),
      apiAudience: String(aud),
      production: true,
      clientAddress: hostAddressIn(subnets.edge),
      key,
      usersClientSecret: await secret('users-client-secret'),
      logFolder: folders.logs,
      mailFolder: folders.mails,
    };
    return new ComposeCluster(project, facts, replicas, logs, startedInMs, belongings);
  }
}

/** Everything that the compose file mounts, made anew. */
async function makeFolders(root: string): Promise<ClusterFolders> {
  // The engine's mounts come from here.
  await chmod(root, 0o755);
  const [secrets, certificates, mails, logs] = ['secrets', 'certificates', 'mails', 'logs'].map((folder) =>
    join(root, folder),
  ) as [string, string, string, string];
  await run([`${MAKERS}/make-secrets.sh`, secrets]);
  await run([`${MAKERS}/make-certificates.sh`, certificates]);
  await Promise.all([mails, logs].map((folder) => mkdir(folder, { mode: 0o700 })));
  return { secrets, certificates, mails, logs };
}

function addressesOf(gateway: string, replicas: readonly Replica[], folders: ClusterFolders): Addresses {
  const of = (wanted: string) =>
    replicas.filter(({ service }) => service === wanted).map(({ address }) => address);
  const certificate = (file: string) => join(folders.certificates, 'gateway', file);
  return {
    gateway,
    gateways: of('gateway').map((address) => `http://${address}`),
    auth: of('auth'),
    users: of('users'),
    resources: of('resources'),
    health: replicas.map(({ address }) => `http://${address.replace(/:\d+$/, '')}:${HEALTH_PORT}`),
    providers: [],
    tls: {
      certificate: certificate('certificate.pem'),
      key: certificate('key.pem'),
      ca: certificate('ca.pem'),
    },
  };
}

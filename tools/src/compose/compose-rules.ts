import type { ComposeFile, ComposeService } from './compose-file.js';

type Rule = (name: string, service: ComposeService, file: ComposeFile) => string | false;

const SECRETS_FOLDER = '/run/secrets/';
const CERTIFICATES = {
  GATEHOUSE_TLS_CERTIFICATE_FILE: '/run/certificates/certificate.pem',
  GATEHOUSE_TLS_KEY_FILE: '/run/certificates/key.pem',
  GATEHOUSE_TLS_CA_FILE: '/run/certificates/ca.pem',
};

const LAST_KNOWN_FOLDER = '/var/lib/gatehouse';

const lastKnownVolume = (name: string) => `${name}-last-known:${LAST_KNOWN_FOLDER}`;

/** What is not of the product and only there when it is asked for. */
const isExtra = ({ profiles }: ComposeService) => profiles !== undefined;
/** A variable that is none unless whoever runs the cluster sets it. */
const isHandedOn = (value: string | number) => /^\$\{[A-Z_]+:-\}$/.test(String(value));
/** Only jobs say that they end. */
const isJob = ({ restart }: ComposeService) => restart === 'no';
/**
 * What there is one of: whoever owns a volume or a port of the machine. Any number may read the same folder, and keep
 * there what is last known, of which the newest stays.
 */
const isSingle = ({ volumes = [], ports }: ComposeService) =>
  volumes.some((volume) => !/(:ro|-last-known:[^:]+)$/.test(volume)) || ports !== undefined;
/** What speaks with other services. */
const isService = ({ environment = {} }: ComposeService) => 'GATEHOUSE_ISSUER' in environment;

const secretFiles = ({ environment = {} }: ComposeService) =>
  Object.values(environment)
    .map(String)
    .filter((value) => value.startsWith(SECRETS_FOLDER))
    .map((value) => value.slice(SECRETS_FOLDER.length));

/** What holds for every entry of `services:`, by a short name. */
const SERVICE_RULES: Readonly<Record<string, Rule>> = {
  limits: (_name, { deploy }) =>
    !(deploy?.resources?.limits?.cpus && deploy.resources.limits.memory) && 'has no limit of CPU or memory',
  image: (_name, { image }) =>
    !/:[^:/]*\d[^:/]*$/.test(image.replace(/\$\{[^}]*:-([^}]*)\}/g, '$1')) && `${image} names no version`,
  health: (_name, service) =>
    !isJob(service) &&
    !isExtra(service) &&
    !service.healthcheck?.test?.length &&
    'is never asked for its health',
  replicas: (_name, service) =>
    !isJob(service) &&
    !isExtra(service) &&
    !isSingle(service) &&
    service.deploy?.replicas !== 2 &&
    'has not two replicas',
  scalable: (_name, service) =>
    ('container_name' in service || 'hostname' in service) && 'has a name that only one replica can have',
  port: (name, service) =>
    name !== 'entrance' &&
    (service.ports ?? []).some((port) => !isExtra(service) || !port.startsWith('127.0.0.1:')) &&
    'publishes a port',
  hardened: (_name, { read_only, init, cap_drop, security_opt, privileged, user }) =>
    !(
      read_only === true &&
      init === true &&
      String(cap_drop) === 'ALL' &&
      String(security_opt) === 'no-new-privileges:true' &&
      privileged === undefined &&
      user === undefined
    ) && 'is given more than it needs',
  tls: (name, service) =>
    !isJob(service) &&
    isService(service) &&
    (service.volumes?.[0] !== `./deploy/docker/certificates/${name}:/run/certificates:ro` ||
      service.volumes.slice(1).some((volume) => volume !== lastKnownVolume(name)) ||
      Object.entries(CERTIFICATES).some(([key, path]) => service.environment?.[key] !== path)) &&
    'does not speak TLS by its own certificate, or mounts more than that',
  'last known': (name, service) =>
    !isJob(service) &&
    isService(service) &&
    name !== 'auth' &&
    (!service.volumes?.includes(lastKnownVolume(name)) ||
      service.environment?.['GATEHOUSE_LAST_KNOWN_FILE'] !== `${LAST_KNOWN_FOLDER}/last-known`) &&
    'keeps what it knows of auth nowhere, or where another service does',
  'client address': (name, service) =>
    isService(service) &&
    // Clients reach the gateway alone, and what they say of themselves is not believed.
    (name === 'gateway') === 'GATEHOUSE_TRUSTED_PROXIES' in service.environment! &&
    'takes the gateways for its clients, or its clients for proxies',
  'plain secret': (_name, { environment = {} }) =>
    Object.entries(environment).some(
      ([key, value]) =>
        /(SECRET|KEY|PASSWORD|TOKEN|_URL)/.test(key) && !/_FILE$/.test(key) && !isHandedOn(value),
    ) && 'has a secret in its environment',
  'secret mount': (_name, service) =>
    secretFiles(service).some((secret) => !service.secrets?.includes(secret)) &&
    'names a secret that is not mounted',
  'secret file': (_name, { secrets = [] }, file) =>
    secrets.some((secret) => !file.secrets[secret]?.file) && 'mounts a secret that is no file',
  'owner rights': (_name, service) =>
    !isJob(service) &&
    service.secrets?.some((secret) => /-(owner|admin)-url$/.test(secret)) === true &&
    'could change its schema',
  profile: (_name, { depends_on = {} }, file) =>
    Object.keys(depends_on).some((dependency) => file.services[dependency]?.profiles) &&
    'waits for what need not be there',
  order: (_name, { depends_on = {} }, file) =>
    Object.entries(depends_on).some(([dependency, { condition }]) => {
      const target = file.services[dependency];
      return !target || condition !== (isJob(target) ? 'service_completed_successfully' : 'service_healthy');
    }) && 'starts before what it needs is there',
};

/** The networks of what does not stand between a service and its database. */
const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  entrance: ['front', 'edge'],
  gateway: ['edge', 'services'],
  'seed-resources': ['edge'],
  mail: ['services', 'front'],
  'google.localhost': ['services', 'front'],
  'github.localhost': ['services', 'front'],
  collector: ['services', 'telemetry'],
  prometheus: ['services', 'telemetry'],
  tempo: ['telemetry'],
  grafana: ['telemetry', 'front'],
};
const allowed = (name: string, { networks }: ComposeService) =>
  networks?.every((network) => (NETWORKS[name] ?? ['services', 'data']).includes(network)) === true;

/** What holds for the whole file. */
const FILE_RULES: Readonly<Record<string, (file: ComposeFile) => string | false>> = {
  // docker-compose 1.29 refuses these.
  portable: (file) =>
    ['name', 'include', 'version'].some((key) => key in file) && 'has a member that not every compose reads',
  'one port': ({ services: { entrance } }) =>
    (entrance?.ports?.length !== 1 || entrance.environment?.['GATEHOUSE_GATEWAY_HOST'] !== 'gateway') &&
    'does not publish the one port of the gateway',
  networks: ({ services, networks }) =>
    (Object.entries(networks).some(([name, { internal }]) => name !== 'front' && internal !== true) ||
      Object.entries(services).some(([name, service]) => !allowed(name, service))) &&
    'opens a network',
};

/** What is wrong with the local cluster, as `rule: what`; empty when nothing is. */
export function breachesOf(file: ComposeFile): string[] {
  const ofServices = Object.entries(file.services).flatMap(([name, service]) =>
    Object.entries(SERVICE_RULES).flatMap(([rule, check]) => {
      const breach = check(name, service, file);
      return breach === false ? [] : [`${rule}: ${name} ${breach}`];
    }),
  );
  const ofFile = Object.entries(FILE_RULES).flatMap(([rule, check]) => {
    const breach = check(file);
    return breach === false ? [] : [`${rule}: the file ${breach}`];
  });
  return [...ofServices, ...ofFile];
}

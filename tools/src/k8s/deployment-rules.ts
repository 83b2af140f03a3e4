import { environmentOf, ofKind, type Labels, type Manifest, type Workload } from './manifest.js';

type Rule = (deployment: Workload, manifests: readonly Manifest[]) => string | false;

/** How long callers may go on with the addresses that they looked up last (libs/grpc), in seconds. */
const LOOKED_UP_WITHIN_SECONDS = 11;

/** What a process may need after its drain before it has to be killed, in seconds. */
const AFTER_DRAIN_SECONDS = 10;

interface AutoscalerSpec {
  readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

interface BudgetSpec {
  readonly selector: { readonly matchLabels: Labels };
  readonly maxUnavailable?: number;
}

interface ServiceSpec {
  readonly selector: Labels;
  readonly clusterIP?: string;
  readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
}

interface RouteSpec {
  readonly rules: readonly { readonly backendRefs: readonly { readonly name: string }[] }[];
}

interface BackendTlsSpec {
  readonly targetRefs: readonly { readonly name: string }[];
  readonly validation: { readonly hostname: string };
}

interface MonitorSpec {
  readonly selector: { readonly matchLabels: Labels };
}

interface DeploymentSpec {
  readonly replicas?: number;
  readonly strategy?: { readonly rollingUpdate?: { readonly maxUnavailable: number } };
}

const selects = (selector: Labels, labels: Labels) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

const settingsOf = ({ containers }: Workload, manifests: readonly Manifest[]) =>
  environmentOf(containers[0]!, manifests);

const specOf = ({ name }: Workload, manifests: readonly Manifest[]) =>
  ofKind<DeploymentSpec>(manifests, 'Deployment').find(({ metadata }) => metadata.name === name)!.spec!;

/** The autoscaler of a Deployment. */
export const autoscalerOf = ({ name }: Workload, manifests: readonly Manifest[]) =>
  ofKind<AutoscalerSpec>(manifests, 'HorizontalPodAutoscaler').find(
    ({ spec }) => spec!.scaleTargetRef.kind === 'Deployment' && spec!.scaleTargetRef.name === name,
  )?.spec;

/** What holds for every service. */
export const DEPLOYMENT_RULES: Readonly<Record<string, Rule>> = {
  replicas: (deployment, manifests) => {
    const scaled = autoscalerOf(deployment, manifests);
    // A number in the Deployment would undo the autoscaler's with every apply.
    return (
      !(
        scaled &&
        scaled.minReplicas >= 2 &&
        scaled.maxReplicas > scaled.minReplicas &&
        specOf(deployment, manifests).replicas === undefined
      ) && 'has not two replicas at least, or no room for more'
    );
  },
  'disruption budget': ({ labels }, manifests) => {
    const budgets = ofKind<BudgetSpec>(manifests, 'PodDisruptionBudget').filter(({ spec }) =>
      selects(spec!.selector.matchLabels, labels),
    );
    return (
      !(budgets.length === 1 && budgets[0]!.spec!.maxUnavailable === 1) && 'may lose several replicas at once'
    );
  },
  rolling: (deployment, manifests) =>
    specOf(deployment, manifests).strategy?.rollingUpdate?.maxUnavailable !== 0 &&
    'has fewer replicas while it is replaced',
  spread: ({ pod }) =>
    !['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].every((key) =>
      pod.topologySpreadConstraints?.some(({ topologyKey }) => topologyKey === key),
    ) && 'may have all replicas in one place',
  drain: (deployment, manifests) => {
    const drain = Number(settingsOf(deployment, manifests)['GATEHOUSE_DRAIN_TIMEOUT_MS']) / 1_000;
    const notice = deployment.containers[0]!.lifecycle?.preStop?.sleep?.seconds ?? 0;
    const grace = deployment.pod.terminationGracePeriodSeconds ?? 30;
    return (
      !(notice > LOOKED_UP_WITHIN_SECONDS && grace >= notice + drain + AFTER_DRAIN_SECONDS) &&
      'ends before its callers know, or is killed before it has finished'
    );
  },
  service: (deployment, manifests) => {
    const { GATEHOUSE_GRPC_PORT: grpc, GATEHOUSE_HTTP_PORT: http } = settingsOf(deployment, manifests);
    const service = ofKind<ServiceSpec>(manifests, 'Service').find(
      ({ metadata }) => metadata.name === deployment.name,
    )?.spec;
    const isLedTo = (wanted: string) => {
      const port = service?.ports.find((candidate) => String(candidate.port) === wanted);
      const target = deployment.containers[0]!.ports?.find(({ name }) => name === port?.targetPort);
      return String(target?.containerPort) === wanted;
    };
    return (
      !(
        service &&
        selects(service.selector, deployment.labels) &&
        [grpc, http].every((port) => port === undefined || isLedTo(port)) &&
        // One address for all would give every call of a connection to one replica.
        (grpc === undefined || service.clusterIP === 'None')
      ) && 'is not found under its name'
    );
  },
  edge: (deployment, manifests) => {
    const isLedTo = ofKind<RouteSpec>(manifests, 'GRPCRoute').some(({ spec }) =>
      spec!.rules.some(({ backendRefs }) => backendRefs.some(({ name }) => name === deployment.name)),
    );
    const isVerified = ofKind<BackendTlsSpec>(manifests, 'BackendTLSPolicy').some(
      ({ spec }) =>
        spec!.targetRefs.some(({ name }) => name === deployment.name) &&
        spec!.validation.hostname === `${deployment.name}.gatehouse.internal`,
    );
    const admits = settingsOf(deployment, manifests)['GATEHOUSE_GRPC_EDGE'] === 'on';
    return (
      !(isLedTo === admits && isLedTo === isVerified) &&
      'takes connections of the edge that no route brings, or not those that one does'
    );
  },
  'client address': (deployment, manifests) => {
    const { GATEHOUSE_GRPC_PORT: grpc, GATEHOUSE_TRUSTED_PROXIES: trusted } = settingsOf(
      deployment,
      manifests,
    );
    return grpc !== undefined && trusted === undefined && 'takes the gateways for its clients';
  },
  metrics: ({ name }, manifests) => {
    const monitors = ofKind<MonitorSpec>(manifests, 'ServiceMonitor');
    const labels = ofKind(manifests, 'Service').find(({ metadata }) => metadata.name === name)?.metadata
      .labels;
    return (
      monitors.length > 0 &&
      !monitors.some(({ spec }) => selects(spec!.selector.matchLabels, labels ?? {})) &&
      'has metrics that nobody reads'
    );
  },
  'probed ports': (deployment, manifests) => {
    const port = settingsOf(deployment, manifests)['GATEHOUSE_HEALTH_PORT'];
    const { ports = [], startupProbe, livenessProbe, readinessProbe } = deployment.containers[0]!;
    const health = ports.find(({ name }) => name === 'health')?.containerPort;
    const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.grpc);
    return (
      !(
        String(health) === port &&
        asked.every((grpc) => String(grpc?.port) === port) &&
        // Alive does not depend on a database, ready does.
        livenessProbe?.grpc?.service === 'liveness' &&
        readinessProbe?.grpc?.service === undefined
      ) && 'is asked where it does not answer'
    );
  },
};

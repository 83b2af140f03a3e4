import type { Kubectl, Pod } from './kubectl.js';

/**
 * Runs beside the first process of a container, which takes no SIGKILL from in there: has it end itself by its inspector,
 * without asking a handler. It waits for the inspector's client to leave.
 */
const PROGRAM = `
process.kill(1, 'SIGUSR1');
const list = () => fetch('http://127.0.0.1:9229/json/list').then((response) => response.json(), () => undefined);
let targets;
do targets = await list(); while (targets === undefined);
const inspector = new WebSocket(targets[0].webSocketDebuggerUrl);
const params = { expression: 'setTimeout(() => process.reallyExit(70))' };
inspector.onopen = () => inspector.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
inspector.onmessage = () => inspector.close();
`;

/** Ends the process of a pod as a crash does, and waits until kubelet has started it again. */
export async function crash(
  kubectl: Kubectl,
  part: string,
  { metadata: { name }, status }: Pod,
): Promise<void> {
  const before = restartsOf(status);
  // It may be gone before it is known how it ended.
  await kubectl
    .run('exec', name, '--', 'node', '--input-type=module', '--eval', PROGRAM)
    .catch(() => undefined);
  const restarted = async () => {
    const pod = (await kubectl.podsOf(part)).find(({ metadata }) => metadata.name === name);
    return pod !== undefined && restartsOf(pod.status) > before;
  };
  await kubectl.until(restarted, `another start of ${name}`);
}

function restartsOf({ containerStatuses = [] }: Pod['status']): number {
  return containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
}

// node tools/dist/k8s/downgrade/main.js FOLDER: a kustomization for a Kubernetes 1.20 to try it out on, as one JSON list.
import { readKustomized } from '../kustomize.js';
import { downgraded } from './downgraded.js';

const [folder, ...rest] = process.argv.slice(2);
if (folder === undefined || rest.length > 0) {
  console.error('usage: node tools/dist/k8s/downgrade/main.js FOLDER | kubectl apply -f -');
  process.exitCode = 2;
} else {
  const items = downgraded(await readKustomized(folder));
  console.log(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

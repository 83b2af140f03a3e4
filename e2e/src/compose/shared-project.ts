import { Project, type ProjectFacts } from './project.js';

/** Set for the specs, which may run in other processes: the facts of the project as JSON. */
const FACTS = 'GATEHOUSE_E2E_PROJECT';

/** The compose project of the cluster that the specs of one run share. */
export function sharedProject(): Project {
  const text = process.env[FACTS];
  if (text === undefined)
    throw new Error('no cluster was started: run the specs by npm run e2e -- --compose');
  return new Project(JSON.parse(text) as ProjectFacts);
}

export function announceProject({ facts }: Project): void {
  process.env[FACTS] = JSON.stringify(facts);
}

/** One piece of text that the recipe puts somewhere. */
export interface RecipeStep {
  /** From the root of the repository. */
  readonly file: string;
  /** What stands right behind the text once it is in; undefined for a new file. */
  readonly before: string | undefined;
  readonly text: string;
}

const SECTION = /^## Add an RPC$(.*?)^## /ms;
/** A fenced block whose info string says where its text belongs. */
const BLOCK = /^```\w+ file=(\S+)(?: before="([^\n]*)")?\n(.*?)^```$/gms;

/**
 * Reads the steps of "Add an RPC" from CONTRIBUTING.md: its code blocks, which name their places.
 *
 * @throws Error when there is no such section, or it has no steps
 */
export function readRecipe(contributing: string): readonly RecipeStep[] {
  const section = SECTION.exec(contributing)?.[1] ?? '';
  const steps = [...section.matchAll(BLOCK)].map(([, file = '', before, text = '']) => ({
    file,
    before,
    text,
  }));
  if (steps.length === 0) throw new Error('CONTRIBUTING.md has no recipe');
  return steps;
}

import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RecipeStep } from './read-recipe.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCOPE = '@gatehouse';

/** What a command said and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly output: string;
}

/** A copy of the files that git knows or would add, in a folder of its own, with the packages installed here. */
export class RepositoryCopy implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(): Promise<RepositoryCopy> {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-copy-'));
    await chmod(folder, 0o755); // PostgreSQL may run as another user than we do
    const copy = new RepositoryCopy(folder);
    const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      maxBuffer: 1 << 24,
    });
    const files = stdout.split('\0').filter((file) => file !== '');
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      // A file that git still lists but that is gone is nothing to copy.
      await cp(join(ROOT, file), join(folder, file)).catch(ignoreMissing);
    }
    await copy.linkPackages('node_modules');
    const projects = new Set(files.filter((file) => file.endsWith('/package.json')).map(dirname));
    for (const project of projects) await copy.linkPackages(join(project, 'node_modules'));
    return copy;
  }

  /** Puts the text of a step where it belongs. @throws Error when that place is not there exactly once */
  async apply({ file, before, text }: RecipeStep): Promise<void> {
    const path = join(this.folder, file);
    if (before === undefined) return writeFile(path, text, { flag: 'wx' });
    const parts = (await readFile(path, 'utf8')).split(before);
    if (parts.length !== 2) throw new Error(`${file} has "${before}" ${parts.length - 1} times`);
    await writeFile(path, parts.join(text + before));
  }

  /** Replaces a text that stands in a file exactly once; returns a function that brings it back. */
  async replace(file: string, from: string, to: string): Promise<() => Promise<void>> {
    const path = join(this.folder, file);
    const text = await readFile(path, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} does not have "${from}" once`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
    return () => writeFile(path, text);
  }

  /** Runs a command in the copy; a failure is a result like any other. */
  async run(
    command: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<CommandResult> {
    const env = { ...process.env, NODE_OPTIONS: '', ...environment };
    try {
      const { stdout, stderr } = await run(command, args, { cwd: this.folder, env, maxBuffer: 1 << 26 });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
      if (stdout === undefined) throw error;
      return { code: code ?? 1, output: stdout + (stderr ?? '') };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Links each installed package, and its own projects where npm links those of the original. */
  private async linkPackages(modules: string): Promise<void> {
    const names = await readdir(join(ROOT, modules)).catch((): string[] => []);
    if (names.length > 0) await mkdir(join(this.folder, modules), { recursive: true });
    for (const name of names.filter((each) => each !== SCOPE)) {
      await symlink(join(ROOT, modules, name), join(this.folder, modules, name));
    }
    if (names.includes(SCOPE)) {
      await cp(join(ROOT, modules, SCOPE), join(this.folder, modules, SCOPE), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

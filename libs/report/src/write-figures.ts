import { writeFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import type { Figure } from './figure.js';

/** Writes the figures and the machine they are from, as JSON. */
export async function writeFigures(file: string, figures: readonly Figure[]): Promise<void> {
  const machine = {
    node: process.version,
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
  await writeFile(file, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
}

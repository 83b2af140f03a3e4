import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartFault } from './start-fault.js';

/**
 * Makes a folder, and those that it is in, where they are not there yet. Node's own way to do so tries for ever where a
 * system makes no folders, as below `/proc`.
 *
 * @throws StartFault where the system makes none
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || path === dirname(path)) throw error;
    await makeFolder(dirname(path));
    await mkdir(path).catch(refuse(path));
  }
}

function refuse(path: string) {
  return (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EEXIST') return; // made by somebody else meanwhile
    if (error.code !== 'ENOENT') throw error;
    throw new StartFault(`No folder can be made at ${path}: choose another with GATEHOUSE_DATA.`);
  };
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A line that a process has logged. */
export interface LogLine {
  /** The process: `gateway2` is the second gateway. */
  readonly process: string;
  readonly msg: string;
  readonly service: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly request_id?: string;
}

/** The lines of a request, in every log of a folder. */
export async function linesOfRequest(logFolder: string, requestId: string): Promise<LogLine[]> {
  const logs = (await readdir(logFolder)).filter((name) => name.endsWith('.log'));
  const texts = await Promise.all(logs.map((name) => readFile(join(logFolder, name), 'utf8')));
  return texts.flatMap((text, index) => {
    const process = (logs[index] ?? '').replace('.log', '');
    const lines = text.split('\n').filter((line) => line.includes(`"${requestId}"`) && line.startsWith('{'));
    return lines.map((line) => ({ process, ...(JSON.parse(line) as Omit<LogLine, 'process'>) }));
  });
}

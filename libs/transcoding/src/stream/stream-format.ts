import type { Problem } from '../http/problem.js';

/** The forms of a server stream. */
export type StreamFormat = 'ndjson' | 'sse' | 'json-array';

/** How one stream is written; made anew for every response. */
export interface StreamFramer {
  readonly contentType: string;
  /** What goes out for a message, given as JSON text. */
  message(json: string): string;
  /** What keeps an idle connection open; empty where the form has nothing for it. */
  heartbeat(): string;
  /** The last thing of a stream that came to its end. */
  end(): string;
  /** The last thing of a stream that failed after its headers had gone out. */
  error(problem: Problem): string;
}

/** Media types by form; the first is what is answered. */
const MEDIA_TYPES: Readonly<Record<StreamFormat, readonly string[]>> = {
  ndjson: ['application/x-ndjson', 'application/ndjson', 'application/jsonl'],
  sse: ['text/event-stream'],
  'json-array': ['application/json'],
};

/**
 * The form that an Accept header asks for (RFC 9110 section 12.5.1): the one with the highest weight, NDJSON
 * where several weigh the same or there is no header; undefined (406) where it takes none of them. Other names of a
 * form ask for it as well, but where the one that is answered is refused by name.
 */
export function streamFormatOf(accept: string | undefined): StreamFormat | undefined {
  if (accept === undefined || accept.trim() === '') return 'ndjson';
  const ranges = accept.toLowerCase().split(',').map(parseRange);
  let best: { format: StreamFormat; weight: number } | undefined;
  for (const format of ['ndjson', 'sse', 'json-array'] as const) {
    const types = MEDIA_TYPES[format];
    const isRefused = ranges.some(({ range, weight }) => range === types[0] && weight === 0);
    const weight = isRefused ? 0 : Math.max(...types.map((type) => weightOf(type, ranges)));
    if (weight > (best?.weight ?? 0)) best = { format, weight };
  }
  return best?.format;
}

interface MediaRange {
  readonly range: string;
  readonly weight: number;
}

function parseRange(text: string): MediaRange {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  return {
    range,
    weight: q === undefined ? 1 : /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q.slice(2)) : 0,
  };
}

/** The most particular range decides. */
function weightOf(type: string, ranges: readonly MediaRange[]): number {
  const wider = [type, `${type.split('/')[0]}/*`, '*/*'];
  for (const range of wider) {
    const found = ranges.find((candidate) => candidate.range === range);
    if (found !== undefined) return found.weight;
  }
  return 0;
}

/** A framer for one response. */
export function streamFramer(format: StreamFormat): StreamFramer {
  switch (format) {
    case 'ndjson':
      return new NdjsonFramer();
    case 'sse':
      return new EventFramer();
    case 'json-array':
      return new ArrayFramer();
  }
}

/**
 * The record that ends a failed stream. No field of a message can have this name: JSON names of fields come
 * from identifiers.
 */
function errorRecord(problem: Problem): string {
  return JSON.stringify({ '@error': problem });
}

class NdjsonFramer implements StreamFramer {
  readonly contentType = MEDIA_TYPES.ndjson[0] as string;

  message(json: string): string {
    return `${json}\n`;
  }

  /** An empty line, which readers of NDJSON skip. */
  heartbeat(): string {
    return '\n';
  }

  end(): string {
    return '';
  }

  error(problem: Problem): string {
    return `${errorRecord(problem)}\n`;
  }
}

/** Server-sent events. JSON text has no line breaks of its own, so that one `data:` line suffices. */
class EventFramer implements StreamFramer {
  readonly contentType = MEDIA_TYPES.sse[0] as string;

  message(json: string): string {
    return `data: ${json}\n\n`;
  }

  heartbeat(): string {
    return ':\n\n';
  }

  end(): string {
    return '';
  }

  error(problem: Problem): string {
    return `event: error\ndata: ${JSON.stringify(problem)}\n\n`;
  }
}

class ArrayFramer implements StreamFramer {
  readonly contentType = MEDIA_TYPES['json-array'][0] as string;
  private started = false;

  message(json: string): string {
    return this.separator() + json;
  }

  /** Whitespace between elements. */
  heartbeat(): string {
    return this.started ? '\n' : '';
  }

  end(): string {
    return this.started ? ']' : '[]';
  }

  error(problem: Problem): string {
    return `${this.separator()}${errorRecord(problem)}]`;
  }

  private separator(): string {
    const separator = this.started ? ',' : '[';
    this.started = true;
    return separator;
  }
}

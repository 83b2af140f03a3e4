/** The names in a header of preferences and how much each is wanted, 0 for not at all. */
export type Weights = ReadonlyMap<string, number>;

const QUALITY = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** The headers that came last: there are few different ones, and to read one costs more than to find it. */
const known = new Map<string, Weights>();
const MAX_KNOWN = 100;
/** Longer ones are an attempt to fill the memory, or nothing that comes twice. */
const MAX_KNOWN_CHARS = 256;

/** Reads `Accept` or `Accept-Encoding` (RFC 9110, section 12.4.2). A weight that cannot be read counts as 0. */
export function readWeights(header: string): Weights {
  if (header.length > MAX_KNOWN_CHARS) return parseWeights(header);
  let weights = known.get(header);
  if (weights === undefined) {
    weights = parseWeights(header);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(header, weights);
  }
  return weights;
}

function parseWeights(header: string): Weights {
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = parameters.find((text) => text.startsWith('q='));
    if (name === '') continue;
    weights.set(name, quality === undefined ? 1 : Number(QUALITY.exec(quality)?.[1] ?? 0));
  }
  return weights;
}

/** Whether an `Accept` header takes a media type; the most particular range decides (RFC 9110, section 12.5.1). */
export function takesType(accept: string | undefined, type: string): boolean {
  if (accept === undefined) return true;
  const weights = readWeights(accept);
  if (weights.size === 0) return true;
  const weight = weights.get(type) ?? weights.get(`${type.split('/')[0]}/*`) ?? weights.get('*/*') ?? 0;
  return weight > 0;
}

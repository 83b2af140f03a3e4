/**
 * Writes the message, in the form of `contract`, that can hold some values by field path, into `messages`, and
 * answers its name. Of an HttpBody one sees `content_type` and `data`.
 */
export function inferMessage(
  name: string,
  values: Readonly<Record<string, unknown>>,
  messages: Record<string, string>,
): string {
  const below = new Map<string, Record<string, unknown>>();
  const fields = new Map<string, string>();
  for (const [path, value] of Object.entries(values)) {
    const [field = '', ...rest] = path.split('.');
    if (rest.length === 0) fields.set(field, typeOf(`${name}_${field}`, value, messages));
    else below.set(field, { ...below.get(field), [rest.join('.')]: value });
  }
  for (const [field, inner] of below) {
    const raw = Object.keys(inner).every((key) => key === 'content_type' || key === 'data');
    fields.set(field, raw ? 'google.api.HttpBody' : inferMessage(`${name}_${field}`, inner, messages));
  }
  messages[name] = [...fields].map(([field, type]) => `${field}:${type}`).join(' ');
  return name;
}

function typeOf(name: string, value: unknown, messages: Record<string, string>): string {
  if (Array.isArray(value)) return `${typeOf(name, value[0] ?? '', messages)}[]`;
  if (typeof value === 'number') return Number.isInteger(value) ? 'int32' : 'double';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value !== 'object' || value === null) return 'string';
  return 'base64' in value ? 'bytes' : inferMessage(name, value as Record<string, unknown>, messages);
}

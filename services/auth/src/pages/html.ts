/** Text that is HTML. It is made by {@link html} alone, so that nothing gets into a page without having been escaped. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a page: text, which is escaped, and HTML, which is not. */
export type Part = Html | string | number | undefined | readonly Part[];

/**
 * Makes HTML of a template. Whatever is put in becomes text, between tags and in quoted attributes, unless it is HTML
 * already. Attributes have to be quoted, and no part may stand in a tag's name, a script, a style or as a whole URL that
 * somebody else chose.
 */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((text, index) => text + print(parts[index])).join(''));
}

/** A day, as people write it and machines read it. */
export function dayOf(date: Date): Html {
  const [day = ''] = date.toISOString().split('T');
  return html`<time datetime="${day}">${day}</time>`;
}

function print(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(print).join('');
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

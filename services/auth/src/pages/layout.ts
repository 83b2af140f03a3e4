import { html, type Html } from './html.js';
import { STYLE_PATH } from './style.js';

/** What a page shows. */
export interface Page {
  /** What it is for: its first heading, and its name in the browser. */
  readonly title: string;
  readonly body: Html;
  /** Where the browser goes at once, by itself. */
  readonly next?: string;
}

/** The frame of every page: plain HTML and one style sheet, to be used without a script and without a mouse. */
export function layout({ title, body, next }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        ${next === undefined ? undefined : html`<meta http-equiv="refresh" content="0; url=${next}" />`}
        <title>${title} · Gatehouse</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${STYLE_PATH}" />
      </head>
      <body>
        <header><a href="/account">Gatehouse</a></header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `;
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the docs page. */
export interface DocsAsset {
  readonly contentType: string;
  readonly body: Buffer;
}

const packageFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const fromPackage = (file: string) => join(packageFolder, file);

/** The only files that the docs page has; a request names one of them and never a path. */
const FILES: Readonly<Record<string, { readonly path: string; readonly contentType: string }>> = {
  'swagger-ui.css': { path: fromPackage('swagger-ui.css'), contentType: 'text/css; charset=utf-8' },
  'swagger-ui.js': {
    path: fromPackage('swagger-ui-bundle.js'),
    contentType: 'text/javascript; charset=utf-8',
  },
  'favicon.png': { path: fromPackage('favicon-32x32.png'), contentType: 'image/png' },
  'page.js': {
    path: fileURLToPath(new URL('browser/page.js', import.meta.url)),
    contentType: 'text/javascript; charset=utf-8',
  },
};

/** The files of the docs page, read when they are first asked for. */
export class DocsAssets {
  readonly #read = new Map<string, DocsAsset>();

  find(name: string): DocsAsset | undefined {
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    if (!file) return undefined;
    let asset = this.#read.get(name);
    if (!asset) {
      asset = { contentType: file.contentType, body: readFileSync(file.path) };
      this.#read.set(name, asset);
    }
    return asset;
  }
}

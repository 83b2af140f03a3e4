/** Frameworks, which the libraries that could be published on their own do without. */
const FRAMEWORK = /^(@nestjs\/|fastify|@grpc\/|rxjs|passport)/;
const FRAMEWORK_FREE = new Set([
  'tokens',
  'transcoding',
  'constraints',
  'access',
  'config',
  'api-key',
  'http2-grpc',
  'live-set',
  'session-cookie',
]);

/** Libraries by layer: each may import from lower layers and from its own. */
const LAYERS = [
  [
    'contracts',
    'config',
    'telemetry',
    'embedded-postgres',
    'migrations',
    'api-key',
    'fake-providers',
    'http2-grpc',
    'live-set',
    'session-cookie',
  ],
  ['errors', 'access', 'tokens', 'testing', 'transcoding'],
  ['constraints', 'aip'],
  ['postgres', 'grpc'],
  ['guard'],
  ['audit'],
];

/** Returns the imports of one source file that the architecture forbids, a sentence each. */
export function checkImports(path, text) {
  const home = /^(libs|services)\/([^/]+)\//.exec(path);
  const isSpec = /\.spec\.ts$|\/spec\//.test(path);
  return [...text.matchAll(/^(?:import|export)[^'"]*?from '([^']+)'/gms)].flatMap(([, specifier]) => {
    const breach = forbidden(home, specifier, isSpec);
    return breach ? [`${path}: imports ${specifier}: ${breach}`] : [];
  });
}

function forbidden(home, specifier, isSpec) {
  if (/\.\.\/(\.\.\/)*(libs|services)\//.test(specifier)) return 'projects meet through their package names';
  const [, target, deep] = /^@gatehouse\/([^/]+)(\/.+)?$/.exec(specifier) ?? [];
  if (deep && target !== 'contracts' && home) return 'nothing past the barrel of a library';
  if (!home) return undefined;
  const [, kind, name] = home;
  if (kind === 'libs' && FRAMEWORK_FREE.has(name) && !isSpec && FRAMEWORK.test(specifier)) {
    return `${name} knows no framework`;
  }
  if (!target || isSpec) return undefined;
  if (target === 'testing') return 'only specs import it';
  const layer = layerOf(target);
  if (layer === -1)
    return kind === 'services' && target === name ? undefined : 'a service is imported by nobody';
  if (kind === 'libs' && layer > layerOf(name)) return 'a lower layer does not know a higher one';
  return undefined;
}

function layerOf(name) {
  return LAYERS.findIndex((layer) => layer.includes(name));
}

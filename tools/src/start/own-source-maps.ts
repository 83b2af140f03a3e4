import module from 'node:module';

// Loaded before a service, so that its stacks name our sources. `--enable-source-maps` would keep the maps of all packages
// too, which are larger than ours. Node 20 has no choice of the kind, and shows what was compiled.
module.setSourceMapsSupport?.(true, { nodeModules: false, generatedCode: false });

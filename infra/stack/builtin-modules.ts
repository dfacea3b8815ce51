/** esbuild plugins that decide what an `import` of something special means inside a bundle. */
import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

// The ESM face of these evaluates their lazy WebSocket getters, which loads undici: 25 ms and more of every cold start
// on Node 22 and 24. `process.getBuiltinModule` gives the same object without that.
const COSTLY_AS_ESM = new Set(['http', 'https', 'http2']);

/** Costly built-in modules, and any that CommonJS code requires (an ESM bundle has no `require`), come from `process.getBuiltinModule`. */
export const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /^[a-z0-9:/_]+$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (!isBuiltin(path) || !(COSTLY_AS_ESM.has(name) || kind === 'require-call')) return undefined;
      return { path: `node:${name}`, namespace: 'builtin' };
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

/** Packages that this bundle must not hold: whoever imports one gets an error that says so. */
export const leftOut = (packages: readonly string[]): Plugin => ({
  name: 'left-out',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\// }, ({ path }) => (packages.includes(path) ? { path, namespace: 'left-out' } : undefined));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in this bundle: its function has no permission to use it; see "without" in infra/stack/functions.ts`)});`,
      loader: 'js',
    }));
  },
});

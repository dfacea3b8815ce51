/** esbuild plugins that decide what an `import` of something special means inside a bundle. */
import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * All built-in modules come from `process.getBuiltinModule`, which a bundle has in place of `require`, too. To import one
 * evaluates what it would only load at its first use: undici for `node:http`, 25 ms and more of every cold start on
 * Node 22 and 24, the streams of standard input for `node:process`, 4 ms.
 */
export const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /^[a-z0-9:/_]+$/ }, ({ path }) => {
      if (!isBuiltin(path)) return undefined;
      const name = path.replace(/^node:/, '');
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

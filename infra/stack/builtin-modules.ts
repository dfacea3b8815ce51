/** esbuild plugins that decide what an `import` of something special means inside a bundle. */
import { createRequire, isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * All built-in modules come from `process.getBuiltinModule`, which a bundle has in place of `require`, too. To import one
 * evaluates what it would only load at its first use: undici for `node:http`, 25 ms and more of every cold start on
 * Node 22 and 24, the streams of standard input for `node:process`, 4 ms. Of what is imported by name only that is read:
 * esbuild would copy each name of each module for each file that imports it, which takes 4 ms in all.
 */
export const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /^[a-z0-9:/_]+$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      const name = path.replace(/^node:/, '');
      return { path: `node:${name}`, namespace: kind === 'import-statement' ? 'builtin-names' : 'builtin', sideEffects: false };
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = ${whole(path)};`, loader: 'js' }));
    build.onLoad({ filter: /.*/, namespace: 'builtin-names' }, ({ path }) => ({
      contents: [
        `const all = /* @__PURE__ */ ${whole(path)};`,
        'const one = (name) => all[name];',
        'export default all;',
        ...Object.keys(require(path)).map((name, n) => `const _${n} = /* @__PURE__ */ one('${name}'); export { _${n} as ${name} };`),
      ].join('\n'),
      loader: 'js',
    }));
  },
};

const whole = (path: string): string => `process.getBuiltinModule(${JSON.stringify(path)})`;

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

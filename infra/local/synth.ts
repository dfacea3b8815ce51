/** Writes the cloud assembly by running the CDK app; keeps it under a hash of everything that goes into it, so that an unchanged stack starts without CDK. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** What an assembly is made of: our code, its versions and its settings. */
const SOURCES = ['functions', 'infra/stack', 'infra/version.ts', 'package-lock.json', 'package.json', 'cdk.json', 'tsconfig.json'];
const KEPT = 3;
/** An engine that runs starts its functions from here whenever they are called: what was used in these days stays, however many others came since. */
const KEPT_MS = 7 * 86_400_000;
/** About 4 MB each: who changes the stack all day long shall not fill a disk. */
const MOST = 50;
/** CDK context as its command line hands it on. No registry is near, so hearing all of ECR costs nothing, and events can be put by hand. */
const CONTEXT = JSON.stringify({ ecr: 'all' });

const filesUnder = (path: string): readonly string[] => {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
};

const hashOf = (root: string): string => {
  const hash = createHash('sha256').update(process.version).update(CONTEXT);
  for (const file of SOURCES.flatMap((source) => filesUnder(join(root, source)))) hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 32);
};

/** Gives the directory of the assembly. `root` is the directory with `package.json`. */
export const synthesise = async (root: string): Promise<string> => {
  const cache = join(root, 'node_modules', '.cache', 'image-triggers');
  const directory = join(cache, hashOf(root));
  if (existsSync(join(directory, 'manifest.json'))) {
    // Its age decides what is swept: the one in use stays young.
    utimesSync(directory, new Date(), new Date());
    return directory;
  }
  const fresh = `${directory}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    await runApp(root, fresh);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    throw error;
  }
  // Another start may have been faster: then both are the same.
  if (existsSync(directory)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, directory);
  sweep(cache, directory);
  return directory;
};

const runApp = (root: string, directory: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const app = spawn(process.execPath, [join('infra', 'stack', 'app.ts')], {
      cwd: root,
      env: { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: CONTEXT, CDK_VALIDATION: 'false', NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [app.stdout, app.stderr]) {
      stream.on('data', (data: Buffer) => {
        said = (said + data.toString('utf8')).slice(-4000);
      });
    }
    app.on('error', reject);
    app.on('exit', (code, signal) =>
      code === 0
        ? resolve()
        : reject(
            new Error(`the CDK app infra/stack/app.ts ended with ${signal ?? `code ${code}`}; run "npm run synth" to see it alone. Its last words:\n${said}`),
          ),
    );
  });

const sweep = (cache: string, used: string): void => {
  const old = readdirSync(cache)
    .map((name) => join(cache, name))
    .filter((path) => path !== used && !/\.\d+$/.test(path))
    .map((path) => ({ path, at: statSync(path).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  const gone = old.filter(({ at }, i) => i >= MOST - 1 || (i >= KEPT - 1 && at < Date.now() - KEPT_MS));
  for (const { path } of gone) rmSync(path, { recursive: true, force: true });
};

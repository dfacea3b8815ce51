/** After each change a person is told what to type next, and that is a command. */
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { START } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';
import { treeOf } from './command-tree.ts';

const { leaves } = treeOf();
const ID = `${ulid(START)}.release`;
const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** In this order; each command that changes something here, but those that ask others than the API. */
const CHANGES = [
  'application create web --http https://web.example/deploy',
  'application create spare --http https://web.example/deploy',
  'hook create hub --registry generic --registry-host r.example --credential header --credential-file -',
  'hook create spare --registry generic --registry-host r.example',
  'trigger create release --hook hub --repository shop/web --application web',
  'trigger create spare --hook hub --repository shop/web --application web',
  'application update web --max-per-hour 3',
  'application disable web',
  'application enable web',
  'application deploy web r.example/shop/web:v1',
  'application redeploy web',
  'application hold web',
  'application release web',
  `application reject web ${DIGEST}`,
  `application unreject web ${DIGEST}`,
  'application refresh web',
  'application rollback web --to-call CALL',
  'application template put web -',
  'application trigger-url create web',
  'application trigger-url delete web URL --yes',
  'hook update hub --only shop/*',
  'hook rotate hub',
  'hook rotate-credential hub --credential header --credential-file -',
  'hook disable hub',
  'hook enable hub',
  'trigger update release --tag v1',
  'trigger disable release',
  'trigger enable release',
  `call redeliver ${ID}`,
  'trigger delete spare --yes',
  'hook delete spare --yes',
  'application delete spare --yes',
];

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.stop());

const put = (tag: string, id: string, at: number): Promise<unknown> =>
  cli.api.calls.put({
    ...{ id, trigger: 'release', application: 'web', hook: 'hub', repository: 'r.example/shop/web', tag, digest: DIGEST, order: `${at}#x` },
    ...{ status: 'delivered', receivedAt: START, decidedAt: START },
  });

test.each(CHANGES)('%s', async (change) => {
  if (change.includes('CALL')) await put('v0', ID, 1);
  const url = change.includes('URL') ? (await cli.ok('application trigger-url list web -o name')).out.trim() : '';
  const { err } = await cli.ok(change.replace('CALL', ID).replace('URL', url), { stdin: 'image: r.example/shop/web:v1\n' });
  const commands = [...err.matchAll(/image-triggers ([a-z][a-z -]*[a-z])/g)].map(([, words]) => words ?? '');
  expect(commands).not.toEqual([]);
  for (const command of commands)
    expect(
      leaves.map(({ path }) => path).filter((path) => `${command} `.startsWith(`${path} `)),
      command,
    ).toHaveLength(1);
});

test('none is left out', () => {
  const changing = leaves.filter(
    ({ path, command }) => /^(?:application|hook|trigger|call) /.test(path) && command.options.some(({ long }) => long === '--dry-run'),
  );
  const others = ['hook connect', 'hook guide', 'hook test'];
  expect(changing.map(({ path }) => path).filter((path) => !others.includes(path) && !CHANGES.some((change) => change.startsWith(`${path} `)))).toEqual([]);
});

/** Amazon ECR on the command line: nothing is pasted, and what is left to do is said. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ECR_REGISTRY } from '../api/api.ts';
import { type CommandLine, startCommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
  await cli.ok('application create web --http https://web.example/deploy');
});
afterAll(() => cli.stop());

test('a trigger: no URL, no secret, and the next command', async () => {
  const { out, err } = await cli.ok('trigger create web --registry ecr --repository shop/web --application web --tag latest');
  expect(out).toMatch(new RegExp(`Repository: +${ECR_REGISTRY}/shop/web\n`));
  expect(out).toMatch(/Hook: +ecr\n/);
  expect(out).not.toContain('Webhook URL');
  expect(err).toBe(
    'Nothing to paste: the EventBridge rule of the stack hears pushes to ECR in its account and region.\n\nNext: push an image, then  image-triggers call list --trigger web\n',
  );
});

test('a trigger that the rule does not hear: how it would', async () => {
  expect((await cli.ok('trigger create far --registry ecr --repository team/app --application web')).err).toContain("-c 'ecr=shop/*,base,team/app'");
});

test('the hook: in the list, shown, and not to be changed', async () => {
  expect((await cli.ok('hook list')).out).toMatch(/^ecr +ecr +yes$/m);
  const { out } = await cli.ok('hook show ecr');
  expect(out).toMatch(/Name: +ecr\nRegistry: +ecr\n/);
  expect(out).not.toMatch(/Created|Updated|1970/);
  for (const command of ['hook disable ecr', 'hook rotate ecr', 'hook delete ecr --yes', 'hook update ecr --registry-host r.example']) {
    const { code, err } = await cli.run(command);
    expect([command, code, err]).toEqual([command, 1, expect.stringContaining('-c ecr=all')]);
  }
  const { code, err } = await cli.run('hook create ecr --registry generic --registry-host r.example');
  expect([code, err]).toEqual([2, expect.stringContaining('choose another name')]);
});

/** One flow through the local engine with the real stack and functions, as a newcomer sees it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const DEMO = fileURLToPath(new URL('../../infra/local/demo.ts', import.meta.url));

it('the demo turns blue into green, once, and shows why the other push did nothing', async () => {
  const { stdout, stderr } = await run(process.execPath, [DEMO], { timeout: 110_000 });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/its page is BLUE[\s\S]*the page is GREEN, \d+ ms after the push/);
  expect(stdout).toMatch(/test-7 +untriggered +rule-not-matched/);
  expect(stdout).toMatch(/release-v2 +delivered +\S+ +200 +\{"code":"200","message":"now running green"\}/);
  expect(stdout).toMatch(/release-v2 +skipped +duplicate/);
  expect(stdout).toContain('was deployed 1 time,');
  expect(stdout).toMatch(/the page is BLUE again[\s\S]*release-v2 +skipped +rolled-back/);
  expect(stdout).not.toMatch(/it_release_\w{10}/);
}, 120_000);

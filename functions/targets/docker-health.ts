/** Whether a container that was just started is well. */
import { fields, isFields } from '../core/fields.ts';
import type { Rollout, Why } from '../core/outcome.ts';
import { numberAt, textAt } from './docker-api.ts';
import type { DockerConfig } from './docker-config.ts';
import { type Found, hostPortOf, restarts } from './docker-container.ts';
import type { Handle } from './docker-handle.ts';
import type { OutboundAnswer, TargetIo } from './target.ts';

type Health = { readonly is: 'healthy' } | Extract<Rollout, { is: 'progressing' }> | { readonly is: 'failed'; readonly why: Why };

const AGAIN_MS = 1_000;
/** Where nothing else can be asked, one that ran for so long is taken for well. */
const STEADY_MS = 10_000;

export const healthOf = async (config: DockerConfig, found: Found, handle: Handle, io: TargetIo): Promise<Health> => {
  const dead = deathOf(found, handle);
  if (dead !== undefined) return { is: 'failed', why: { code: 'rollout-failed', detail: dead } };
  const wait = (detail: string): Health => ({ is: 'progressing', lookAgainIn: AGAIN_MS, detail: [detail, ...ignoredOf(handle)].join('; ') });
  const port = hostPortOf(found, config.port);
  if (config.health !== undefined) {
    const { path, status } = config.health;
    if (port === undefined || io.reach === undefined) return wait(`its port ${config.port} is not published`);
    const answer = await io.reach(port, path);
    return isWell(answer, status) ? { is: 'healthy' } : wait(`GET ${path} on port ${port} ${saidOf(answer)}`);
  }
  const told = textAt(fields(found.state.Health), 'Status');
  if (told === 'healthy') return { is: 'healthy' };
  if (told === 'unhealthy') return { is: 'failed', why: { code: 'rollout-failed', detail: `the health check of its image failed${lastCheck(found)}` } };
  if (told === 'starting') return wait('the health check of its image has not passed yet');
  if (port !== undefined && io.reach !== undefined) {
    const answer = await io.reach(port, '/');
    if (answer.is === 'answered') return { is: 'healthy' };
    if (answer.is !== 'broken' || !answer.sent) return wait(`nothing listens on port ${port} yet`);
  }
  const ran = io.now() - Date.parse(textAt(found.state, 'StartedAt'));
  return ran >= STEADY_MS ? { is: 'healthy' } : wait('it runs, and is to go on running for some seconds');
};

const ignoredOf = ({ ignored = [] }: Handle): readonly string[] =>
  ignored.length === 0 ? [] : [`of the template these mean nothing here: ${ignored.join(', ')}`];

const deathOf = (found: Found, { error }: Handle): string | undefined => {
  if (error !== undefined) return `it could not be started: ${error}`;
  const count = restarts(found);
  // While it runs anew, the code of its end is not shown any more.
  if (found.isRunning) return count > 0 ? `it ended, and was started again ${count === 1 ? 'once' : `${count} times`} by its restart policy` : undefined;
  return endOf(found);
};

/** Of one that does not run. */
export const endOf = ({ state }: Found): string => {
  const said = textAt(state, 'Error');
  return `it ended with exit code ${numberAt(state, 'ExitCode')}${state.OOMKilled === true ? ', out of memory' : ''}${said === '' ? '' : `: ${said}`}`;
};

const isWell = (answer: OutboundAnswer, status: number | undefined): boolean =>
  answer.is === 'answered' && (status === undefined ? answer.status >= 200 && answer.status < 400 : answer.status === status);

const saidOf = (answer: OutboundAnswer): string => (answer.is === 'answered' ? `answered ${answer.status}` : `failed: ${answer.why}`);

const lastCheck = ({ state }: Found): string => {
  const { Log: log } = fields(state.Health);
  const last: unknown = Array.isArray(log) ? log.at(-1) : undefined;
  const output = isFields(last) ? textAt(last, 'Output').trim() : '';
  return output === '' ? '' : `: ${output}`;
};

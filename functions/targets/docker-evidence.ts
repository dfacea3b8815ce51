/** How a container ended and what it said last: what a person would look up first, and cannot any more once it is removed. */
import { fields } from '../core/fields.ts';
import { type DockerApi, DockerFailure, textAt, textsAt } from './docker-api.ts';
import { type Found, restarts } from './docker-container.ts';

/** A call keeps 600 of all that is said of its end, and what comes last says most. */
const MOST_SAID = 400;

/** Never throws for what the daemon says: without it a verdict stands as well. */
export const evidenceOf = async (api: DockerApi, found: Found, now: number): Promise<string> => {
  const code = await known(codeBefore(api, found, now));
  const lines = await known(api.lastLines(found.id));
  const parts = [
    code.value === undefined ? '' : `exit code ${code.value}`,
    lines.value === undefined ? `its last lines are not known (${lines.why})` : said(lines.value, found),
  ];
  return parts.filter((part) => part !== '').join('; ');
};

const said = (lines: string, found: Found): string => {
  if (lines !== '') return `its last lines: ${withoutSecrets(lines, found).slice(-MOST_SAID)}`;
  // Of one that could not even be started nobody asks.
  return textAt(found.state, 'Status') === 'created' ? '' : 'it said nothing';
};

/** While it runs anew the container does not show the code of its end, the daemon's events do. */
const codeBefore = async (api: DockerApi, found: Found, now: number): Promise<string | undefined> =>
  found.isRunning && restarts(found) > 0 ? api.lastCode(found.id, Date.parse(textAt(found.inspected, 'Created')), now) : undefined;

const known = async <T>(asked: Promise<T>): Promise<{ readonly value?: T; readonly why?: string }> => {
  try {
    return { value: await asked };
  } catch (error) {
    if (error instanceof DockerFailure) return { why: error.message };
    throw error;
  }
};

/** Below this a value is a number or a word that stands in any line. */
const SECRET_LENGTH = 6;
const SECRET_NAME = /pass|pwd|secret|token|key|cred|auth|dsn|ur[il]|conn/i;

/** They may hold what the container was given, its password perhaps: the name of the variable stands for it. */
const withoutSecrets = (lines: string, { inspected }: Found): string =>
  textsAt(fields(inspected.Config), 'Env')
    .map((variable) => ({ name: variable.replace(/=.*$/s, ''), value: variable.replace(/^[^=]*=/, '') }))
    .filter(({ name, value }) => value.length >= SECRET_LENGTH && SECRET_NAME.test(name))
    .sort((a, b) => b.value.length - a.value.length)
    .reduce((text, { name, value }) => text.replaceAll(value, `$${name}`), lines)
    .replace(/:\/\/[^\s/@]+@/g, '://…@');

/** What `image-triggers import acr` does: answers in, YAML out, or applied. It asks the API only then. */

import type { Fields } from '../../../functions/core/fields.ts';
import { parseHost } from '../../../functions/core/image.ts';
import { parseRepositoryPattern } from '../../../functions/core/repository-pattern.ts';
import { API_VERSION } from '../../../functions/schema/file.ts';
import { apply } from '../files/apply.ts';
import { exportText } from '../files/export-text.ts';
import { ended, type Io, misused, readInput } from '../io.ts';
import { lines } from '../output.ts';
import type { Session } from '../session.ts';
import { type AcrTrigger, readAnswers } from './answers.ts';
import { type Around, NOTHING, readAround } from './around.ts';
import { carryOver, nameFor } from './carry-over.ts';

export interface AcrFlags {
  readonly registryHost: string;
  readonly repository: readonly string[];
  readonly application: string;
  readonly hook: string;
  readonly apply?: true;
  readonly dryRun?: true;
}

export const importAcr = async (file: string, flags: AcrFlags, io: Io, open: () => Promise<Session>): Promise<void> => {
  const answers = readAnswers(await readInput(file, io));
  if (!answers.ok) throw misused(`${file === '-' ? 'standard input' : file}: ${answers.why}`);
  const host = parseHost(flags.registryHost);
  if (!host.ok) throw misused(`--registry-host: ${host.why}`);
  const repositories = repositoriesOf(flags.repository, answers.value.length, host.value);
  const session = flags.apply === true ? await open() : undefined;
  const around = session === undefined ? NOTHING : await readAround({ ...flags, registryHost: host.value }, session);
  const { documents, lost, said } = await carryAll(answers.value, repositories, { ...flags, registryHost: host.value }, around);
  const made = documents.length > 1;
  if (made && session === undefined) io.out(exportText(documents));
  io.err(lines([...said, ...lost.map((why) => `not carried over: ${why}`)]));
  if (made && session !== undefined) {
    const text = exportText(documents.slice(around.hook === undefined ? 0 : 1));
    await apply(
      { file: ['-'], asks: true, ...(flags.dryRun === undefined ? {} : { dryRun: flags.dryRun }) },
      { ...session, io: { ...io, readStdin: async () => text } },
    );
  } else if (made)
    io.err(
      `Next: put the output in a file, look at it, and  image-triggers apply -f FILE  (the application ${flags.application} has to be there, or in the file).\n`,
    );
  if (made && flags.dryRun !== true)
    io.err(`Then let the registry send all tags (mode ALL) to the URL of the hook, and delete its former triggers: image-triggers hook guide ${flags.hook}\n`);
  if (lost.length > 0) throw ended(1);
};

/** One for each answer. */
const repositoriesOf = (given: readonly string[], answers: number, host: string): readonly string[] => {
  if (given.length !== 1 && given.length !== answers)
    throw misused(`there are ${answers} answers and ${given.length} times --repository: give it once for all, or once for each answer in their order`);
  for (const repository of given) {
    const read = parseRepositoryPattern(repository, host);
    if (!read.ok) throw misused(`--repository: ${read.why}`);
  }
  return Array.from({ length: answers }, (_, i) => given[i] ?? given[0] ?? '');
};

interface Imported {
  readonly documents: readonly Fields[];
  readonly lost: readonly string[];
  readonly said: readonly string[];
}

const carryAll = async (
  answers: readonly (readonly AcrTrigger[])[],
  repositories: readonly string[],
  { registryHost, application, hook }: AcrFlags,
  around: Around,
): Promise<Imported> => {
  const documents: Fields[] = [{ apiVersion: API_VERSION, kind: 'Hook', name: hook, registry: 'alibaba-acr', registryHost }];
  const taken = new Set<string>();
  const [lost, said]: [string[], string[]] = [[], []];
  const hosts = new Set<string>();
  for (const [i, triggers] of answers.entries())
    for (const trigger of triggers) {
      const carried = await carryOver(trigger);
      const label = `${repositories[i]}: ${JSON.stringify(trigger.name)}`;
      if (!carried.ok) {
        lost.push(`${label}: ${carried.why}`);
        continue;
      }
      const name = nameFor(trigger.name, new Set([...taken, ...around.foreign(repositories[i] ?? '')]));
      taken.add(name);
      if (trigger.host !== '') hosts.add(trigger.host);
      said.push(...(name === trigger.name ? [] : [`${label}: is named ${name} here`]), ...carried.value.notes.map((note) => `${label}: ${note}`));
      documents.push({ apiVersion: API_VERSION, kind: 'Trigger', name, repository: repositories[i], application, hook, rule: carried.value.rule });
    }
  const urls =
    hosts.size === 0
      ? []
      : [`What was called until now (at ${[...hosts].sort().join(', ')}) is in no document: each trigger deploys the application ${application}.`];
  const whole = documents.some(({ rule }) => JSON.stringify(rule)?.includes('"expression"') === true)
    ? ['An expression has to match the whole tag here; so it seems to be there too, which its documentation does not say.']
    : [];
  const none = documents.length === 1 && lost.length === 0 ? ['The answers hold no trigger.'] : [];
  return { documents, lost, said: [...none, ...said, ...urls, ...whole] };
};

/** `image-triggers hook …` */
import type { Command } from 'commander';
import { type Fields, fields, list, textOf, texts } from '../../functions/core/fields.ts';
import { remove } from './application-commands.ts';
import {
  accessText,
  addChangeFlags,
  addCredentialFlags,
  addDestroyFlags,
  addHookFlags,
  addLimitFlag,
  credentialOf,
  examples,
  hookPartsOf,
  SENDERS,
} from './flags.ts';
import { addConnectCommand } from './hook-connect-command.ts';
import { addDeliveriesCommand, showLastDeliveries } from './hook-deliveries-command.ts';
import { addGuideCommand } from './hook-guide-command.ts';
import { addTestCommand } from './hook-test-command.ts';
import { type Io, misused } from './io.ts';
import { addKeepFlag, endsAtOnce } from './keep-flag.ts';
import type { Pair } from './labels.ts';
import { column, wideColumn } from './output.ts';
import { begin, type Session, withQuery } from './session.ts';
import { shownOnce } from './shown-once.ts';

const at = (name: string, rest = ''): string => `/v1/hooks/${encodeURIComponent(name)}${rest}`;

const validUntil = (secrets: unknown): string => {
  const all = list(secrets);
  if (all.length === 0) return ', which was never set: deliveries are refused';
  const [end] = all.flatMap(({ expiresAt }) => textOf(expiresAt) || []);
  return end === undefined ? '' : `, the former secret until ${end}`;
};

const credentialText = (value: unknown): string | undefined => {
  const { by, name, audience, email, secrets } = fields(value);
  if (by === undefined) return undefined;
  if (by === 'oidc') return `signed tokens for ${textOf(audience)}${email === undefined ? '' : `, of ${textOf(email)}`}`;
  return `${textOf(by)}${name === undefined ? '' : ` ${textOf(name)}`}${validUntil(secrets)}`;
};

/** How often its registry is looked at, and what came of it. */
const sweptText = ({ sweepMinutes, sweep }: Fields): string | undefined => {
  if (typeof sweepMinutes !== 'number') return undefined;
  const { lookedAt, missed, missedAt, why } = fields(sweep);
  const often = sweepMinutes === 0 ? 'never' : `every ${sweepMinutes} min`;
  if (lookedAt === undefined) return often;
  const found =
    missed === 0 || missedAt === undefined ? 'nothing was missed' : `${textOf(missed)} missed, the last found ${textOf(missedAt)}: do its notifications work?`;
  return [`${often}, last ${textOf(lookedAt)}`, found, ...(why === undefined ? [] : [textOf(why)])].join('; ');
};

const pairs = (item: Fields): readonly Pair[] => {
  return [
    ['Name', item.name],
    ['Registry', item.registry],
    ['Registry host', item.registryHost],
    ['Other names', texts(item.hostAliases).join(', ')],
    ['Only', texts(item.repositories).join(', ')],
    ['Credential', credentialText(item.credential)],
    ['Registry access', accessText(item.access)],
    ['Swept', sweptText(item)],
    ['Enabled', item.enabled === true ? 'yes' : 'no'],
    ['Valid URLs', Array.isArray(item.tokens) ? item.tokens.length : undefined],
    ['Created', item.createdAt],
    ['Updated', item.updatedAt],
    ['Webhook URL', item.url],
    ['Previous URL valid until', item.previousValidUntil],
  ];
};

const showUrl = (session: Session, item: Fields): void => {
  session.showOne(item, pairs(item));
  for (const line of shownOnce(item.url)) session.hint(line);
  for (const line of texts(item.guide)) session.hint(line);
};

export const addHookCommands = (program: Command, io: Io): void => {
  const hook = examples(
    program.command('hook').description('where one registry posts: a format, a secret URL, the registry host it may speak for'),
    'hook list',
    'hook rotate acr',
  );

  examples(
    addChangeFlags(
      addHookFlags(
        hook.command('create <name>').description('create a hook; its webhook URL is shown this once').requiredOption('--registry <format>', SENDERS),
      ),
    ),
    'hook create acr --registry alibaba-acr --registry-host shop-registry.cn-beijing.cr.aliyuncs.com',
    'hook create ci --registry generic --registry-host ghcr.io --only "team/*" --credential header --credential-file token.txt',
  ).action(async (name: string, flags: Fields, command: Command) => {
    const session = await begin(command, io);
    showUrl(session, await session.ask({ method: 'POST', path: '/v1/hooks', body: { name, registry: flags.registry, ...(await hookPartsOf(flags, io)) } }));
    session.hint(`\nNext: image-triggers trigger create NAME --hook ${name} --repository PATH --application NAME`);
  });

  examples(
    addLimitFlag(hook.command('list').description('list hooks').option('--registry <format>', 'only those of a format')),
    'hook list',
    'hook list --registry harbor -o wide',
  ).action(async ({ limit, registry }: { limit?: number; registry?: string }, command: Command) => {
    const session = await begin(command, io);
    const page = await session.pages('/v1/hooks', { registry }, limit);
    session.showList(page, [
      column('NAME', 'name', 'never'),
      column('REGISTRY', 'registry'),
      column('HOST', 'registryHost'),
      column('ENABLED', ({ enabled }) => (enabled === true ? 'yes' : 'no')),
      wideColumn('ONLY', ({ repositories }) => texts(repositories).join(', ')),
      wideColumn('CREDENTIAL', ({ credential }) => credentialText(credential)),
      wideColumn('ACCESS', ({ access }) => accessText(access)),
      wideColumn('URLS', ({ tokens }) => (Array.isArray(tokens) ? tokens.length : '')),
      wideColumn('UPDATED', 'updatedAt'),
    ]);
    session.hintMore(page);
  });

  examples(hook.command('show <name>').description('show a hook, without its URL, and its last deliveries'), 'hook show acr').action(
    async (name: string, _: Fields, command: Command) => {
      const session = await begin(command, io);
      const item = await session.ask({ method: 'GET', path: at(name) });
      session.showOne(item, pairs(item));
      await showLastDeliveries(name, session, io);
    },
  );

  addDeliveriesCommand(hook, io);
  addTestCommand(hook, io);

  examples(
    addChangeFlags(
      addHookFlags(
        hook
          .command('update <name>')
          .description('change what a hook may speak for, or its credential')
          .option('--registry <format>', SENDERS)
          .option('--no-credential', 'ask for no second factor any more'),
      ),
    ),
    'hook update ci --only "team/*" --only "shop/*"',
    'hook update ci --credential basic:ci --credential-file - < password.txt',
    'hook update gar --credential oidc:https://hooks.example.com --credential-email push@project.iam.gserviceaccount.com',
  ).action(async (name: string, flags: Fields, command: Command) => {
    const { credential, ...rest } = flags;
    const parts = await hookPartsOf(credential === false || credential === true ? rest : flags, io);
    const body = { ...(flags.registry === undefined ? {} : { registry: flags.registry }), ...parts, ...(credential === false ? { credential: null } : {}) };
    if (Object.keys(body).length === 0) throw misused('nothing to change: give at least one flag');
    const session = await begin(command, io);
    const item = await session.ask({ method: 'PATCH', path: at(name), body });
    session.showOne(item, pairs(item));
    session.hint(`Next: image-triggers trigger list --hook ${name}`);
  });

  examples(
    addDestroyFlags(
      addKeepFlag(
        hook.command('rotate <name>').description('make a new URL; the one before stays valid for seven days'),
        'while two URLs are valid: former drops the newest and makes another, newest ends the former and makes none',
      ),
    ),
    'hook rotate acr',
    'hook rotate acr --keep newest --yes',
  ).action(async (name: string, { keep }: { keep?: string }, command: Command) => {
    const session = await begin(command, io);
    if (keep !== undefined) await session.confirm(() => endsAtOnce('URL', keep, name));
    const item = await session.ask({ method: 'POST', path: withQuery(at(name, '/rotate'), { keep }) });
    if (item.url === undefined) {
      session.showOne(item, pairs(item));
      session.hint(`The newest URL is the only valid one now.\nNext, for a new one: image-triggers hook rotate ${name}`);
    } else {
      showUrl(session, item);
      session.hint(`\nNext: paste the new URL at the registry while the former is valid, then  image-triggers hook rotate ${name} --keep newest`);
    }
  });

  examples(
    addDestroyFlags(
      addCredentialFlags(
        addKeepFlag(
          hook.command('rotate-credential <name>').description('set a new secret of the same kind; the one before stays valid for seven days'),
          'while two are valid: former drops the newest and takes another, newest ends the former and takes none',
        ),
      ),
    ),
    'hook rotate-credential ghcr --credential hmac --credential-file secret.txt',
    'hook rotate-credential ghcr --keep newest --yes',
  ).action(async (name: string, flags: Fields, command: Command) => {
    const { keep } = flags;
    const credential = await credentialOf(flags, io);
    if (credential === undefined && keep !== 'newest') throw misused('nothing to set: give --credential and --credential-file, or --keep newest');
    const session = await begin(command, io);
    if (keep !== undefined) await session.confirm(() => endsAtOnce('secret', textOf(keep), name));
    const path = withQuery(at(name, '/rotate-credential'), { keep: keep === undefined ? undefined : textOf(keep) });
    const item = await session.ask({ method: 'POST', path, body: credential === undefined ? {} : { credential } });
    session.showOne(item, pairs(item));
    if (keep !== 'newest')
      session.hint(`\nNext: set the new secret at the registry while the former is valid, then  image-triggers hook rotate-credential ${name} --keep newest`);
  });

  addGuideCommand(hook, io);
  addConnectCommand(hook, io);

  examples(addDestroyFlags(hook.command('delete <name>').description('delete a hook; refused while triggers hear it')), 'hook delete acr').action(
    async (name: string, _: Fields, command: Command) => {
      const session = await begin(command, io);
      await session.confirm(() => `Delete the hook ${name}, so that whatever posts to its URL is refused?`);
      remove(session, await session.ask({ method: 'DELETE', path: at(name) }));
      session.hint('Next: image-triggers hook list');
    },
  );

  for (const verb of ['enable', 'disable'] as const)
    examples(addChangeFlags(hook.command(`${verb} <name>`).description(`${verb} a hook`)), `hook ${verb} acr`).action(
      async (name: string, _: Fields, command: Command) => {
        const session = await begin(command, io);
        const item = await session.ask({ method: 'POST', path: at(name, `/${verb}`) });
        session.showOne(item, pairs(item));
        session.hint(`Next: image-triggers trigger list --hook ${name}`);
      },
    );
};

/**
 * `image-triggers hook connect`: makes the webhook at the registry, by its API and from this machine, so that nothing of it
 * passes through the stack. First everything is read, which proves the credential; then the hook gets a second URL and, if
 * asked for, a secret; the registry gets both last. A webhook of ours that is there already is changed.
 */
import { randomBytes } from 'node:crypto';
import { type Fields, fields, list, textOf } from '../../functions/core/fields.ts';
import { azure } from './connect-azure.ts';
import { gitea } from './connect-gitea.ts';
import { github } from './connect-github.ts';
import { harbor } from './connect-harbor.ts';
import type { Connector, Done, Wish } from './connector.ts';
import { knownDeliveries } from './first-delivery.ts';
import { CliError, ended, misused } from './io.ts';
import { parseBase, registryApi } from './registry-api.ts';
import { type Session, withQuery } from './session.ts';

/** By the format of the hook. */
const CONNECTORS: Readonly<Record<string, Connector>> = { 'azure-acr': azure, ghcr: github, gitea, harbor };

interface ConnectWish {
  readonly hook: string;
  readonly place: string;
  readonly at?: string;
  readonly user?: string;
  /** Of the registry's API. */
  readonly token: string;
  /** To be used as it is, instead of a second one. */
  readonly url?: string;
  /** What the hook has as its credential already, or that it shall be given a new one. */
  readonly secret?: string;
  readonly newSecret: boolean;
  readonly keep?: string;
}

export interface Connected extends Done {
  readonly registry: string;
  readonly at: string;
  /** Where deliveries go, without the token. */
  readonly to: string;
  readonly changed: boolean;
  readonly previousValidUntil?: unknown;
  readonly proof: 'hmac' | 'header' | undefined;
  /** What came before. */
  readonly known: ReadonlySet<string>;
  /** Whether a delivery comes without a push. */
  readonly pings: boolean;
}

export const connectRegistry = async (wish: ConnectWish, session: Session): Promise<Connected> => {
  const path = `/v1/hooks/${encodeURIComponent(wish.hook)}`;
  const hook = await session.ask({ method: 'GET', path });
  const registry = textOf(hook.registry);
  const connector = Object.hasOwn(CONNECTORS, registry) ? CONNECTORS[registry] : undefined;
  if (connector === undefined)
    throw new CliError(
      `webhooks are made by the API of ${Object.keys(CONNECTORS).join(', ')}, and the hook ${wish.hook} is of ${registry}: image-triggers hook guide ${wish.hook} says where to paste its URL`,
    );
  const { base, place, headers } = whereTo(connector, wish, hook);
  const by = proofOf(connector, wish, hook);
  refuseThird(wish, hook);

  const secrets = new Set([wish.token, textOf(headers.authorization).split(' ')[1] ?? '', wish.secret ?? '', wish.url ?? ''].filter((text) => text !== ''));
  const { name, permission } = connector;
  const site = await connector.look(registryApi({ name, base, headers, permission, secrets }), place);
  if (session.dryRun) throw foretold(wish, { registry: name, at: base.origin, there: site.webhooks.some(({ url }) => isUrlOf(url, wish.hook)) }, session);

  const known = await knownDeliveries(wish.hook, session);
  const given = await giveUrl(wish, path, session);
  secrets.add(given.url);
  const proof = by === undefined ? undefined : await giveProof(by, wish, path, hook, session);
  if (proof !== undefined) secrets.add(proof.by === 'hmac' ? proof.secret : proof.value);
  const webhook = site.webhooks.find(({ url }) => isOurs(url, given.url, wish.hook));
  const made: Wish = { hook: wish.hook, url: given.url, ...(proof === undefined ? {} : { proof }) };
  const done = await (webhook === undefined ? site.make(made) : webhook.set(made)).catch(async (error: unknown) => {
    // Asking for what nobody sends would refuse every delivery.
    if (wish.newSecret && fields(hook.credential).by === undefined) await session.ask({ method: 'PATCH', path, body: { credential: null } });
    throw new CliError(`${error instanceof Error ? error.message : String(error)}${afterwards(wish)}`);
  });
  return {
    ...done,
    registry: name,
    at: base.origin,
    to: new URL(given.url).origin,
    changed: webhook !== undefined,
    previousValidUntil: given.previousValidUntil,
    proof: by,
    known,
    pings: connector.pings === true,
  };
};

/** What would be done, of which nothing was; the credential is good by now. */
const foretold = (wish: ConnectWish, { registry, at, there }: { registry: string; at: string; there: boolean }, session: Session): CliError => {
  const webhook = there ? 'changed' : 'made';
  const [url, secret] = [
    wish.url === undefined ? 'a second one' : 'as given',
    wish.newSecret ? 'a new one' : wish.secret === undefined ? undefined : 'as given',
  ];
  session.showOne({ name: wish.hook, dryRun: true, registry, at, for: wish.place, webhook, url, secret }, [
    ['Name', wish.hook],
    ['Registry', `${registry} at ${at}`],
    ['For', wish.place],
    ['Webhook', `would be ${webhook}`],
    ['URL', url],
    ['Secret', secret],
  ]);
  session.hint('Nothing was changed, here or there: without --dry-run it is.');
  return ended();
};

const whereTo = (connector: Connector, wish: ConnectWish, hook: Fields) => {
  const host = typeof hook.registryHost === 'string' ? hook.registryHost : undefined;
  const at = wish.at ?? connector.base(host);
  if (at === undefined)
    throw misused(
      `the address of the API of ${connector.name} does not follow from ${host ?? 'the hook, which has no registry host'}: give it by --at https://…`,
    );
  const base = parseBase(at);
  if (!base.ok) throw misused(`--at is ${JSON.stringify(at)}: ${base.why}`);
  const place = connector.path(wish.place);
  if (place === undefined) throw misused(`--for is ${JSON.stringify(wish.place)}: for ${connector.name} give ${connector.place}`);
  if (connector.needsUser === true && wish.user === undefined) throw misused(`${connector.name} asks for a user and a password: give the user by --user`);
  if (/[^\x21-\x7e]/.test(wish.token) && connector.needsUser !== true)
    throw misused('the token has blanks or other characters that no token has: give a file with the token alone');
  return { base: base.value, place, headers: connector.headers(wish.token, wish.user) };
};

/** How deliveries shall prove themselves beside the URL. */
const proofOf = ({ name, sends, header }: Connector, wish: ConnectWish, hook: Fields): 'hmac' | 'header' | undefined => {
  const has = fields(hook.credential);
  if (has.by === undefined) {
    if (wish.secret !== undefined) throw misused(`the hook ${wish.hook} asks for no credential, so --secret-file has no use: --new-secret gives one to both`);
    return wish.newSecret ? sends[0] : undefined;
  }
  const by = sends.find((each) => each === has.by);
  if (by === undefined || (by === 'header' && header !== undefined && has.name !== header))
    throw new CliError(`the hook asks for what ${name} cannot be told to send (${textOf(has.by)} ${textOf(has.name)}): set its credential anew`);
  if (wish.secret === undefined && !wish.newSecret)
    throw misused(
      `the hook asks for ${textOf(has.by)}, and its text cannot be read back: give it by --secret-file, or let --new-secret give another to both (the former stays valid for seven days)`,
    );
  return by;
};

/** Before anything is changed: a third of something would have to end one that may be in use. */
const refuseThird = ({ hook: name, url, newSecret, keep }: ConnectWish, hook: Fields): void => {
  if (keep !== undefined) return;
  const two =
    url === undefined && list(hook.tokens).length > 1 ? 'URLs' : newSecret && list(fields(hook.credential).secrets).length > 1 ? 'secrets' : undefined;
  if (two !== undefined)
    throw new CliError(`two ${two} of the hook ${name} are valid already: --keep newest if the registry uses the newest, --keep former if nothing uses it yet`);
};

/** With `--keep newest` the former ends first, and the newest becomes the former. */
const rotated = async (path: string, keep: string | undefined, two: boolean, body: unknown, session: Session): Promise<Fields> => {
  if (keep === 'newest' && two) await session.ask({ method: 'POST', path: withQuery(path, { keep }) });
  return session.ask({ method: 'POST', path: withQuery(path, { keep: keep === 'former' && two ? keep : undefined }), body });
};

const giveUrl = async (wish: ConnectWish, path: string, session: Session): Promise<{ readonly url: string; readonly previousValidUntil?: unknown }> => {
  if (wish.url !== undefined) {
    if (!isUrlOf(wish.url, wish.hook))
      throw misused(`what --url-file holds is no webhook URL of the hook ${wish.hook}: give the whole URL, as it was shown, and nothing else`);
    return { url: wish.url };
  }
  const { tokens } = await session.ask({ method: 'GET', path });
  const { url, previousValidUntil } = await rotated(`${path}/rotate`, wish.keep, list(tokens).length > 1, undefined, session);
  return { url: textOf(url), previousValidUntil };
};

const giveProof = async (by: 'hmac' | 'header', wish: ConnectWish, path: string, hook: Fields, session: Session): Promise<Wish['proof']> => {
  const random = randomBytes(32).toString('base64url');
  const secret = wish.secret ?? (by === 'hmac' ? random : `Bearer ${random}`);
  const has = fields(hook.credential);
  if (wish.newSecret) {
    const credential = by === 'hmac' ? { by, secret } : { by, value: secret };
    if (has.by === undefined) await session.ask({ method: 'PATCH', path, body: { credential } });
    else await rotated(`${path}/rotate-credential`, wish.keep, list(has.secrets).length > 1, { credential }, session);
  }
  return by === 'hmac' ? { by, secret } : { by, name: textOf(has.name ?? 'Authorization'), value: secret };
};

const TOKEN = /^it_(.+)_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/;

const isUrlOf = (text: string, hook: string): boolean =>
  URL.canParse(text) && /^https?:\/\/[\x21-\x7e]+$/.test(text) && TOKEN.exec(text.split('/hooks/').at(-1) ?? '')?.[1] === hook;

/** Any URL of this hook of this stack, whichever of its tokens it has. */
const isOurs = (found: string, own: string, hook: string): boolean => isUrlOf(found, hook) && found.split('/hooks/')[0] === own.split('/hooks/')[0];

/** What the hook has by now although the registry may not. */
const afterwards = ({ url, hook }: ConnectWish): string =>
  url === undefined
    ? `\nThe hook has a second URL by now, which the registry may not have; the former one stays valid for seven days. Try again with --keep former: image-triggers hook connect ${hook} --help`
    : '';

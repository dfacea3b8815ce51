/**
 * The page behind `ANY /console/{proxy+}`: a view of the API, made on the server, for whoever has a session. It knows nothing that
 * the API does not tell, and asks nothing that the command line could not. A session is opened by `image-triggers open`: its one-time
 * code stands behind the `#` of an address, so that no log has it, and the page POSTs it. No scripts but the one that does so.
 */
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { type Fields, fields, list, textOf } from '../core/fields.ts';
import { applicationPage, applicationsPage, type PageWish, WISHES } from './applications.ts';
import { callPage, callsPage, FILTERS, type Filters } from './calls.ts';
import { explainPage, hookPage, hooksPage, triggerPage, triggersPage } from './definitions.ts';
import { ENTER_SCRIPT, enterPage } from './enter.ts';
import { type Html, page, type View, viewIn } from './layout.ts';
import { STYLE } from './style.ts';
import type { Lang } from './words.ts';

interface ConsoleSession {
  readonly id: string;
  readonly by: string;
}

export interface ConsolePorts {
  /** The text for the cookie, and seconds that it is good for; undefined when the code is none, or no more. */
  redeem(code: string): Promise<{ readonly text: string; readonly seconds: number } | undefined>;
  session(text: string): Promise<ConsoleSession | undefined>;
  end(text: string): Promise<void>;
  /** The API, asked for the person of the session, who prefers a language. */
  ask(
    request: { readonly method: string; readonly path: string; readonly body?: object; readonly lang: Lang },
    by: string,
  ): Promise<{ readonly status: number; readonly body: Fields }>;
}

/** `__Host-`: only over TLS (or to this machine), only this host, no other path. */
const COOKIE = '__Host-image-triggers';
const LANGUAGE = 'image-triggers-language';
const HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
} as const;
const CALLS_SHOWN = 50;
const CALLS_BESIDE = 20;
const DEFINITIONS_SHOWN = 100;
/** Fewer, since each is asked what it runs. */
const APPLICATIONS_SHOWN = 25;

type Env = { readonly Variables: { readonly session: ConsoleSession } };

export const makeConsole = (ports: ConsolePorts) => {
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  });
  /** Browsers say where a request comes from, and pages cannot forge it: the second lock beside SameSite. */
  app.use(async (c, next) => {
    if (c.req.method === 'GET' || c.req.header('sec-fetch-site') === 'same-origin') return next();
    return c.text('This request did not come from the page itself: open it again with "image-triggers open".', 403);
  });

  app.get('/style.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/enter.js', (c) => c.body(ENTER_SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  app.get('/enter', (c) => c.html(enterPage(viewOf(c))));

  app.post('/session', async (c) => {
    const { code } = await c.req.parseBody();
    const opened = await ports.redeem(textOf(code));
    if (opened === undefined) return c.html(outside(viewOf(c), 'badCode'), 401);
    setCookie(c, COOKIE, opened.text, { path: '/', secure: true, httpOnly: true, sameSite: 'Strict', maxAge: opened.seconds });
    return c.redirect('/console/applications', 303);
  });

  app.post('/language', async (c) => {
    const { lang, to } = await c.req.parseBody();
    setCookie(c, LANGUAGE, lang === 'zh' ? 'zh' : 'en', { path: '/console', secure: true, httpOnly: true, sameSite: 'Strict', maxAge: 31_536_000 });
    return c.redirect(isPage(textOf(to)) ? textOf(to) : '/console/applications', 303);
  });

  app.use(async (c, next) => {
    const text = getCookie(c, COOKIE);
    const session = text === undefined ? undefined : await ports.session(text);
    if (session === undefined) return c.html(outside(viewOf(c), 'signedOut'), 401);
    c.set('session', session);
    return next();
  });

  app.post('/session/end', async (c) => {
    await ports.end(getCookie(c, COOKIE) ?? '');
    setCookie(c, COOKIE, '', { path: '/', secure: true, httpOnly: true, sameSite: 'Strict', maxAge: 0 });
    return c.redirect('/console/enter', 303);
  });

  /** What the API answers becomes a page; a problem becomes the page that says it. */
  const show = async (c: Context<Env>, path: string, make: (view: View, answer: Fields) => Html | Promise<Html>) => {
    const view = viewOf(c);
    const { status, body } = await get(c, path);
    return status === 200 ? c.html(await make(view, body)) : problem(c, view, status, body);
  };
  const get = (c: Context<Env>, path: string) => ports.ask({ method: 'GET', path, lang: viewOf(c).lang }, byOf(c));
  /** The same with what stands below it, both asked at once. */
  const showBoth = async (c: Context<Env>, path: string, below: string, make: (view: View, answer: Fields, more: Fields) => Html) => {
    const more = get(c, below);
    const shown = await show(c, path, async (view, answer) => make(view, answer, (await more).body));
    await more;
    return shown;
  };
  const cursorOf = (c: Context<Env>): string | undefined => c.req.query('cursor') || undefined;
  const listOf = (c: Context<Env>, kind: string, limit: number): string => {
    const cursor = cursorOf(c);
    return `/v1/${kind}?${new URLSearchParams({ limit: String(limit), ...(cursor === undefined ? {} : { cursor }) }).toString()}`;
  };

  app.get('/applications', (c) =>
    show(c, listOf(c, 'applications', APPLICATIONS_SHOWN), async (view, { items, cursor }) => {
      // One that was deleted meanwhile, for example, is shown as it was listed.
      const seen = list(items).map(async (item) => ({ ...item, ...(await get(c, `/v1/applications/${encodeURIComponent(textOf(item.name))}`)).body }));
      return applicationsPage(view, await Promise.all(seen), { here: cursorOf(c), next: textOf(cursor) });
    }),
  );
  app.get('/applications/:name', (c) => {
    const name = encodeURIComponent(c.req.param('name'));
    const calls = `/v1/calls?application=${name}&limit=${CALLS_BESIDE}`;
    return showBoth(c, `/v1/applications/${name}`, calls, (view, item, { items }) => applicationPage(view, item, list(items)));
  });
  app.post('/applications/:name/:wish', async (c) => {
    const { name, wish } = c.req.param();
    if (!isWish(wish)) return c.notFound();
    const { status, body } = await ports.ask(
      { method: 'POST', path: `/v1/applications/${encodeURIComponent(name)}/${wish}`, body: {}, lang: viewOf(c).lang },
      byOf(c),
    );
    if (status >= 300) return problem(c, viewOf(c), status, body);
    return c.redirect(`/console/applications/${encodeURIComponent(name)}`, 303);
  });
  app.get('/calls', (c) => {
    const filters: Filters = Object.fromEntries([...FILTERS, 'cursor'].flatMap((name) => (c.req.query(name) ? [[name, c.req.query(name)]] : [])));
    const query = new URLSearchParams({ ...filters, limit: String(CALLS_SHOWN) });
    return show(c, `/v1/calls?${query.toString()}`, (view, answer) => callsPage(view, answer, filters));
  });
  app.get('/calls/:id', (c) => show(c, `/v1/calls/${encodeURIComponent(c.req.param('id'))}`, callPage));
  app.get('/triggers', (c) => show(c, listOf(c, 'triggers', DEFINITIONS_SHOWN), (view, answer) => triggersPage(view, answer, cursorOf(c))));
  app.get('/triggers/:name', (c) => {
    const name = encodeURIComponent(c.req.param('name'));
    const calls = `/v1/calls?trigger=${name}&limit=${CALLS_BESIDE}`;
    return showBoth(c, `/v1/triggers/${name}`, calls, (view, trigger, { items }) => triggerPage(view, trigger, list(items)));
  });
  app.get('/hooks', (c) => show(c, listOf(c, 'hooks', DEFINITIONS_SHOWN), (view, answer) => hooksPage(view, answer, cursorOf(c))));
  app.get('/hooks/:name', (c) => {
    const name = encodeURIComponent(c.req.param('name'));
    return showBoth(c, `/v1/hooks/${name}`, `/v1/hooks/${name}/deliveries`, hookPage);
  });
  app.get('/explain', async (c) => {
    const view = viewOf(c);
    const { image = '', call = '' } = c.req.query();
    if (image === '' && call === '') return c.html(explainPage(view, '', undefined));
    const asked = call === '' ? { image } : { call };
    const { status, body } = await ports.ask({ method: 'POST', path: '/v1/explain', body: asked, lang: view.lang }, byOf(c));
    return status === 200 ? c.html(explainPage(view, image || textOf(body.image), body)) : problem(c, view, status, body);
  });
  app.get('*', (c) => c.redirect('/console/applications'));
  return app;
};

const byOf = (c: Context<Env>): string => {
  const { by, id } = c.get('session');
  return `${by} (page, session ${id})`;
};

/** A page of ours, as the form names it; whatever else it says leads nowhere. */
const isPage = (path: string): boolean => /^\/console\/(?:applications|calls|triggers|hooks|explain)(?:[/?][\w.~%!?&=/+*-]*)?$/.test(path);

const isWish = (text: string): text is PageWish => WISHES.some((wish) => wish === text);

/** What the person chose, else what the browser prefers. */
const viewOf = (c: Context): View => {
  const { pathname, search } = new URL(c.req.url);
  const here = `${pathname}${search}`;
  const chosen = getCookie(c, LANGUAGE);
  if (chosen === 'zh' || chosen === 'en') return viewIn(chosen, here);
  return viewIn(/^\s*zh\b/i.test(c.req.header('accept-language') ?? '') ? 'zh' : 'en', here);
};

const outside = (view: View, word: 'badCode' | 'signedOut'): Html => page(view, { title: 'Image Triggers', main: html`<p class="note">${view.say(word)}</p>` });

const problem = (c: Context<Env>, view: View, status: number, body: Fields) => {
  const errors = list(body.errors).map(({ field, why }) => html`<li><code>${textOf(field)}</code> ${textOf(why)}</li>`);
  const main = html`<p class="note">${textOf(body.detail)}</p><ul>${errors}</ul><p><a href="/console/applications">${view.say('back')}</a></p>`;
  const shown = status === 404 ? 404 : status >= 500 ? 503 : 400;
  return c.html(page(view, { title: textOf(fields(body).title), section: 'applications', main }), shown);
};

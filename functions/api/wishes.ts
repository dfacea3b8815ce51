/**
 * What people ask of an application: deploy, roll back, redeploy, hold, release, reject, refresh.
 *
 * Nothing is deployed here. A wish is a call of its own and one update of the state (with `dueAt`, so that the tick finds it
 * should this die before it sends), then the message.
 */
import { Hono } from 'hono';
import type { ApplicationDefinition } from '../core/definitions.ts';
import { DIGEST_RULE, isDigest } from '../core/image.ts';
import type { Wishing } from '../store/states.ts';
import { statusOf } from './application-status.ts';
import { findApplication } from './find-application.ts';
import { operation, type Routes } from './operation.ts';
import { WISH_OPERATIONS } from './operations/wishes.ts';
import type { ApiPorts } from './ports.ts';
import { Problem } from './problem.ts';
import { refuse } from './request.ts';
import { imageOfText, rollBackTo } from './roll-back.ts';
import { callView } from './views.ts';
import { noteWish, tellWish, type Wished } from './wish.ts';
import { langOf } from './words.ts';

export const wishRoutes = (ports: ApiPorts): Routes => {
  const app: Routes = new Hono();

  /** For what `deploy` would refuse at once, so that nobody has to look into the call to see it. */
  const findAble = async (name: string, sets: boolean): Promise<ApplicationDefinition> => {
    const application = await findApplication(name, ports);
    if (!application.enabled)
      throw new Problem('application-disabled', `the application ${name} is disabled: enable it first`, { next: [`POST /v1/applications/${name}/enable`] });
    if (sets && application.source !== undefined)
      throw new Problem(
        'git-source',
        `the source of ${name} lies in git (${application.source.git}), so no image can be set here: change it there, then redeploy`,
        {
          next: [`POST /v1/applications/${name}/redeploy`],
        },
      );
    return application;
  };

  const refuseRejected = async (name: string, digest: string | undefined): Promise<void> => {
    if (digest === undefined || !(await ports.rejects.has(name, digest))) return;
    throw new Problem('rejected', `the digest ${digest} is rejected for ${name}: take the rejection back first, if it shall run after all`, {
      next: [`DELETE /v1/applications/${name}/reject/${digest}`],
    });
  };

  operation(app, WISH_OPERATIONS.deploy, async ({ c, name, query: { lang }, body: { image: text, why }, making }) => {
    const wish = async (): Promise<Wished> => {
      await findAble(name, true);
      const image = imageOfText(text);
      await refuseRejected(name, image.digest);
      return { action: 'deploy', ...image };
    };
    const call = await tellWish(name, wish, { by: c.env.caller, why }, making, ports);
    return c.json({ ...callView(call, langOf(c, lang)), hint: heldHint(name) }, 202, { location: `/v1/calls/${call.id}` });
  });

  operation(app, WISH_OPERATIONS.rollBack, async ({ c, name, query: { lang }, body: { why, ...body }, making }) => {
    const wish = async (): Promise<Wished> => {
      const to = await rollBackTo(await findAble(name, true), body, ports);
      await refuseRejected(name, to.digest);
      return { action: 'rollback', ...to };
    };
    const call = await tellWish(name, wish, { by: c.env.caller, why }, making, ports);
    return c.json({ ...callView(call, langOf(c, lang)), hint: heldHint(name) }, 202, { location: `/v1/calls/${call.id}` });
  });

  operation(app, WISH_OPERATIONS.redeploy, async ({ c, name, query: { lang }, body: { why }, making }) => {
    const wish = async (): Promise<Wished> => {
      await findAble(name, false);
      return { action: 'redeploy' };
    };
    const call = await tellWish(name, wish, { by: c.env.caller, why }, making, ports);
    return c.json(callView(call, langOf(c, lang)), 202, { location: `/v1/calls/${call.id}` });
  });

  /** The answer shows what is known now. */
  const note = (name: string, wish: Wishing): Promise<void> => noteWish(name, wish, ports.now(), ports);

  operation(app, WISH_OPERATIONS.hold, async ({ c, name, query: { lang }, body: { why } }) => {
    const application = await findApplication(name, ports);
    const { caller } = c.env;
    await note(name, { hold: { at: ports.now(), ...(caller === undefined ? {} : { by: caller }), ...(why === undefined ? {} : { why }) } });
    return c.json(await statusOf(application, langOf(c, lang), ports));
  });

  operation(app, WISH_OPERATIONS.release, async ({ c, name, query: { lang }, making }) => {
    const application = await findApplication(name, ports);
    // A hold since the first run is somebody's who knew of the release.
    const { hold } = (making.again ? await ports.states.get(name) : undefined) ?? {};
    await note(name, hold !== undefined && hold.at > making.at ? {} : { hold: 'release' });
    return c.json(await statusOf(application, langOf(c, lang), ports));
  });

  operation(app, WISH_OPERATIONS.reject, async ({ c, name, query: { lang }, body: { digest, why } }) => {
    const application = await findApplication(name, ports);
    const { caller } = c.env;
    const now = ports.now();
    const added = await ports.rejects.add(name, { digest, at: now, ...(caller === undefined ? {} : { by: caller }), ...(why === undefined ? {} : { why }) });
    if (added === 'too-many')
      throw new Problem('too-many-rejects', `${name} has as many rejected digests as an application may have: take some back first`, {
        next: [`GET /v1/applications/${name}`],
      });
    await note(name, {});
    const shown = await statusOf(application, langOf(c, lang), ports);
    const runs = shown.status.running.some((one) => one.digest === digest);
    const hint = runs ? `${name} runs this very image now, and goes on doing so until something else is deployed` : undefined;
    return c.json({ ...shown, hint, ...(runs ? { next: [`POST /v1/applications/${name}/rollback`] } : {}) });
  });

  operation(app, WISH_OPERATIONS.unreject, async ({ c, name }) => {
    const digest = c.req.param('digest') ?? '';
    if (!isDigest(digest)) throw refuse('digest', `it is not a digest: ${DIGEST_RULE}`);
    await findApplication(name, ports);
    if (!(await ports.rejects.remove(name, digest)))
      throw new Problem('unknown-name', `the digest ${digest} is not rejected for ${name}`, { next: [`GET /v1/applications/${name}`] });
    await note(name, {});
    return c.json({ application: name, digest, rejected: false });
  });

  operation(app, WISH_OPERATIONS.refresh, async ({ c, name, query: { lang } }) => {
    const application = await findApplication(name, ports);
    await note(name, { refresh: true });
    return c.json(await statusOf(application, langOf(c, lang), ports), 202);
  });

  return app;
};

const heldHint = (name: string): string => `${name} is on hold from now on: newer pushes wait until it is released`;

/** What a path names, or the problem that it does not exist. */
import type { ApplicationDefinition, TemplateVersion } from '../core/definitions.ts';
import type { ApiPorts } from './ports.ts';
import { Problem, unknownName } from './problem.ts';

export const findApplication = async (name: string, ports: Pick<ApiPorts, 'applications'>): Promise<ApplicationDefinition> => {
  const application = await ports.applications.get(name);
  if (application === undefined) throw unknownName('application', name);
  return application;
};

export const findVersion = async (application: string, version: number, ports: Pick<ApiPorts, 'templates'>): Promise<TemplateVersion> => {
  const found = await ports.templates.get(application, version);
  if (found === undefined)
    throw new Problem('unknown-name', `the template of ${application} has no version ${version}`, {
      next: [`GET /v1/applications/${application}/template/versions`],
    });
  return found;
};

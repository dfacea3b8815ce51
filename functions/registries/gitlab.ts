/**
 * The container registry of a self-managed GitLab: Distribution, so its notifications are read as those of `distribution.ts`.
 * https://docs.gitlab.com/administration/packages/container_registry/#configure-container-registry-notifications
 *
 * GitLab.com sends nothing of the kind; there a CI job tells a hook of the format `generic`. The host of an image is
 * `request.host`; `source.addr` is an internal name of the registry.
 */
import { distribution } from './distribution.ts';
import { headerLines } from './paste.ts';
import type { Registry } from './registry.ts';

export const gitlab: Registry = {
  ...distribution,
  guide: (paste) => [
    'Self-managed GitLab: in /etc/gitlab/gitlab.rb, then gitlab-ctl reconfigure:',
    "registry['notifications'] = [{ 'name' => 'image-triggers',",
    `  'url' => '${paste.url}',`,
    "  'timeout' => '5s', 'maxretries' => 5, 'backoff' => '10s' }]",
    ...headerLines(paste, ({ name, value }) => `add to it: 'headers' => { '${name}' => ["${value}"] }`),
    'GitLab.com sends no notifications: make a hook of the format "generic" and call it from the CI job that pushes.',
  ],
};

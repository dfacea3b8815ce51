/** A sample for every format, and for trigger URLs. Loaded as a whole when one is asked for, which no push ever does. */
import { isRegistryName, type RegistryName } from '../index.ts';
import { alibabaAcr } from './alibaba-acr.ts';
import { appCenter } from './app-center.ts';
import { artifactory } from './artifactory.ts';
import { azureAcr } from './azure-acr.ts';
import { azureEventgrid } from './azure-eventgrid.ts';
import { cdevents } from './cdevents.ts';
import { cloudevents } from './cloudevents.ts';
import { cloudsmith } from './cloudsmith.ts';
import { distribution } from './distribution.ts';
import { diun } from './diun.ts';
import { dockerhub } from './dockerhub.ts';
import { ecr } from './ecr.ts';
import { generic } from './generic.ts';
import { ghcr } from './ghcr.ts';
import { gitea } from './gitea.ts';
import { google } from './google.ts';
import { harbor } from './harbor.ts';
import { nexus } from './nexus.ts';
import { quay } from './quay.ts';
import type { Sample } from './sample.ts';
import { tencentTcr } from './tencent-tcr.ts';
import { zot } from './zot.ts';

/** Of trigger URLs, whose format no hook of a registry has. */
const TRIGGER_URL = 'app-center';

const SAMPLES = {
  'alibaba-acr': alibabaAcr,
  [TRIGGER_URL]: appCenter,
  artifactory,
  'azure-acr': azureAcr,
  'azure-eventgrid': azureEventgrid,
  cdevents,
  cloudevents,
  cloudsmith,
  distribution,
  diun,
  dockerhub,
  ecr,
  generic,
  ghcr,
  gitea,
  // The registry of GitLab is Distribution.
  gitlab: distribution,
  google,
  harbor,
  nexus,
  quay,
  'tencent-tcr': tencentTcr,
  zot,
} as const satisfies Record<RegistryName | typeof TRIGGER_URL, Sample>;

export const SAMPLE_NAMES: readonly string[] = Object.keys(SAMPLES);

export const sampleOf = (name: string): Sample | undefined => (isRegistryName(name) || name === TRIGGER_URL ? SAMPLES[name] : undefined);

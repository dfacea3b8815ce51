/** The trigger URL of an application in Alibaba Cloud's App Center, or of another Image Triggers: a blind target. */
import { type AppCenterConfig, appCenterConfig } from './app-center-config.ts';
import type { Blind } from './target.ts';

export const appCenter: Blind<AppCenterConfig> = {
  sight: 'blind',
  config: appCenterConfig,
  apply: async (config, wish, io) => (await import('./app-center-call.ts')).callAppCenter(config, wish, io),
  obstacle: async (config, io) => (await import('./app-center-call.ts')).appCenterObstacle(config, io),
};

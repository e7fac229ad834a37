// metrics: how busy the server is.
import { Figures } from '@postroom/sdk/services';
import { exposition } from '../figures/exposition.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { SERVICE_COMMANDS } from './serviceDeclarations.js';

export class ServiceArea implements CommandArea {
  constructor(@Figures private readonly figures: Figures) {}

  readonly handlers: HandlersOf<typeof SERVICE_COMMANDS> = {
    metrics: handler(async () => exposition(await this.figures.now())),
  };
}

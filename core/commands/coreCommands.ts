// The core's commands, put together from their areas.
import type { Disposable } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import { Container } from 'inversify';
import { service } from '../base/bindings.js';
import { CORE, CommandRegistry } from '../host/commandRegistry.js';
import type { CommandArea } from './area.js';
import { SetupArea } from './setupArea.js';

const AREAS: readonly (new (...args: never[]) => CommandArea)[] = [SetupArea];

/** Supplies the handler of every core command. */
export function registerCoreCommands(container: Container): Disposable {
  const registry = service(container, CommandRegistry);
  const stack = new DisposableStack();
  const areas = new Container({ parent: container, defaultScope: 'Singleton' });
  for (const area of AREAS) {
    areas.bind(area as never).to(area as never);
    for (const [command, handler] of Object.entries((areas.get(area as never) as CommandArea).handlers)) {
      stack.use(registry.register(CORE, command, handler));
    }
  }
  return stack;
}

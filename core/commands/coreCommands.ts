// The core's commands, put together from their areas.
import type { Disposable } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import { Container } from 'inversify';
import { service } from '../base/bindings.js';
import { CORE, CommandRegistry } from '../host/commandRegistry.js';
import type { CommandArea } from './area.js';
import { HeldArea } from './heldArea.js';
import { LicenceArea } from './licenceArea.js';
import { LogArea } from './logArea.js';
import { MailboxArea } from './mailboxArea.js';
import { OutboxArea } from './outboxArea.js';
import { ServiceArea } from './serviceArea.js';
import { SetupArea } from './setupArea.js';
import { WaitingArea } from './waitingArea.js';

const AREAS: readonly (new (...args: never[]) => CommandArea)[] = [
  ServiceArea,
  MailboxArea,
  OutboxArea,
  HeldArea,
  WaitingArea,
  LogArea,
  SetupArea,
  LicenceArea,
];

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
